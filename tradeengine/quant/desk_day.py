"""Whose data a command is about, and the session that it looks forward to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tradeengine.clock import Clock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    next_session,
    previous_session,
    session_on,
)
from tradeengine.settings import Settings, VenueKind, choose_venue, load_settings

EMBEDDED, ALPACA = "embedded", "alpaca"


@dataclass(frozen=True, slots=True)
class DeskDay:
    """
    An origin of data, the session that decisions are made for, and the one before it.

    Bars through `through` are known before `day` opens, and filings from before `day`.
    """

    origin: str
    day: date
    through: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFlags:
    """The flags that the desk's commands share; None is what was not given."""

    home: Home
    config: Path | None
    environ: Mapping[str, str]
    venue: str | None
    day: date | None
    json: bool

    def open(self) -> tuple[Settings, DeskFiles, DeskDay]:
        """Give the settings, the folders and the day that the flags mean."""
        settings = load_settings(self.home.root, self.config, self.environ)
        day = desk_day(self.venue, self.day, settings, SystemClock())
        return settings, self.home.desk(day.origin), day


def desk_day(venue: str | None, day: date | None, settings: Settings, clock: Clock) -> DeskDay:
    """
    Settle origin and session from `--venue`, `--date` and the settings.

    Without a date it is our own venue's day, elsewhere the first session that opens from now
    on. Raises BadConfiguration.
    """
    choice = choose_venue(venue, settings)
    own = choice.has_own_account or choice.kind is VenueKind.URL
    wanted = day or (settings.venue.date if own else next_session(clock.now()).date)
    session = _session(wanted)
    return DeskDay(
        origin=EMBEDDED if own else ALPACA,
        day=session.date,
        through=previous_session(session.date).date,
    )


def _session(day: date) -> Session:
    try:
        found = session_on(day)
    except OutsideCalendar as error:
        raise BadConfiguration("--date", str(error), "name another day") from error
    if found is None:
        raise BadConfiguration("--date", f"{day} is no session", "name a day of the exchange")
    return found
