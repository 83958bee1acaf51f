"""Whose universe a command is about: the origin of its data, and the session it decides for."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from tradeengine.clock import Clock
from tradeengine.model.sessions import next_session
from tradeengine.options import Options
from tradeengine.settings import Settings, VenueKind
from tradeengine.universe.mapping import Mapping

EMBEDDED: Final = "embedded"
ALPACA: Final = "alpaca"


@dataclass(frozen=True, slots=True)
class DeskDay:
    """An origin of data, and the first session that a decision of now can be for."""

    origin: str
    day: date


def desk_day(options: Options, clock: Clock) -> DeskDay:
    """
    Settle the origin and the session.

    A venue of ours has a day of its own; elsewhere it is the first session that opens from
    now on. Raises OutsideCalendar.
    """
    if options.choice.has_own_account or options.choice.kind is VenueKind.URL:
        return DeskDay(EMBEDDED, options.date)
    return DeskDay(ALPACA, next_session(clock.now()).date)


def mapping_of(settings: Settings) -> Mapping:
    """Give the mapping that is traded: the risk gate's, which every strategy has to pass."""
    return Mapping(settings.risk.regime_mapping.value)
