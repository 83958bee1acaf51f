"""Whose universe a command is about: the origin of its data, and the session to prepare."""

from dataclasses import dataclass
from datetime import date

from tradeengine.clock import Clock
from tradeengine.errors import BadConfiguration
from tradeengine.model.sessions import OutsideCalendar, next_session, session_on
from tradeengine.settings import Settings, VenueKind, choose_venue
from tradeengine.universe.mapping import Mapping

EMBEDDED, ALPACA = "embedded", "alpaca"


@dataclass(frozen=True, slots=True)
class DeskDay:
    """An origin of data, and the session that decisions are made for."""

    origin: str
    day: date


def desk_day(venue: str | None, day: date | None, settings: Settings, clock: Clock) -> DeskDay:
    """
    Settle the origin and the session from `--venue`, `--date` and the settings.

    Our own venue has a day of its own; elsewhere it is the first session that opens from now
    on. Raises BadConfiguration.
    """
    choice = choose_venue(venue, settings)
    if choice.has_own_account or choice.kind is VenueKind.URL:
        return DeskDay(EMBEDDED, _session(day or settings.venue.date))
    if day is not None:
        raise BadConfiguration(
            "--date",
            f"means nothing on {choice.kind.value}: its next session is the one to prepare",
            "leave it out, or use --venue embedded",
        )
    return DeskDay(ALPACA, next_session(clock.now()).date)


def _session(day: date) -> date:
    try:
        found = session_on(day)
    except OutsideCalendar as error:
        raise BadConfiguration("--date", str(error), "name another day") from error
    if found is None:
        raise BadConfiguration("--date", f"{day} is no session", "name a day of the exchange")
    return day


def mapping_of(settings: Settings) -> Mapping:
    """Give the mapping that is traded: the risk gate's, which every strategy has to pass."""
    return Mapping(settings.risk.regime_mapping.value)
