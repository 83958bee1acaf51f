"""What the broker says of a day's hours and of the time: checked against our own calendar."""

from dataclasses import dataclass
from datetime import date, time

from tradeengine.broker import requests
from tradeengine.broker.line import Line
from tradeengine.broker.wire import CalendarRow, ClockRow, read_one, read_rows
from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import BadInstant, instant_of, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSession:
    """A trading day at the broker. Instants are nanoseconds UTC."""

    day: date
    open_at: int
    close_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTime:
    """The broker's clock at an instant, and whether its market is open."""

    at: int
    is_open: bool


async def read_session(line: Line, day: date) -> BrokerSession | None:
    """
    Read a day's hours; None when the broker lists none (a holiday or weekend).

    Raises RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation.
    """
    rows = read_rows(await line.ask(requests.calendar(day)), CalendarRow, "/v2/calendar")
    if rows.bad:
        raise ProtocolViolation("/v2/calendar", rows.bad[0].problem, rows.bad[0].text)
    for row in rows.good:
        if row.date == day.isoformat():
            return BrokerSession(
                day=day, open_at=_wall(day, row.open), close_at=_wall(day, row.close)
            )
    return None


async def read_time(line: Line) -> BrokerTime:
    """
    Read the broker's clock.

    Raises RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation.
    """
    row = read_one(await line.ask(requests.clock()), ClockRow, "/v2/clock")
    try:
        return BrokerTime(at=parse_instant(row.timestamp), is_open=row.is_open)
    except BadInstant as error:
        raise ProtocolViolation("/v2/clock", str(error), row.timestamp) from error


def _wall(day: date, text: str) -> int:
    """Read HH:MM in New York. Half days show here only (close 13:00)."""
    try:
        return instant_of(day, time.fromisoformat(text))
    except ValueError as error:
        raise ProtocolViolation("/v2/calendar", str(error), text) from error
