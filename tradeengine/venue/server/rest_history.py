"""Historical market data over REST: bars, trades, quotes, with paging."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import time

from aiohttp import web

from tradeengine.model.instants import NANOS, instant_of, new_york
from tradeengine.venue.market.adjusting import ADJUSTMENTS, Adjustment
from tradeengine.venue.records import Refused
from tradeengine.venue.server.answers import answer
from tradeengine.venue.server.daily_history import Written, daily_page
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.feeds import Tick, feed_of
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.pages import Source, Span, page_of
from tradeengine.venue.server.parse import count_in, instant_in, names_in
from tradeengine.venue.server.timeframes import timeframe_of

_LIMIT, _MOST = 1_000, 10_000
_SORTS = ("asc", "desc")

Handle = Callable[[web.Request], Awaitable[web.Response]]


def symbols_in(request: web.Request) -> tuple[str, ...]:
    """Read the symbols of a request for several. Raises Refused if there are none."""
    names = names_in(request.query, "symbols")
    if not names:
        raise Refused(400, 40010001, "symbols parameter is required")
    return tuple(dict.fromkeys(name.upper() for name in names))


def currency_of(request: web.Request) -> JsonObject:
    """Give the extra key of an answer whose request named a currency."""
    currency = request.query.get("currency")
    return {"currency": currency} if currency else {}


def span_of(request: web.Request, now: int, page_items: int) -> Span:
    """Read what part is asked for: by default today until now, never beyond. Raises Refused."""
    query = request.query
    start = instant_in(query, "start")
    if start is None:
        start = instant_of(new_york(now).date(), time(0))
    end = instant_in(query, "end", end_of_day=True)
    sort = query.get("sort") or "asc"
    if sort not in _SORTS:
        raise Refused(400, 40010001, f"invalid sort: {sort}")
    return Span(
        start=start,
        end=now if end is None else min(end, now),
        descending=sort == "desc",
        limit=min(count_in(query, "limit", _LIMIT, _MOST), page_items),
        token=query.get("page_token") or None,
    )


def adjustment_of(request: web.Request) -> Adjustment:
    """Read what prices are adjusted for, by default nothing. Raises Refused."""
    asked = request.query.get("adjustment") or "raw"
    parts = {part.strip() for part in asked.split(",")}
    if parts == {"split", "dividend"}:
        return "all"
    for known in ADJUSTMENTS:
        if parts == {known}:
            return known
    raise Refused(400, 40010001, f"invalid adjustment: {asked}")


_TICKS_WINDOW = 86_400 * NANOS

SourceOf = Callable[[web.Request], Source[Tick] | None]


class HistoryRest:
    """`/v2/stocks/{bars,trades,quotes}` and the same for one symbol."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Give the routes."""
        routes = []
        sources: dict[str, SourceOf] = {
            "bars": self._bars,
            "trades": self._trades,
            "quotes": self._quotes,
        }
        for name, source_of in sources.items():
            routes += [
                web.get(f"/v2/stocks/{name}", self._several(name, source_of)),
                web.get(f"/v2/stocks/{{symbol}}/{name}", self._single(name, source_of)),
            ]
        return routes

    def _several(self, name: str, source_of: SourceOf) -> Handle:
        async def handle(request: web.Request) -> web.Response:
            page = self._page(request, name, source_of, symbols_in(request))
            body: JsonObject = {name: page.rows, "next_page_token": page.next_token}
            return answer({**body, **currency_of(request)})

        return handle

    def _single(self, name: str, source_of: SourceOf) -> Handle:
        async def handle(request: web.Request) -> web.Response:
            symbol = request.match_info["symbol"].upper()
            page = self._page(request, name, source_of, (symbol,))
            body: JsonObject = {
                name: page.rows.get(symbol, []),
                "symbol": symbol,
                "next_page_token": page.next_token,
            }
            return answer({**body, **currency_of(request)})

        return handle

    def _page(
        self, request: web.Request, name: str, source_of: SourceOf, symbols: Sequence[str]
    ) -> Written:
        """Fill a page: of bars for every symbol that is listed, else for those that trade."""
        desk = self._desk
        market, now, feed = desk.market, desk.clock.now(), feed_of(request)
        span = span_of(request, now, desk.parameters.data_page_items)
        listed = market.listed if name == "bars" else frozenset()
        known = [s for s in symbols if s in market.instruments or s in listed]
        source = source_of(request)
        if source is None:
            return daily_page(market, known, span, now, adjustment_of(request))
        page = page_of(known, source, span)
        rows: dict[str, list[Json]] = {
            symbol: [desk.tapes.row(feed, row) for row in found]
            for symbol, found in page.rows.items()
        }
        return Written(rows, page.next_token)

    def _bars(self, request: web.Request) -> Source[Tick] | None:
        """Give the source of bars; days have their own pages."""
        timeframe = timeframe_of(request.query.get("timeframe") or "1Min")
        if timeframe.unit == "Day":
            return None
        market, now, adjustment = self._desk.market, self._desk.clock.now(), adjustment_of(request)

        def read(symbol: str, start: int, end: int) -> Sequence[Tick]:
            return timeframe.bars(market, symbol, start, end, now, adjustment)

        return Source(timeframe.letter, timeframe.window, read)

    def _trades(self, _request: web.Request) -> Source[Tick]:
        return Source("T", _TICKS_WINDOW, self._desk.market.trades)

    def _quotes(self, _request: web.Request) -> Source[Tick]:
        return Source("Q", _TICKS_WINDOW, self._desk.market.quotes)
