"""
The hours of a session: when bars count, when to enter, when to leave.

Half days need no rule of their own: everything is counted from the open and the
close that the run was opened with.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from tradeengine.model.events import RunOpened
from tradeengine.model.instants import MINUTE, new_york
from tradeengine.model.sessions import OutsideCalendar, session_on
from tradeengine.strategy.parameters import ContrarianParameters

_DAY: Final = 24 * 60 * MINUTE
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Instants of today's session, nanoseconds UTC. Intervals hold their start, not their end."""

    day: date
    open_at: int
    close_at: int
    entry_from: int
    entry_until: int
    leave_at: int
    window: str
    """The entry window for people, New York time."""

    @classmethod
    def of(cls, run: RunOpened, parameters: ContrarianParameters) -> "Hours":
        """Work out the instants of a run's session."""
        opens, closes = run.session_open, run.session_close
        first = opens + parameters.entry_after_open_minutes * MINUTE
        last = closes - parameters.entry_before_close_minutes * MINUTE
        return cls(
            day=new_york(opens).date(),
            open_at=opens,
            close_at=closes,
            entry_from=first,
            entry_until=last,
            leave_at=closes - parameters.exit_before_close_minutes * MINUTE,
            window=f"{new_york(first):%H:%M} to {new_york(last):%H:%M}",
        )

    def holds(self, at: int) -> bool:
        """Tell whether an instant is inside the session."""
        return self.open_at <= at < self.close_at


def is_regular(at: int) -> bool:
    """Tell whether the calendar has a regular session at an instant of any day."""
    opens, closes = _regular_hours(at // _DAY)
    return opens <= at < closes


@lru_cache(maxsize=64)
def _regular_hours(utc_day: int) -> tuple[int, int]:
    # A regular session lies inside one UTC day (13:30 or 14:30 to 21:00 at the latest).
    try:
        session = session_on(_EPOCH + timedelta(days=utc_day))
    except OutsideCalendar:
        session = None
    return (session.open_at, session.close_at) if session is not None else (0, 0)
