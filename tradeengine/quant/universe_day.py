"""The first session that a decision about the universe, made now, can be for."""

from tradeengine.clock import Clock
from tradeengine.model.sessions import next_session
from tradeengine.options import Options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, DeskDay, is_ours, prepared_for


def desk_day(options: Options, clock: Clock) -> DeskDay:
    """
    Settle the origin and the session.

    A venue of ours has a day of its own; elsewhere it is the first session that opens from
    now on, for nobody changes the list of a session that is on. Raises OutsideCalendar,
    BadConfiguration.
    """
    if is_ours(options.choice):
        return prepared_for(EMBEDDED, options.date)
    return prepared_for(ALPACA, next_session(clock.now()).date)
