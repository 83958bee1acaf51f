"""The last sessions up to a day."""

from datetime import date, timedelta

from tradeengine.model.exchange_days import FIRST_YEAR
from tradeengine.model.sessions import sessions_between

_CALENDAR_DAYS_A_SESSION = 1.6
"""More than there are, with a week to spare: 7/5 and the holidays."""


def last_sessions(through: date, days: int) -> tuple[date, ...]:
    """
    Give the last `days` sessions up to `through`, which is one of them if it is a session.

    Fewer when the calendar begins later. Raises OutsideCalendar.
    """
    back = timedelta(days=int(days * _CALENDAR_DAYS_A_SESSION) + 7)
    first = max(date(FIRST_YEAR, 1, 1), through - back)
    sessions = sessions_between(first, through)
    return tuple(session.date for session in sessions[max(0, len(sessions) - days) :])
