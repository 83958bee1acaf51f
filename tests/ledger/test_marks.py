from decimal import Decimal

from tests.ledger.messages import bar, quote, trade
from tradeengine.ledger.marks import Marks

NONE = Decimal(-1)


def price(marks: Marks) -> Decimal:
    return marks.price("AAA", otherwise=NONE)


def test_the_last_print_is_the_mark() -> None:
    marks = Marks(spread_max_bps=100)
    marks.on_quote(quote(9.99, 10.01))
    marks.on_trade(trade(10.02))

    assert price(marks) == Decimal("10.0200")


def test_a_print_or_a_close_at_zero_is_not_believed() -> None:
    marks = Marks(spread_max_bps=100)
    marks.on_trade(trade(10.02))
    marks.on_trade(trade(0.0))
    marks.on_bar(bar(0.0))
    marks.on_bar(bar(0.0, history=True))

    assert price(marks) == Decimal("10.0200")


def test_the_middle_of_a_narrow_quote_is_the_mark() -> None:
    marks = Marks(spread_max_bps=100)
    marks.on_quote(quote(99.5, 100.0))

    assert price(marks) == Decimal("99.7500")


def test_a_wide_one_sided_or_crossed_quote_is_not_believed() -> None:
    marks = Marks(spread_max_bps=100)
    for bid, ask in ((98.9, 100.0), (0.0, 100.0), (100.1, 100.0)):
        marks.on_quote(quote(bid, ask))

    assert price(marks) == NONE


def test_history_and_corrections_only_fill_a_hole() -> None:
    marks = Marks(spread_max_bps=100)
    marks.on_bar(bar(10.0, history=True))
    assert price(marks) == 10

    marks.on_bar(bar(11.0))
    marks.on_bar(bar(12.0, history=True))
    marks.on_bar(bar(13.0, revised=True))
    assert price(marks) == 11


def test_the_brokers_price_gives_way_to_ours() -> None:
    marks = Marks(spread_max_bps=100)
    marks.suggest("AAA", None)
    assert price(marks) == NONE

    marks.suggest("AAA", Decimal("7.5"))
    assert price(marks) == Decimal("7.5")

    marks.on_trade(trade(8.0))
    marks.suggest("AAA", Decimal("7.5"))
    assert price(marks) == 8


def test_the_brokers_last_word_goes_before_its_earlier_ones_and_before_history() -> None:
    marks = Marks(spread_max_bps=100)
    for price_told in ("7.5", "7.25"):
        marks.suggest("AAA", Decimal(price_told))
        marks.on_bar(bar(10.0, history=True))
        assert price(marks) == Decimal(price_told)

    marks.suggest("AAA", Decimal(0))
    assert price(marks) == Decimal("7.25")


def test_marks_are_rounded_to_the_finest_price_step() -> None:
    marks = Marks(spread_max_bps=100)
    marks.on_trade(trade(10.00005))

    assert str(price(marks)) == "10.0000"
