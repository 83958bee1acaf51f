"""Conflation of quotes."""

from tests.feed.frames import GOLDEN
from tradeengine.feed.conflate import conflate
from tradeengine.model.events import Input, Quote


def quote(symbol: str, bid: float) -> Quote:
    return Quote(at=1, received_at=2, symbol=symbol, bid=bid, bid_size=1, ask=bid + 1, ask_size=1)


def test_only_the_newest_quote_of_a_symbol_stays() -> None:
    events: list[Input] = [quote("A", 1), quote("B", 2), quote("A", 3), quote("A", 4)]
    assert conflate(events) == ([quote("B", 2), quote("A", 4)], 2)


def test_everything_but_quotes_stays_in_order() -> None:
    others = [event for _, event in GOLDEN.values() if type(event) is not Quote]
    events: list[Input] = [quote("A", 1), *others, quote("A", 2), *others]
    assert conflate(events) == ([*others, quote("A", 2), *others], 1)


def test_nothing_is_dropped_when_there_is_nothing_to_drop() -> None:
    events: list[Input] = [quote("A", 1), quote("B", 1)]
    assert conflate(events) == (events, 0)
