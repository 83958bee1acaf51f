"""Minutes add up to the day so far."""

import datetime as dt

import pytest

from tests.venue.server.conftest import TEN
from tradeengine.model.events import Bar
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.venue.server.day_bars import DayBars, combined


def minute(number: int, close: float = 2.0, volume: float = 10.0, vwap: float = 2.0) -> Bar:
    at = TEN + number * MINUTE
    return Bar(
        at=at,
        received_at=at + MINUTE,
        symbol="AAPL",
        open=2.0,
        high=max(2.0, close),
        low=min(2.0, close),
        close=close,
        volume=volume,
        vwap=vwap,
        trade_count=3,
    )


class History:
    """Minutes that were before the venue started."""

    def __init__(self, *minutes: Bar) -> None:
        self._minutes = minutes

    def __call__(self, _symbol: str, start: int, end: int) -> list[Bar]:
        return [minute for minute in self._minutes if start <= minute.at <= end]


def test_minutes_add_up() -> None:
    days = DayBars(History())
    days.add(minute(0))
    day = days.add(minute(1, close=3.0, volume=30.0, vwap=2.4))
    assert day.at == instant_of(dt.date(2019, 2, 13), dt.time(0))
    assert (day.high, day.low, day.close, day.volume, day.trade_count) == (3.0, 2.0, 3.0, 40.0, 6)
    assert day.vwap == pytest.approx(2.3)


def test_a_day_begins_with_what_was_before_the_venue_started() -> None:
    days = DayBars(History(minute(-2, close=9.0), minute(-1)))
    assert days.add(minute(0)).high == 9.0
    assert days.add(minute(1)).volume == 40.0


def test_a_new_day_begins_afresh() -> None:
    days = DayBars(History(minute(0)))
    assert days.add(minute(1)).volume == 20.0
    assert days.add(minute(24 * 60)).volume == 10.0


def test_the_day_so_far_comes_from_history() -> None:
    days = DayBars(History(minute(0), minute(1, close=5.0)))
    assert days.so_far("AAPL", TEN - 1) is None
    day = days.so_far("AAPL", TEN + 10 * MINUTE)
    assert day is not None
    assert (day.volume, day.close) == (20.0, 5.0)


def test_minutes_without_volume_keep_a_mean_price() -> None:
    assert combined(minute(0, volume=0.0), minute(1, volume=0.0, vwap=5.0)).vwap == 5.0
