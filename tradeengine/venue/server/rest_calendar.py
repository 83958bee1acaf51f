"""
Clock and calendar, from venue time and the exchange's sessions.

/v2/clock and /v2/calendar keep the old shapes (recorded 2025-11 and 2026-07-24:
half days close at 13:00, holidays are absent, instants carry New York's
offset); /v3/clock and /v3/calendar/{market} name the phases of the day.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from aiohttp import web

from tradeengine.clock import Clock, ScaledClock
from tradeengine.model.exchange_days import FIRST_YEAR, LAST_YEAR
from tradeengine.model.instants import NANOS, NEW_YORK, format_instant, new_york
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    is_open,
    next_session,
    session_on,
    sessions_between,
    settlement_date,
)
from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.faults import ArmedFaults
from tradeengine.venue.server.headers import SPEED_HEADER
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import choice_in, day_in, instant_in, malformed, names_in

_FIRST_DAY = date(FIRST_YEAR, 1, 4)
_LAST_DAY = date(LAST_YEAR, 12, 27)
"""The last date whose settlement still lies inside the calendar."""

_WEEK = timedelta(days=7)

_DATE_TYPES = ("TRADING", "SETTLEMENT")
_OWN_TIMEZONE = "America/New_York"
_TIMEZONES = (_OWN_TIMEZONE, "UTC")

Writer = Callable[[int], str]


class Exchange(NamedTuple):
    """A market as the v3 endpoints name it."""

    mic: str
    acronym: str
    name: str


_MARKETS = (
    Exchange("XNYS", "NYSE", "New York Stock Exchange"),
    Exchange("XNAS", "NASDAQ", "National Association of Securities Dealers"),
    Exchange("IEXG", "IEX", "Investors Exchange"),
    Exchange("OTCM", "OTC", "Over-The-Counter Markets"),
)


def with_offset(at: int) -> str:
    """Write an instant with New York's offset, as /v2/clock does."""
    seconds, nanos = divmod(at, NANOS)
    wall = datetime.fromtimestamp(seconds, NEW_YORK)
    fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
    offset = wall.strftime("%z")
    return f"{wall:%Y-%m-%dT%H:%M:%S}{fraction}{offset[:3]}:{offset[3:]}"


def legacy_clock(now: int) -> JsonObject:
    """Write /v2/clock at an instant."""
    return {
        "timestamp": with_offset(now),
        "is_open": is_open(now),
        "next_open": with_offset(next_session(now).open_at),
        "next_close": with_offset(_next_close(now)),
    }


def _next_close(now: int) -> int:
    today = session_on(new_york(now).date())
    if today is not None and now < today.close_at:
        return today.close_at
    return next_session(now).close_at


@cache
def legacy_day(session: Session) -> JsonObject:
    """Write a session as a row of /v2/calendar."""
    return {
        "date": session.date.isoformat(),
        "open": f"{new_york(session.open_at):%H:%M}",
        "close": f"{new_york(session.close_at):%H:%M}",
        "session_open": f"{new_york(session.pre_open_at):%H%M}",
        "session_close": f"{new_york(session.post_close_at):%H%M}",
        "settlement_date": settlement_date(session.date).isoformat(),
    }


def market_clock(market: Exchange, now: int) -> JsonObject:
    """Write one market's clock of /v3/clock."""
    phase, until = _phase(now)
    return {
        "market": _named(market),
        "timestamp": with_offset(now),
        "is_market_day": session_on(new_york(now).date()) is not None,
        "next_market_open": with_offset(next_session(now).open_at),
        "next_market_close": with_offset(_next_close(now)),
        "phase": phase,
        "phase_until": with_offset(until),
    }


def _phase(now: int) -> tuple[str, int]:
    """Name the phase of the day and its end."""
    today = session_on(new_york(now).date())
    if today is not None:
        for end, phase in (
            (today.pre_open_at, "closed"),
            (today.open_at, "pre"),
            (today.close_at, "core"),
            (today.post_close_at, "post"),
        ):
            if now < end:
                return phase, end
    return "closed", next_session(now).pre_open_at


def market_day(session: Session, write: Writer) -> JsonObject:
    """Write a session as a row of /v3/calendar."""
    return {
        "date": session.date.isoformat(),
        "pre_start": write(session.pre_open_at),
        "pre_end": write(session.open_at),
        "core_start": write(session.open_at),
        "core_end": write(session.close_at),
        "post_start": write(session.close_at),
        "post_end": write(session.post_close_at),
        "settlement_date": settlement_date(session.date).isoformat(),
    }


def _named(market: Exchange) -> JsonObject:
    return {
        "mic": market.mic,
        "acronym": market.acronym,
        "name": market.name,
        "timezone": _OWN_TIMEZONE,
    }


def _market_called(name: str) -> Exchange:
    for market in _MARKETS:
        if name.upper() in (market.mic, market.acronym):
            return market
    raise Refused(400, 40010001, f"invalid market: {name}")


class CalendarRest:
    """The four endpoints."""

    def __init__(self, clock: Clock, faults: ArmedFaults) -> None:
        self._clock, self._faults = clock, faults

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        return [
            web.get("/v2/clock", self._legacy_clock),
            web.get("/v2/calendar", self._legacy_calendar),
            web.get("/v3/clock", self._clocks),
            web.get("/v3/calendar/{market}", self._calendar),
        ]

    def _shown(self) -> int:
        """Give the instant that the clocks show: a fault may have set them wrong."""
        now = self._clock.now()
        return now + self._faults.skew("clock", now)

    async def _legacy_clock(self, _request: web.Request) -> web.Response:
        response = answer(legacy_clock(self._shown()))
        if isinstance(self._clock, ScaledClock):
            response.headers[SPEED_HEADER] = f"{self._clock.speed:g}"
        return response

    async def _legacy_calendar(self, request: web.Request) -> web.Response:
        first = max(day_in(request.query, "start") or _FIRST_DAY, _FIRST_DAY)
        last = min(day_in(request.query, "end") or _LAST_DAY, _LAST_DAY)
        if choice_in(request.query, "date_type", _DATE_TYPES, "TRADING") == "TRADING":
            return answer([legacy_day(session) for session in sessions_between(first, last)])
        earlier = max(first - _WEEK, _FIRST_DAY)
        rows: list[Json] = [
            legacy_day(session)
            for session in sessions_between(earlier, last)
            if first <= settlement_date(session.date) <= last
        ]
        return answer(rows)

    async def _clocks(self, request: web.Request) -> web.Response:
        now = instant_in(request.query, "time") or self._shown()
        names = names_in(request.query, "markets")
        markets = [_market_called(name) for name in names] or list(_MARKETS)
        try:
            clocks: list[Json] = [market_clock(market, now) for market in markets]
        except OutsideCalendar as error:
            raise malformed(f"invalid time: {error}") from error
        return answer({"clocks": clocks})

    async def _calendar(self, request: web.Request) -> web.Response:
        market = _market_called(request.match_info["market"])
        first = day_in(request.query, "start") or new_york(self._clock.now()).date()
        last = day_in(request.query, "end") or first + _WEEK
        in_utc = choice_in(request.query, "timezone", _TIMEZONES, _OWN_TIMEZONE) == "UTC"
        write = _in_utc if in_utc else with_offset
        days = sessions_between(max(first, _FIRST_DAY), min(last, _LAST_DAY))
        rows: list[Json] = [market_day(session, write) for session in days]
        return answer({"market": _named(market), "calendar": rows})


def _in_utc(at: int) -> str:
    return format_instant(at)
