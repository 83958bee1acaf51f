"""Whose data a command is about, and the session that it looks forward to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tradeengine.clock import Clock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.instants import new_york
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    next_session,
    previous_session,
    session_on,
)
from tradeengine.quant.venue_time import clock_of
from tradeengine.settings import Settings, VenueChoice, VenueKind, choose_venue, load_settings

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

    @property
    def venue_is_here(self) -> bool:
        """Tell whether the flags mean a venue in this process. Raises BadConfiguration."""
        settings = load_settings(self.home.root, self.config, self.environ)
        return choose_venue(self.venue, settings).has_own_account

    def open(self) -> tuple[Settings, DeskFiles, DeskDay]:
        """
        Give the settings, the folders and the day that the flags mean.

        Raises BadConfiguration; for a venue at a URL also VenueUnreachable and RefusedByBroker.
        """
        self.home.require_text()
        settings = load_settings(self.home.root, self.config, self.environ)
        choice = choose_venue(self.venue, settings)
        # With a date nobody has to be asked for the day: the stores are read, and no venue.
        clock = SystemClock() if self.day else clock_of(settings, choice, settings.venue.seed)
        day = desk_day(choice, self.day, settings, clock)
        return settings, self.home.desk(day.origin), day

    def fetching(self, settings: Settings, day: DeskDay) -> str:
        """Write the command that fetches what is missing; a venue's own clock has no date."""
        venue = f" --venue {self.venue}" if self.venue else ""
        own = choose_venue(self.venue, settings).has_own_account
        return f"tradeengine cache-fund{venue}" + (f" --date {day.day}" if own else "")


def desk_day(choice: VenueChoice, day: date | None, settings: Settings, clock: Clock) -> DeskDay:
    """
    Settle origin and session from the venue, `--date`, the settings and the venue's clock.

    Without a date it is the settings' day for a venue in this process, elsewhere the session
    that is on, or the next. Raises BadConfiguration.
    """
    own = choice.has_own_account
    wanted = day or (settings.venue.date if own else session_at(clock.now()).date)
    return prepared_for(EMBEDDED if is_ours(choice) else ALPACA, wanted)


def prepared_for(origin: str, day: date) -> DeskDay:
    """Give the day of a desk that prepares a session. Raises BadConfiguration for none."""
    session = _session(day)
    return DeskDay(origin=origin, day=session.date, through=previous_session(session.date).date)


def is_ours(choice: VenueChoice) -> bool:
    """Tell whether a venue is one of ours, whose data is shipped, wherever it runs."""
    return choice.has_own_account or choice.kind is VenueKind.URL


def session_at(now: int) -> Session:
    """Give the session that is on at an instant, or comes next. Raises BadConfiguration."""
    try:
        today = session_on(new_york(now).date())
        return today if today is not None and now < today.close_at else next_session(now)
    except OutsideCalendar as error:
        raise BadConfiguration("the date", str(error), "update tradeengine") from None


def _session(day: date) -> Session:
    try:
        found = session_on(day)
    except OutsideCalendar as error:
        raise BadConfiguration("--date", str(error), "name another day") from error
    if found is None:
        raise BadConfiguration("--date", f"the exchange is closed on {day}", "choose a trading day")
    return found
