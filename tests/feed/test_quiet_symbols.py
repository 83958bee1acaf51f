"""One symbol's silence against its own cadence."""

import pytest

from tests.feed.frames import NOW
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.quiet_symbols import QuietSymbols
from tradeengine.model.events import Input, SymbolQuiet, Trade
from tradeengine.model.instants import NANOS

OPEN = NOW
CLOSE = OPEN + 23_400 * NANOS


def second(number: float) -> int:
    return OPEN + int(number * NANOS)


def trades(*symbols: str) -> list[Input]:
    return [
        Trade(at=NOW, received_at=NOW, symbol=symbol, price=1, size=1, trade_id=1)
        for symbol in symbols
    ]


@pytest.fixture
def watched() -> QuietSymbols:
    """Two symbols that have spoken every two seconds for two minutes."""
    quiet = QuietSymbols(FeedParameters(), MarketTime([(OPEN, CLOSE)]))
    for number in range(0, 122, 2):
        quiet.heard(trades("AAPL", "MSFT"), second(number))
        assert quiet.check(second(number), second(number)) == []
    return quiet


def test_a_brisk_symbol_that_falls_silent_is_named_once(watched: QuietSymbols) -> None:
    watched.heard(trades("MSFT"), second(419))
    assert watched.check(second(419), second(419)) == []
    watched.heard(trades("MSFT"), second(420))
    assert watched.check(second(420), second(420)) == [
        SymbolQuiet(at=second(420), received_at=second(420), symbol="AAPL", silent_seconds=300.0)
    ]
    watched.heard(trades("MSFT"), second(500))
    assert watched.check(second(500), second(500)) == []


def test_it_is_named_again_after_it_has_spoken(watched: QuietSymbols) -> None:
    watched.heard(trades("MSFT"), second(420))
    assert len(watched.check(second(420), second(420))) == 1
    for number in range(430, 500, 1):
        watched.heard(trades("AAPL"), second(number))
        watched.check(second(number), second(number))
    # It has now shown a silence of 310 s, so it is quiet by nature for a while.
    watched.heard(trades("MSFT"), second(5_000))
    assert watched.check(second(5_000), second(5_000)) == []


def test_nobody_is_quiet_while_the_whole_feed_is_silent(watched: QuietSymbols) -> None:
    assert watched.check(second(1_000), second(120)) == []


def test_a_symbol_that_is_quiet_by_nature_is_never_named() -> None:
    quiet = QuietSymbols(FeedParameters(), MarketTime([(OPEN, CLOSE)]))
    for number in range(0, 4_000, 90):
        quiet.heard(trades("SLOW"), second(number))
        assert quiet.check(second(number), second(number)) == []
    assert quiet.check(second(20_000), second(20_000)) == []


def test_a_symbol_that_is_not_known_yet_is_never_named() -> None:
    quiet = QuietSymbols(FeedParameters(), MarketTime([(OPEN, CLOSE)]))
    quiet.heard(trades("NEW"), second(0))
    assert quiet.check(second(0), second(0)) == []
    assert quiet.check(second(20_000), second(20_000)) == []


def test_talk_before_the_open_teaches_no_cadence() -> None:
    quiet = QuietSymbols(FeedParameters(), MarketTime([(OPEN, CLOSE)]))
    for number in range(-100, 0):
        quiet.heard(trades("EARLY"), second(number))
        quiet.check(second(number), second(number))
    assert quiet.check(second(5_000), second(5_000)) == []


def test_nobody_is_quiet_after_the_close(watched: QuietSymbols) -> None:
    late = CLOSE + 100 * NANOS
    assert watched.check(late, late) == []


def test_time_without_a_connection_does_not_count(watched: QuietSymbols) -> None:
    watched.connected(second(1_000))
    assert watched.check(second(1_299), second(1_299)) == []
    assert [event.at for event in watched.check(second(1_300), second(1_300))] == [
        second(1_300),
        second(1_300),
    ]
