"""
Triggers as data, and what they say of an instant: a live run and a backtest ask the same.

A trigger names days and a time on them, in New York. Instants are nanoseconds UTC. `last`
is when the last success began, None where there was none: only `EverySessions` looks at it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Final

from tradeengine.model.instants import MINUTE, instant_of, new_york
from tradeengine.model.night import refuse_night
from tradeengine.model.sessions import OutsideCalendar, Session, session_on

QUARTERS: Final = frozenset({1, 4, 7, 10})
"""January, April, July and October."""

_DAY: Final = timedelta(days=1)
_HORIZON_DAYS: Final = 400
"""No trigger rests longer: 260 sessions, the most that can be chosen, take up to 385 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Every day at a New York time. Raises ValueError for one in the night."""

    at: time

    def __post_init__(self) -> None:
        refuse_night(self.at, "a daily time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarterly:
    """
    The first Saturday of each quarter, holiday or not, at a New York time.

    Raises ValueError for one in the night.
    """

    at: time

    def __post_init__(self) -> None:
        refuse_night(self.at, "a quarterly time")


@dataclass(frozen=True, slots=True, kw_only=True)
class EverySessions:
    """
    So many sessions after the last success, and every day from then on until the next one.

    `at` is a New York time; ValueError for one in the night.
    """

    at: time
    sessions: int

    def __post_init__(self) -> None:
        refuse_night(self.at, "a time after sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeOpen:
    """So many minutes before each open, 1 to 300."""

    minutes: int

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= 300:
            raise ValueError("minutes before the open must be 1 to 300: 04:30 at the earliest")


Trigger = Daily | Quarterly | EverySessions | BeforeOpen


def next_due(trigger: Trigger, now: int, last: int | None = None) -> int | None:
    """Give the first due instant after `now`; None if none comes in sight or calendar."""
    first = new_york(now).date()
    for ahead in range(_HORIZON_DAYS):
        due = _due_on(trigger, first + ahead * _DAY, last)
        if due is not None and due > now:
            return due
    return None


def last_due(trigger: Trigger, now: int, last: int | None = None) -> int | None:
    """Give the latest due instant at or before `now`; None if none is in sight or calendar."""
    first = new_york(now).date()
    for back in range(_HORIZON_DAYS):
        due = _due_on(trigger, first - back * _DAY, last)
        if due is not None and due <= now:
            return due
    return None


def missed(trigger: Trigger, last: int, now: int) -> list[int]:
    """List the due instants after the last success began, up to and with `now`."""
    found: list[int] = []
    due = next_due(trigger, last, last)
    while due is not None and due <= now:
        found.append(due)
        due = next_due(trigger, due, last)
    return found


def firings(trigger: Trigger, start: int, end: int) -> Iterator[int]:
    """Give every due instant in [start, end) when each is a success at once: a backtest's."""
    due = next_due(trigger, start - 1)
    while due is not None and due < end:
        yield due
        due = next_due(trigger, due, due)


def _due_on(trigger: Trigger, day: date, last: int | None) -> int | None:
    """Give the instant at which a trigger is due on a day, None if it is not."""
    match trigger:
        case Daily(at=at):
            return instant_of(day, at)
        case Quarterly(at=at):
            is_first_saturday = day.month in QUARTERS and day.weekday() == 5 and day.day <= 7
            return instant_of(day, at) if is_first_saturday else None
        case EverySessions(at=at, sessions=sessions):
            since = None if last is None else _session_after(new_york(last).date(), sessions)
            return instant_of(day, at) if since is not None and day >= since else None
        case BeforeOpen(minutes=minutes):
            session = _session(day)
            return None if session is None else session.open_at - minutes * MINUTE


@lru_cache(maxsize=256)
def _session_after(day: date, number: int) -> date | None:
    """Give the date of the `number`th session after a day; None beyond the calendar."""
    try:
        while number:
            day += _DAY
            number -= session_on(day) is not None
    except OutsideCalendar:
        return None
    return day


def _session(day: date) -> Session | None:
    """Give a day's session; None when there is none or the calendar does not know."""
    try:
        return session_on(day)
    except OutsideCalendar:
        return None
