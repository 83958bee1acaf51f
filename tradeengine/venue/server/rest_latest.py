"""The present over REST: latest bar, trade and quote, and snapshots."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.feeds import Tick, feed_of
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.rest_history import currency_of, symbols_in

Row = TypeVar("Row", Quote, Trade)

Handle = Callable[[web.Request], Awaitable[web.Response]]

_DAY = 86_400 * NANOS
_LOOK_BACK = 10 * _DAY
"""The longest the exchange was shut is less than this."""


class LatestRest:
    """The endpoints that end in /latest, and the snapshots."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        routes = [
            web.get("/v2/stocks/snapshots", self._snapshots),
            web.get("/v2/stocks/{symbol}/snapshot", self._snapshot),
        ]
        for name, latest in (
            ("bar", self._bar),
            ("trade", self._trade),
            ("quote", self._quote),
        ):
            routes += [
                web.get(f"/v2/stocks/{name}s/latest", self._several(name, latest)),
                web.get(f"/v2/stocks/{{symbol}}/{name}s/latest", self._single(name, latest)),
            ]
        return routes

    def _several(self, name: str, latest: Callable[[str], Tick | None]) -> Handle:
        async def handle(request: web.Request) -> web.Response:
            feed, rows = feed_of(request), {}
            for symbol in symbols_in(request):
                tick = latest(symbol) if symbol in self._desk.market.instruments else None
                if tick is not None:
                    rows[symbol] = self._desk.tapes.row(feed, tick)
            return answer({f"{name}s": rows, **currency_of(request)})

        return handle

    def _single(self, name: str, latest: Callable[[str], Tick | None]) -> Handle:
        async def handle(request: web.Request) -> web.Response:
            symbol = self._desk.instrument(request.match_info["symbol"]).symbol
            tick = latest(symbol)
            if tick is None:
                raise Refused(404, 40410000, f"no {name} found for {symbol}")
            row = self._desk.tapes.row(feed_of(request), tick)
            return answer({"symbol": symbol, name: row, **currency_of(request)})

        return handle

    async def _snapshots(self, request: web.Request) -> web.Response:
        currency_of(request)
        known = self._desk.market.instruments
        return answer(
            {
                symbol: self._snapshot_of(symbol, feed_of(request))
                for symbol in symbols_in(request)
                if symbol in known
            }
        )

    async def _snapshot(self, request: web.Request) -> web.Response:
        currency_of(request)
        symbol = self._desk.instrument(request.match_info["symbol"]).symbol
        return answer({"symbol": symbol, **self._snapshot_of(symbol, feed_of(request))})

    def _snapshot_of(self, symbol: str, feed: str) -> JsonObject:
        today, before = self._days(symbol)
        parts: dict[str, Tick | None] = {
            "latestTrade": self._trade(symbol),
            "latestQuote": self._quote(symbol),
            "minuteBar": self._bar(symbol),
            "dailyBar": today,
            "prevDailyBar": before,
        }
        known = {name: tick for name, tick in parts.items() if tick is not None}
        return {name: self._desk.tapes.row(feed, tick) for name, tick in known.items()}

    def _quote(self, symbol: str) -> Quote | None:
        """Give the last quote, before the venue's first one that of the tape."""
        return self._desk.exchange.quote(symbol) or self._before(self._desk.market.quotes, symbol)

    def _trade(self, symbol: str) -> Trade | None:
        """Give the last print, before the venue's first one that of the tape."""
        shown = self._desk.exchange.last_trade(symbol)
        return shown or self._before(self._desk.market.trades, symbol)

    def _before(self, read: Callable[[str, int, int], list[Row]], symbol: str) -> Row | None:
        now = self._desk.clock.now()
        for start in (now - 10 * MINUTE, now - _DAY, now - _LOOK_BACK):
            rows = read(symbol, start, now)
            if rows:
                return rows[-1]
        return None

    def _bar(self, symbol: str) -> Bar | None:
        """Give the last minute that is complete, of today or the session before."""
        now = self._desk.clock.now()
        for start in (now - 10 * MINUTE, now - _DAY, now - _LOOK_BACK):
            bars = self._desk.market.history(symbol, start, now, 1, now)
            if bars:
                return bars[-1]
        return None

    def _days(self, symbol: str) -> tuple[Bar | None, Bar | None]:
        """Give the day so far, or the last one before the open, and the day before it."""
        now = self._desk.clock.now()
        days = list(self._desk.market.history(symbol, now - _LOOK_BACK, now, "1Day", now))
        today = self._desk.days.so_far(symbol, now)
        if today is not None and all(day.at != today.at for day in days):
            days.append(today)
        newest_first = [*reversed(days), None, None]
        return newest_first[0], newest_first[1]
