"""Watchlists over REST: named lists of symbols, kept as long as the venue lives."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from tradeengine.model.instants import format_instant
from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import answer, no_content
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.front import api_key_of
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import Body, body_of, malformed, text_of
from tradeengine.venue.server.rest_assets import asset


@dataclass(slots=True)
class Watchlist:
    """A named, ordered list of symbols of one account."""

    id: str
    account_id: str
    name: str
    created_at: int
    updated_at: int
    symbols: list[str]


class WatchlistsRest:
    """The endpoints under /v2/watchlists; by id, and by name with a colon."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lists: dict[str, Watchlist] = {}
        self._made = 0

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        routes = [
            web.get("/v2/watchlists", self._all),
            web.post("/v2/watchlists", self._create),
            web.delete("/v2/watchlists/{id}/{symbol}", self._remove),
        ]
        for path in ("/v2/watchlists/{id}", "/v2/watchlists:by_name"):
            routes += [
                web.get(path, self._one),
                web.post(path, self._add),
                web.put(path, self._update),
                web.delete(path, self._delete),
            ]
        return routes

    async def _all(self, request: web.Request) -> web.Response:
        account_id = api_key_of(request).account_id
        mine = [entry for entry in self._lists.values() if entry.account_id == account_id]
        rows: list[Json] = [self._head(entry) for entry in mine]
        return answer(rows)

    async def _create(self, request: web.Request) -> web.Response:
        body = body_of(await request.read())
        name = text_of(body, "name")
        if name is None:
            raise malformed("watchlist name is required")
        account_id, now = api_key_of(request).account_id, self._desk.clock.now()
        self._require_new(name, account_id)
        self._made += 1
        entry = Watchlist(
            _uuid(account_id, self._made), account_id, name, now, now, self._symbols(body)
        )
        self._lists[entry.id] = entry
        return self._answer(entry)

    async def _one(self, request: web.Request) -> web.Response:
        return self._answer(self._found(request))

    async def _add(self, request: web.Request) -> web.Response:
        entry = self._found(request)
        symbol = text_of(body_of(await request.read()), "symbol") or ""
        instrument = self._desk.instrument(symbol)
        if instrument.symbol in entry.symbols:
            raise malformed("duplicated asset")
        return self._changed(entry, symbols=[*entry.symbols, instrument.symbol])

    async def _update(self, request: web.Request) -> web.Response:
        entry, body = self._found(request), body_of(await request.read())
        symbols = self._symbols(body) if body.get("symbols") is not None else entry.symbols
        name = text_of(body, "name") or entry.name
        if name != entry.name:
            self._require_new(name, entry.account_id)
        return self._changed(entry, symbols=symbols, name=name)

    async def _delete(self, request: web.Request) -> web.Response:
        del self._lists[self._found(request).id]
        return no_content()

    async def _remove(self, request: web.Request) -> web.Response:
        entry = self._found(request)
        symbol = self._desk.instrument(request.match_info["symbol"]).symbol
        return self._changed(entry, symbols=[name for name in entry.symbols if name != symbol])

    def _found(self, request: web.Request) -> Watchlist:
        account_id = api_key_of(request).account_id
        wanted = request.match_info.get("id")
        for entry in self._lists.values():
            named = entry.id == wanted if wanted else entry.name == request.query.get("name")
            if named and entry.account_id == account_id:
                return entry
        raise Refused(404, 40410000, "watchlist not found")

    def _require_new(self, name: str, account_id: str) -> None:
        if any(e.name == name and e.account_id == account_id for e in self._lists.values()):
            raise malformed("watchlist name must be unique")

    def _symbols(self, body: Body) -> list[str]:
        names = body.get("symbols") or []
        if not isinstance(names, list):
            raise malformed("invalid symbols")
        return list(dict.fromkeys(self._desk.instrument(str(name)).symbol for name in names))

    def _changed(
        self, entry: Watchlist, *, symbols: list[str], name: str | None = None
    ) -> web.Response:
        entry.symbols, entry.name = symbols, name or entry.name
        entry.updated_at = self._desk.clock.now()
        return self._answer(entry)

    def _answer(self, entry: Watchlist) -> web.Response:
        assets: list[Json] = [asset(self._desk.instrument(name)) for name in entry.symbols]
        return answer({**self._head(entry), "assets": assets})

    def _head(self, entry: Watchlist) -> JsonObject:
        return {
            "id": entry.id,
            "account_id": self._desk.exchange.account(entry.account_id).id,
            "created_at": format_instant(entry.created_at),
            "updated_at": format_instant(entry.updated_at),
            "name": entry.name,
        }


def _uuid(account_id: str, number: int) -> str:
    digest = hashlib.sha256(f"watchlist {account_id} {number}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
