"""Which fills, told after the opening snapshot, its positions hold already."""

from decimal import Decimal

import pytest
from msgspec import structs

from tests.ledger.messages import fill, held, snapshot
from tradeengine.ledger.opening import Opening
from tradeengine.model.events import OrderFilled
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Side

B, S = Side.BUY, Side.SELL
READ_AT = 2


def opening(quantity: str) -> Opening:
    made = Opening()
    made.read(
        structs.replace(snapshot(held(quantity, "30")), asked_at=0, received_at=READ_AT * NANOS)
    )
    return made


def told(side: Side, led_to: str | None, seconds: int = 1, number: int = 0) -> OrderFilled:
    position = None if led_to is None else Decimal(led_to)
    one = fill(side, "10", "30", order=f"o{number}", seconds=seconds)
    return structs.replace(one, position=position)


@pytest.mark.parametrize(
    ("quantity", "fills", "are_held"),
    [
        ("100", [(B, "100")], [True]),
        ("100", [(B, "40"), (B, "100")], [True, True]),
        ("100", [(B, "40"), (B, "100"), (B, "110")], [True, True, False]),
        ("100", [(B, "110"), (S, "100")], [False, False]),
        ("100", [(S, "90"), (B, "100")], [False, False]),
        ("-50", [(S, "-20"), (S, "-50"), (S, "-60")], [True, True, False]),
        ("100", [(B, None)], [False]),
    ],
)
def test_what_led_no_further_is_held(
    quantity: str, fills: list[tuple[Side, str | None]], are_held: list[bool]
) -> None:
    books = opening(quantity)

    found = [books.holds(told(*one, number=number)) for number, one in enumerate(fills)]

    assert found == are_held


def test_a_fill_after_the_reading_is_never_held() -> None:
    assert not opening("100").holds(told(B, "100", seconds=READ_AT + 1))


def test_a_symbol_that_was_not_held_was_opened_with_nothing() -> None:
    assert opening("0").holds(structs.replace(told(S, "0"), symbol="BBB"))
    assert not opening("0").holds(structs.replace(told(B, "10"), symbol="BBB"))
