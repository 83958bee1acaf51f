from decimal import Decimal

import pytest

from tests.risk.world import broker_order, ended, intent, position, submitted
from tradeengine.model.denials import Denial
from tradeengine.model.orders import Purpose, Side
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.closing import closing_quantity
from tradeengine.risk.exposure import ExposureBook

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
CLOSING = [Purpose.EXIT, Purpose.PROTECT, Purpose.FLATTEN]


def holding(quantity: str) -> ExposureBook:
    book = ExposureBook()
    book.position_changed(position(quantity=quantity))
    return book


def close(
    book: ExposureBook, purpose: Purpose, quantity: str | None = None, side: Side = SELL
) -> Decimal | Denied:
    return closing_quantity(intent(side=side, purpose=purpose, quantity=quantity), book)


@pytest.mark.parametrize("purpose", CLOSING)
def test_without_a_quantity_everything_is_closed(purpose: Purpose) -> None:
    assert close(holding("100"), purpose) == 100


@pytest.mark.parametrize("purpose", CLOSING)
def test_a_short_is_closed_by_a_buy(purpose: Purpose) -> None:
    assert close(holding("-30"), purpose, side=BUY) == 30


@pytest.mark.parametrize("purpose", CLOSING)
def test_more_than_is_held_is_clipped(purpose: Purpose) -> None:
    assert close(holding("100"), purpose, "250") == 100
    assert close(holding("100"), purpose, "40") == 40


@pytest.mark.parametrize("purpose", CLOSING)
def test_closing_nothing_is_denied(purpose: Purpose) -> None:
    assert close(ExposureBook(), purpose, "10") == Denied(
        Denial.SIZE_ZERO, "position 0", "sell of 10"
    )


@pytest.mark.parametrize("purpose", CLOSING)
@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_a_quantity_must_be_positive(purpose: Purpose, quantity: str) -> None:
    verdict = close(holding("100"), purpose, quantity)

    assert verdict == Denied(Denial.SIZE_ZERO, "position 100", f"sell of {quantity}")


def test_a_close_that_would_add_is_denied() -> None:
    assert close(holding("100"), Purpose.EXIT, "10", side=BUY) == Denied(
        Denial.SIZE_ZERO, "position 100", "buy of 10"
    )


@pytest.mark.parametrize("purpose", [Purpose.EXIT, Purpose.FLATTEN])
def test_a_second_exit_is_a_duplicate(purpose: Purpose) -> None:
    book = holding("100")
    book.reserve(intent(side=SELL, purpose=purpose), D(40), D(50))

    assert close(book, Purpose.EXIT) == Denied(
        Denial.DUPLICATE_INTENT, "one open exit", "another exit is open"
    )


def test_an_exit_passes_beside_a_stop() -> None:
    book = holding("100")
    book.reserve(intent(side=SELL, purpose=Purpose.PROTECT), D(100), D(45))

    assert close(book, Purpose.EXIT) == 100


def test_an_exit_found_at_the_broker_does_not_block_ours() -> None:
    book = holding("100")
    book.adopt([broker_order("old", "AAA", SELL, "100")])

    assert close(book, Purpose.EXIT) == 100


def test_a_flatten_passes_beside_everything() -> None:
    book = holding("100")
    for purpose in CLOSING:
        book.reserve(intent(side=SELL, purpose=purpose), D(100), D(45))

    assert close(book, Purpose.FLATTEN) == 100


def test_a_stop_covers_what_no_other_stop_covers() -> None:
    book = holding("100")
    book.reserve(intent(side=SELL, purpose=Purpose.PROTECT), D(60), D(45))
    assert close(book, Purpose.PROTECT) == 40

    book.reserve(intent(side=SELL, purpose=Purpose.PROTECT), D(40), D(45))
    assert close(book, Purpose.PROTECT) == Denied(
        Denial.DUPLICATE_INTENT, "100 shares", "100 covered"
    )


@pytest.mark.parametrize("purpose", [Purpose.EXIT, Purpose.PROTECT])
@pytest.mark.parametrize("ended_purpose", [Purpose.EXIT, Purpose.PROTECT])
def test_what_an_ended_order_has_sold_unheard_is_not_sold_again(
    purpose: Purpose, ended_purpose: Purpose
) -> None:
    book = holding("100")
    book.reserve(intent(side=SELL, purpose=ended_purpose), D(100), D(45))
    book.name(submitted(side=SELL, purpose=ended_purpose))
    book.release(ended(side=SELL, purpose=ended_purpose, missing="30"))
    assert close(book, purpose) == 70
    assert close(book, Purpose.FLATTEN) == 100
