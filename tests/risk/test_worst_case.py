from decimal import Decimal

from tests.risk.world import intent, position
from tradeengine.model.orders import Side
from tradeengine.risk.exposure import ExposureBook
from tradeengine.risk.worst_case import Addition, Reach, gross, net, reaches

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


def mark(_: str) -> Decimal:
    return D(50)


def test_a_position_alone_reaches_what_it_is_worth() -> None:
    book = ExposureBook()
    book.position_changed(position(quantity="-10"))

    assert reaches(book, mark) == [Reach("AAA", D(-500), D(-500))]


def test_open_orders_widen_the_reach_both_ways() -> None:
    book = ExposureBook()
    book.position_changed(position(quantity="10"))
    book.reserve(intent(side=BUY), D(5), D(50))
    book.reserve(intent(side=SELL), D(30), D(50))

    (row,) = reaches(book, mark)
    assert row == Reach("AAA", D(-1_000), D(750))
    assert row.gross == 1_000


def test_the_highest_price_in_sight_counts() -> None:
    book = ExposureBook()
    book.reserve(intent(), D(10), D(52))

    assert reaches(book, mark) == [Reach("AAA", D(0), D(520))]
    assert reaches(book, mark, Addition("AAA", BUY, D(1), D(60))) == [Reach("AAA", D(0), D(660))]


def test_the_order_being_judged_counts_in_its_own_symbol_only() -> None:
    book = ExposureBook()
    book.position_changed(position("BBB", quantity="10"))

    assert reaches(book, mark, Addition("AAA", SELL, D(4), D(50))) == [
        Reach("BBB", D(500), D(500)),
        Reach("AAA", D(-200), D(0)),
    ]


def test_gross_adds_the_worse_ends_up() -> None:
    assert gross([Reach("A", D(-3), D(1)), Reach("B", D(0), D(2))]) == 5


def test_net_lets_longs_and_shorts_cancel_only_where_they_must() -> None:
    rows = [Reach("A", D(100), D(100)), Reach("B", D(-80), D(0))]

    assert net(rows) == 100
    assert net([Reach("A", D(10), D(10)), Reach("B", D(-80), D(-80))]) == 70


def test_weights_may_turn_the_ends_around() -> None:
    rows = [Reach("A", D(0), D(100))]

    assert net(rows, lambda _: D(-2)) == 200
