"""Whole weeks on IEX: the watchdog never cries wolf, and never misses the real one."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from tests.feed.iex_week import sessions_of, stream, watched
from tradeengine.model.events import FeedMuted, FeedStable, Input, SymbolQuiet
from tradeengine.model.instants import NANOS, instant_of

RECORDED = [date(2019, 2, 11) + timedelta(days) for days in range(5)]
THANKSGIVING = [date(2018, 11, 19) + timedelta(days) for days in range(5)]
"""Closed on Thursday, a half day on Friday."""

MIXED = ("AAPL", "MSFT", "JPM", "DFS", "PPLT", "SLV", "TZA")
SLOW = ("DFS", "PPLT", "SLV", "TZA")
SHARES = ("AAPL", "DFS", "COST", "LOW")


def test_the_week_with_a_holiday_has_a_half_day() -> None:
    sessions = sessions_of(THANKSGIVING)
    assert [session.date.day for session in sessions] == [19, 20, 21, 23]
    assert sessions[-1].close_at == instant_of(date(2018, 11, 23), time(13))


def longest_silence(events: Sequence[Input], days: Sequence[date], symbol: str) -> float:
    """Give the longest silence of a name inside one session, in seconds."""
    gaps = [0.0]
    for session in sessions_of(days):
        times = [
            event.received_at
            for event in events
            if getattr(event, "symbol", "") == symbol
            and session.open_at <= event.received_at <= session.close_at
        ]
        gaps += [(b - a) / NANOS for a, b in pairwise(times)]
    return max(gaps)


@pytest.mark.parametrize(
    ("days", "symbols", "quotes"),
    [
        pytest.param(RECORDED, MIXED, True, id="recorded week"),
        pytest.param(RECORDED, SLOW, False, id="recorded week, slow names only"),
        pytest.param(THANKSGIVING, SHARES, True, id="holiday and half day"),
    ],
)
def test_a_week_of_nights_and_quiet_names_trips_nothing(
    days: Sequence[date], symbols: Sequence[str], *, quotes: bool
) -> None:
    events = stream(days, symbols, quotes=quotes, seed=1)
    assert max(longest_silence(events, days, symbol) for symbol in symbols) > 600
    told = watched(events, days)
    assert told.looks > 40_000
    assert told.of(FeedMuted) == []
    assert {getattr(message, "symbol", "") for message in told.of(SymbolQuiet)} <= set(SLOW)
    assert {type(message) for message in told.messages} <= {SymbolQuiet}


def test_a_mute_of_61_seconds_at_ten_in_that_week_trips_once() -> None:
    ten = instant_of(RECORDED[2], time(10))
    events = stream(RECORDED, MIXED, quotes=True, seed=1)
    told = watched(events, RECORDED, lost=(ten, ten + 61 * NANOS))
    [muted] = told.of(FeedMuted)
    assert isinstance(muted, FeedMuted)
    assert ten < muted.at <= ten + 61 * NANOS
    assert 60 <= muted.silent_seconds < 60.01
    [stable] = told.of(FeedStable)
    assert isinstance(stable, FeedStable)
    assert stable.evidence.startswith("6 intervals")
    assert muted.at < stable.at < muted.at + 180 * NANOS
    assert len(told.messages) == 2


def test_slow_names_alone_trip_too() -> None:
    days = RECORDED[2:]
    ten = instant_of(days[0], time(10))
    events = stream(days, SLOW, quotes=False, seed=1)
    told = watched(events, days, lost=(ten, ten + 90 * NANOS))
    assert len(told.of(FeedMuted)) == 1
    assert len(told.of(FeedStable)) == 1
