"""The first session that a decision about the universe, made now, can be for."""

from tradeengine.clock import Clock
from tradeengine.errors import BadConfiguration
from tradeengine.model.sessions import OutsideCalendar, next_session
from tradeengine.options import Options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, DeskDay, is_ours, prepared_for


def desk_day(options: Options, clock: Clock) -> DeskDay:
    """
    Settle the origin and the session.

    A venue in this process has the day of the options; elsewhere it is the first session that
    opens from now on by the venue's clock, for nobody changes the list of a session that is on.
    Raises BadConfiguration.
    """
    if options.choice.has_own_account:
        return prepared_for(EMBEDDED, options.date)
    try:
        coming = next_session(clock.now())
    except OutsideCalendar as error:
        raise BadConfiguration("the date", str(error), "update tradeengine") from None
    return prepared_for(EMBEDDED if is_ours(options.choice) else ALPACA, coming.date)
