"""What time it is at the venue whose data a command is about."""

from tradeengine.clock import Clock, ScaledClock, SystemClock
from tradeengine.event_loop import in_a_loop
from tradeengine.model.instants import instant_of
from tradeengine.options import Options
from tradeengine.settings import Settings, VenueChoice, VenueKind
from tradeengine.worlds.addresses import addresses_of
from tradeengine.worlds.asking import ask_clock


def clock_of(settings: Settings, choice: VenueChoice, seed: int) -> Clock:
    """
    Give a venue's clock: that of a venue at a URL is asked for, elsewhere it is the machine's.

    Raises VenueUnreachable, RefusedByBroker, BadConfiguration.
    """
    if choice.kind is not VenueKind.URL:
        return SystemClock()
    told = in_a_loop(ask_clock(addresses_of(settings, choice, seed).access))
    return ScaledClock(told.at, told.speed)


def now_of(options: Options) -> int:
    """Give the instant (ns UTC) that a job is for, as `clock_of`; in this process the start."""
    if options.choice.has_own_account:
        return instant_of(options.date, options.start)
    return clock_of(options.settings, options.choice, options.seed).now()
