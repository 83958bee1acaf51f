"""The day of our own venue, as the options ask for it: whether it can be traded at all."""

from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import instant_of, new_york
from tradeengine.model.sessions import OutsideCalendar, Session, session_on
from tradeengine.options import Options
from tradeengine.run.startup import check_until
from tradeengine.venue.market.open_market import require_data


def refuse_impossible_day(options: Options) -> None:
    """
    Refuse a day, a beginning or an end that cannot be, before anything is made for it.

    Says nothing of other venues: they have days of their own. Raises BadConfiguration.
    """
    if not options.choice.has_own_account:
        return
    _, start = own_day(options)
    require_data(options.date)
    check_until(options, options.date, start)


def own_day(options: Options) -> tuple[Session, int]:
    """Give the session and the instant (ns UTC) at which it begins. Raises BadConfiguration."""
    session = _session(options)
    start = instant_of(options.date, options.start)
    if not session.open_at <= start < session.close_at:
        raise BadConfiguration(
            "--start",
            f"{options.start:%H:%M} is outside the session of {options.date}",
            f"choose from {new_york(session.open_at):%H:%M} to before"
            f" {new_york(session.close_at):%H:%M}",
        )
    return session, start


def _session(options: Options) -> Session:
    try:
        session = session_on(options.date)
    except OutsideCalendar as error:
        raise BadConfiguration(
            "--date", str(error), "choose a trading day of 2004-06-01 to 2010-12-31"
        ) from None
    if session is None:
        raise BadConfiguration(
            "--date", f"the exchange is closed on {options.date}", "choose a trading day"
        )
    return session
