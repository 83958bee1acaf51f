"""
Sessions of the New York Stock Exchange, 1993 to 2028.

A session is a weekday that is not in a table of closed days
(`exchange_days.py`), 09:30 to 16:00 New York time, or to 13:00 on the days of a
second table. Two small tables instead of a calendar library: the libraries need
pandas, and importing that costs a live engine 1.4 CPU seconds and 112 MB for
facts that change once a year; the test compares every day with one of them.

A date outside the tables is an error, never a guess: `OutsideCalendar`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cache, lru_cache
from typing import Final

from tradeengine.model.exchange_days import CLOSED, EARLY_CLOSE, FIRST_YEAR, LAST_YEAR
from tradeengine.model.instants import instant_of, new_york

_DAY: Final = timedelta(days=1)
_PRE_OPEN: Final = time(4, 0)
_OPEN: Final = time(9, 30)
_CLOSE: Final = time(16, 0)
_POST_CLOSE: Final = time(20, 0)
_EARLY_CLOSE: Final = time(13, 0)
_EARLY_POST_CLOSE: Final = time(17, 0)

_SETTLEMENT_DAYS: Final = (
    (date(2024, 5, 28), 1),
    (date(2017, 9, 5), 2),
    (date(1995, 6, 7), 3),
    (date.min, 5),
)
"""Trade dates from which SEC Rule 15c6-1 asked for settlement after so many days."""


class OutsideCalendar(LookupError):
    """A date for which we do not know whether the exchange trades."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day

    def __str__(self) -> str:
        return f"the exchange calendar covers {FIRST_YEAR} to {LAST_YEAR}, not {self.day}"


@dataclass(frozen=True, slots=True)
class Session:
    """
    One trading day: its date in New York and its four instants.

    The regular session is `open_at` to `close_at`; `pre_open_at` and
    `post_close_at` (04:00 and 20:00, 17:00 after an early close) bound the
    extended hours. Nanoseconds UTC.
    """

    date: date
    open_at: int
    close_at: int
    pre_open_at: int
    post_close_at: int

    @property
    def closes_early(self) -> bool:
        """Whether the session ends before 16:00."""
        return new_york(self.close_at).time() < _CLOSE


def _days_of(year: int, months_and_days: str) -> frozenset[date]:
    return frozenset(date(year, int(text[:2]), int(text[2:])) for text in months_and_days.split())


@cache
def _closed_days(year: int) -> frozenset[date]:
    return _days_of(year, CLOSED[year])


@cache
def _early_days(year: int) -> frozenset[date]:
    return _days_of(year, EARLY_CLOSE[year])


def has_session(day: date) -> bool:
    """Tell whether the exchange trades on a date. Raises OutsideCalendar."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise OutsideCalendar(day)
    return day.weekday() < 5 and day not in _closed_days(day.year)


@lru_cache(maxsize=1024)
def session_on(day: date) -> Session | None:
    """Give the session of a date, None when the exchange is closed. Raises OutsideCalendar."""
    if not has_session(day):
        return None
    early = day in _early_days(day.year)
    return Session(
        date=day,
        open_at=instant_of(day, _OPEN),
        close_at=instant_of(day, _EARLY_CLOSE if early else _CLOSE),
        pre_open_at=instant_of(day, _PRE_OPEN),
        post_close_at=instant_of(day, _EARLY_POST_CLOSE if early else _POST_CLOSE),
    )


def next_session(at: int) -> Session:
    """Give the first session that opens after an instant. Raises OutsideCalendar."""
    day = new_york(at).date()
    while (session := session_on(day)) is None or session.open_at <= at:
        day += _DAY
    return session


def previous_session(day: date) -> Session:
    """Give the last session before a date. Raises OutsideCalendar."""
    day -= _DAY
    while (session := session_on(day)) is None:
        day -= _DAY
    return session


def sessions_between(first: date, last: date) -> list[Session]:
    """Give the sessions from one date to another, both included. Raises OutsideCalendar."""
    days = _dates(first, last)
    return [session for day in days if (session := session_on(day)) is not None]


def session_days(first: date, last: date) -> list[date]:
    """Give the dates of those sessions: of years of them it is far less work."""
    return [day for day in _dates(first, last) if has_session(day)]


def is_open(at: int) -> bool:
    """Tell whether the regular session is on: open included, close not. Raises OutsideCalendar."""
    session = session_on(new_york(at).date())
    return session is not None and session.open_at <= at < session.close_at


def settlement_date(day: date) -> date:
    """
    Give the date on which a trade made on a session's date settles.

    Sessions on bank holidays do not count (FINRA's notices for Columbus Day and
    Veterans Day). Source of the number of days: SEC Rule 15c6-1. Raises
    OutsideCalendar.
    """
    left = next(days for since, days in _SETTLEMENT_DAYS if day >= since)
    while left:
        day += _DAY
        if session_on(day) is not None and not _is_bank_holiday(day):
            left -= 1
    return day


def _dates(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _is_bank_holiday(day: date) -> bool:
    """Columbus Day or Veterans Day: the exchange trades and the banks are shut."""
    columbus = day.month == 10 and day.weekday() == 0 and 8 <= day.day <= 14
    veterans = day.month == 11 and (day.day == 11 or (day.day == 12 and day.weekday() == 0))
    return columbus or veterans
