"""The hours of a run on our own venue: known before anything is made, so refused before it."""

from dataclasses import dataclass

from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import instant_of, new_york
from tradeengine.model.sessions import OutsideCalendar, Session, session_on
from tradeengine.options import Options
from tradeengine.run.startup import refuse_until


@dataclass(frozen=True, slots=True)
class OwnHours:
    """A session of our own venue, and when in it the run begins (ns UTC)."""

    session: Session
    start: int


def own_hours(options: Options) -> OwnHours:
    """Give the hours that the options ask for. Raises BadConfiguration."""
    session = _session(options)
    start = instant_of(options.date, options.start)
    if not session.open_at <= start < session.close_at:
        raise BadConfiguration(
            "--start",
            f"{options.start:%H:%M} is outside the session of {options.date}",
            f"choose from {new_york(session.open_at):%H:%M} to before"
            f" {new_york(session.close_at):%H:%M}",
        )
    refuse_until(options, session.date, start)
    return OwnHours(session, start)


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
