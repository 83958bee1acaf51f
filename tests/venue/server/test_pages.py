"""Pages of history, where several things happen at one instant."""

from collections.abc import Sequence

from tradeengine.model.events import Trade
from tradeengine.venue.server.pages import Place, Source, Span, page_of


def trade(at: int, number: int) -> Trade:
    return Trade(at=at, received_at=at, symbol="A", price=1.0, size=1, trade_id=number)


TRADES = [trade(at, number) for number, at in enumerate((10, 20, 20, 20, 30, 45))]


def source(asked: list[tuple[int, int]] | None = None) -> Source[Trade]:
    """Serve the trades of A; B has none."""

    def read(symbol: str, start: int, end: int) -> Sequence[Trade]:
        if asked is not None:
            asked.append((start, end))
        return [t for t in TRADES if start <= t.at <= end and symbol == "A"]

    return Source("T", 9, read)


def pages(limit: int, *, descending: bool = False) -> list[list[int]]:
    """Follow the tokens and give the trade numbers page by page."""
    token, found = None, []
    while True:
        span = Span(0, 50, descending, limit, token)
        page = page_of(["B", "A"], source(), span)
        found.append([t.trade_id for t in page.rows.get("A", [])])
        token = page.next_token
        if token is None:
            return found


def test_things_of_one_instant_may_be_on_different_pages() -> None:
    assert pages(2) == [[0, 1], [2, 3], [4, 5]]
    assert pages(3) == [[0, 1, 2], [3, 4, 5]]


def test_the_newest_may_come_first() -> None:
    assert pages(4, descending=True) == [[5, 4, 3, 2], [1, 0]]


def test_the_token_says_how_many_of_its_instant_are_before_it() -> None:
    page = page_of(["A"], source(), Span(0, 50, False, 3, None))
    assert Place.of(str(page.next_token)) == Place("A", 20, 2)


def test_history_is_read_no_further_than_the_page_needs() -> None:
    asked: list[tuple[int, int]] = []
    page_of(["A"], source(asked), Span(0, 50, False, 1, None))
    assert asked == [(0, 9), (10, 19), (20, 29)]


def test_symbols_before_the_place_are_passed_over() -> None:
    span = Span(0, 50, False, 9, Place("B", 0, 0).token("T"))
    assert page_of(["A", "B"], source(), span).rows == {}
