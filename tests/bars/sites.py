"""
Small real servers that stand for Alpaca's data host, Cboe and FRED.

Each scripted answer is given once, in order; then a site answers from its tables.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bars.tables import Row
from tradeengine.bars.asking import Asker, Site
from tradeengine.bars.parameters import BarsParameters
from tradeengine.model.instants import NANOS

KEYS = {"APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret"}

VIX_PATH = "/api/global/us_indices/daily_prices/VIX_History.csv"
RATES_PATH = "/graph/fredgraph.csv"

HURRIED = BarsParameters(
    request_timeout_seconds=5, backoff_first_seconds=0.5, fetch_deadline_seconds=20
)


class PatientClock:
    """A clock that only sleeping moves, without a wait."""

    def __init__(self, now: int = 1_700_000_000 * NANOS) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> int:
        return self._now

    async def sleep_until(self, at: int) -> None:
        await self.sleep(max(0, at - self._now) / NANOS)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += round(seconds * NANOS)
        await asyncio.sleep(0)


@dataclass
class Scripted:
    """One answer in the place of the usual one; a status of 0 is a connection cut short."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Sites:
    """What the sites hold, what they were asked, and how they are to misbehave."""

    bars: list[Row] = field(default_factory=list)
    cash_dividends: list[dict[str, object]] = field(default_factory=list)
    splits: list[dict[str, object]] = field(default_factory=list)
    stock_dividends: list[dict[str, object]] = field(default_factory=list)
    vix: str = "DATE,OPEN,HIGH,LOW,CLOSE\n"
    rates: str = "observation_date,DGS10\n"
    page_items: int = 10_000
    script: deque[Scripted] = field(default_factory=deque)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    held: asyncio.Event | None = None
    """While it is not set, no bars are given."""

    held_symbols: frozenset[str] = frozenset()
    """Only bars of these wait for `held`; none: all do."""

    waiting: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once somebody waits for `held`."""

    unknown: frozenset[str] = frozenset()
    """Symbols for which a whole request is refused with HTTP 400."""

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @web.middleware
    async def _scripted(self, request: web.Request, handler: object) -> web.StreamResponse:
        self.asked.append((request.path, dict(request.query)))
        if self.script:
            answer = self.script.popleft()
            if answer.status == 0:
                assert request.transport is not None
                request.transport.abort()
            return web.Response(
                status=answer.status or 200, text=answer.body, headers=answer.headers
            )
        assert callable(handler)
        response: web.StreamResponse = await handler(request)
        return response

    async def _bars(self, request: web.Request) -> web.Response:
        query = request.query
        waits = not self.held_symbols or not self.held_symbols.isdisjoint(
            query["symbols"].split(",")
        )
        if self.held is not None and waits:
            self.waiting.set()
            await self.held.wait()
        if request.headers.get("APCA-API-SECRET-KEY") != "secret":
            return web.json_response({"message": "forbidden."}, status=403)
        asked = set(query["symbols"].split(","))
        if bad := sorted(asked & self.unknown):
            return web.json_response({"message": f"invalid symbol: {bad[0]}"}, status=400)
        first, last = query["start"][:10], query["end"][:10]
        rows = sorted(r for r in self.bars if r[0] in asked and first <= str(r[1]) <= last)
        start = int(query.get("page_token", "0"))
        page, more = rows[start : start + self.page_items], len(rows) > start + self.page_items
        by_symbol: dict[str, list[object]] = {}
        for symbol, day, o, h, low, c, v, _, _ in page:
            stamp = {"t": f"{day}T05:00:00Z", "o": o, "h": h, "l": low, "c": c, "v": v, "vw": c}
            by_symbol.setdefault(symbol, []).append(stamp)
        token = str(start + self.page_items) if more else None
        return web.json_response({"bars": by_symbol, "next_page_token": token})

    async def _actions(self, request: web.Request) -> web.Response:
        query = request.query
        asked = set(query["symbols"].split(","))

        def listed(rows: list[dict[str, object]]) -> list[dict[str, object]]:
            return [
                row
                for row in rows
                if row["symbol"] in asked and query["start"] <= str(row["ex_date"]) <= query["end"]
            ]

        lists = {
            "cash_dividends": listed(self.cash_dividends),
            "forward_splits": listed(self.splits),
            "stock_dividends": listed(self.stock_dividends),
            "name_changes": [{"old_symbol": "X", "new_symbol": "Y"}],
        }
        return web.json_response({"corporate_actions": lists, "next_page_token": None})

    async def _vix(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.vix)

    async def _rates(self, request: web.Request) -> web.Response:
        assert request.query["id"] == "DGS10"
        return web.Response(text=self.rates)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._scripted])
        app.router.add_get("/v2/stocks/bars", self._bars)
        app.router.add_get("/v1/corporate-actions", self._actions)
        app.router.add_get(VIX_PATH, self._vix)
        app.router.add_get(RATES_PATH, self._rates)
        return app


def dividend(symbol: str, day: date, cash: float) -> dict[str, object]:
    return {"symbol": symbol, "ex_date": str(day), "rate": cash, "process_date": str(day)}


def split(symbol: str, day: date, new: float, old: float = 1) -> dict[str, object]:
    return {"symbol": symbol, "ex_date": str(day), "new_rate": new, "old_rate": old}


@asynccontextmanager
async def serving(sites: Sites) -> AsyncIterator[str]:
    """Serve the sites for the length of a block; give their URL without a slash at the end."""
    async with TestServer(sites.app()) as server:
        yield str(server.make_url("")).rstrip("/")


@asynccontextmanager
async def asking(
    url: str,
    parameters: BarsParameters = HURRIED,
    clock: PatientClock | None = None,
    headers: Mapping[str, str] = KEYS,
) -> AsyncIterator[Asker]:
    """Give somebody who asks a site."""
    async with aiohttp.ClientSession() as http:
        yield Asker(http, Site(url, headers), parameters, clock or PatientClock())
