from decimal import Decimal

from tradeengine.ledger.holdings import BookedFill, Holdings
from tradeengine.ledger.positions import Position

D = Decimal


def test_a_symbol_never_held_is_flat() -> None:
    assert Holdings().position("AAA") == Position()


def test_taking_a_fill_out_rebuilds_the_position_without_it() -> None:
    holdings = Holdings()
    first, second = BookedFill("a", D(10), D(5)), BookedFill("b", D(10), D(7))
    holdings.book("AAA", first)
    holdings.book("AAA", second)
    holdings.book("AAA", BookedFill("c", D(-10), D(8)))

    assert holdings.amend("AAA", first, None) == Position(D(0), D(0), D(10))
    assert holdings.find("AAA", "a") is None


def test_an_adopted_position_is_where_the_rebuilding_starts() -> None:
    holdings = Holdings()
    holdings.adopt("AAA", Position(D(10), D(50)))
    booked = BookedFill("a", D(10), D(7))
    holdings.book("AAA", booked)

    assert holdings.amend("AAA", booked, BookedFill("b", D(10), D(9))) == Position(D(20), D(140))


def test_a_fill_without_an_id_cannot_be_found() -> None:
    holdings = Holdings()
    holdings.book("AAA", BookedFill("", D(10), D(5)))

    assert holdings.find("AAA", "") is None


def test_symbols_are_listed_in_the_order_they_came() -> None:
    holdings = Holdings()
    for symbol in ("B", "A", "C", "A"):
        holdings.book(symbol, BookedFill("", D(1), D(1)))

    assert holdings.symbols() == ["B", "A", "C"]
