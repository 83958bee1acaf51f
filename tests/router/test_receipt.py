"""The receipt says what closing cost, against the middle of the quote."""

from decimal import Decimal

import pytest

from tests.router.scenes import held_position
from tradeengine.model.events import FlattenEnded, OrderEnded
from tradeengine.model.orders import Purpose, Side, StopTrigger
from tradeengine.router.receipt import Receipt

D = Decimal


def ended(side: Side, average: str | None, purpose: Purpose = Purpose.FLATTEN) -> OrderEnded:
    return OrderEnded(
        at=0,
        client_order_id="a",
        strategy="flatten",
        symbol="AAPL",
        side=side,
        purpose=purpose,
        outcome="filled",
        filled=D(10),
        average_price=None if average is None else D(average),
    )


def closed(receipt: Receipt) -> FlattenEnded:
    return receipt.close(
        at=0,
        trigger=StopTrigger.INTERRUPT,
        flat=True,
        rounds=1,
        seconds=1.0,
        left={},
        orders=(),
        why={},
    )


@pytest.mark.parametrize(
    ("side", "middle", "average", "cost"),
    [
        (Side.SELL, "100.05", "100", "0.50"),
        (Side.BUY, "100.05", "100.10", "0.50"),
        (Side.SELL, "99", "100", "-10"),
        (Side.SELL, None, "99.90", "1.00"),  # against the broker's price, which is 100
    ],
)
def test_the_cost_of_a_closing_order(
    side: Side, middle: str | None, average: str, cost: str
) -> None:
    made = Receipt(lambda _: None if middle is None else D(middle))
    made.closing(held_position("10"))

    made.ended(ended(side, average))

    assert closed(made).cost == D(cost)


def test_what_is_no_closing_order_or_was_not_filled_costs_nothing() -> None:
    made = Receipt(lambda _: D(100))
    made.closing(held_position("10"))

    made.ended(ended(Side.SELL, "90", Purpose.PROTECT))
    made.ended(ended(Side.SELL, None))

    assert closed(made).cost == 0


def test_a_step_that_repeats_the_last_is_kept_once() -> None:
    made = Receipt(lambda _: None)

    for step in ("a", "a", "b", "a"):
        made.note("AAPL", step)

    assert closed(made).symbols[0].steps == ("a", "b", "a")
