"""Time that passes only while the exchange is open."""

from datetime import date, time

import pytest

from tradeengine.feed.market_time import MarketTime
from tradeengine.model.instants import instant_of

WEDNESDAY = date(2026, 11, 25)
FRIDAY = date(2026, 11, 27)  # the half day after Thanksgiving


def at(day: date, wall: str) -> int:
    return instant_of(day, time.fromisoformat(wall))


@pytest.fixture
def market() -> MarketTime:
    return MarketTime(
        [
            (at(FRIDAY, "09:30"), at(FRIDAY, "13:00")),
            (at(WEDNESDAY, "09:30"), at(WEDNESDAY, "16:00")),
        ]
    )


def test_time_passes_while_the_exchange_is_open(market: MarketTime) -> None:
    assert market.seconds(at(WEDNESDAY, "10:00"), at(WEDNESDAY, "10:01")) == 60


def test_the_night_and_the_holiday_take_no_time(market: MarketTime) -> None:
    assert market.seconds(at(WEDNESDAY, "15:59:50"), at(FRIDAY, "09:30:05")) == 15


def test_the_afternoon_of_a_half_day_takes_no_time(market: MarketTime) -> None:
    assert market.seconds(at(FRIDAY, "12:59:58"), at(FRIDAY, "15:00")) == 2


def test_whole_sessions_add_up(market: MarketTime) -> None:
    assert market.seconds(at(WEDNESDAY, "01:00"), at(FRIDAY, "23:00")) == (6.5 + 3.5) * 3600


def test_time_before_after_and_backwards_is_nothing(market: MarketTime) -> None:
    assert market.seconds(at(WEDNESDAY, "05:00"), at(WEDNESDAY, "09:29")) == 0
    assert market.seconds(at(FRIDAY, "14:00"), at(FRIDAY, "20:00")) == 0
    assert market.seconds(at(WEDNESDAY, "08:00"), at(WEDNESDAY, "08:00")) == 0


@pytest.mark.parametrize(
    ("day", "wall", "open_"),
    [
        (WEDNESDAY, "09:29:59", False),
        (WEDNESDAY, "09:30", True),
        (WEDNESDAY, "15:59:59", True),
        (WEDNESDAY, "16:00", False),
        (FRIDAY, "12:59", True),
        (FRIDAY, "13:00", False),
    ],
)
def test_it_knows_when_the_exchange_is_open(
    market: MarketTime, day: date, wall: str, open_: bool
) -> None:
    assert market.is_open(at(day, wall)) is open_
