"""The last sessions up to a day, and how much of a day each is."""

from datetime import date, timedelta
from functools import lru_cache

from tradeengine.model.exchange_days import FIRST_YEAR
from tradeengine.model.instants import MINUTE
from tradeengine.model.sessions import session_days, session_on

_WHOLE_DAY_MINUTES = 390

_CALENDAR_DAYS_A_SESSION = 1.6
"""More than there are, with a week to spare: 7/5 and the holidays."""


@lru_cache(maxsize=16)
def last_sessions(through: date, days: int) -> tuple[date, ...]:
    """
    Give the last `days` sessions up to `through`, which is one of them if it is a session.

    Fewer when the calendar begins later. Raises OutsideCalendar.
    """
    back = timedelta(days=int(days * _CALENDAR_DAYS_A_SESSION) + 7)
    first = max(date(FIRST_YEAR, 1, 1), through - back)
    sessions = session_days(first, through)
    return tuple(sessions[max(0, len(sessions) - days) :])


def whole_day_scale(day: date) -> float:
    """
    Give what a session's volume is multiplied by to be that of a whole day: 1, or 390/210.

    1 for a day without a session. Raises OutsideCalendar.
    """
    session = session_on(day)
    if session is None:
        return 1.0
    return _WHOLE_DAY_MINUTES / ((session.close_at - session.open_at) / MINUTE)
