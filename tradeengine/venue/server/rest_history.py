"""Historical market data over REST: bars, trades, quotes, with paging."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from tradeengine.venue.server.parse import count_in, day_in, instant_in, names_in
from tradeengine.venue.server.timeframes import timeframe_of

_LIMIT, _MOST = 1_000, 10_000
_SORTS = ("asc", "desc")
_NOTHING_BEFORE = 0
"""No archive of ours begins before 1970; a search through centuries would hold the venue up."""

Handle = Callable[[web.Request], Awaitable[web.Response]]


def symbols_in(request: web.Request) -> tuple[str, ...]:
    """Read the symbols of a request for several. Raises Refused if there are none."""
    names = names_in(request.query, "symbols")
    if not names:
        raise _misformed("symbols", "query parameter 'symbols' is required")
    return tuple(dict.fromkeys(name.upper() for name in names))


def _misformed(name: str, words: str) -> Refused:
    """Refuse a parameter in the data host's words (quoted by its users, 2026-09)."""
    return Refused(400, 40010001, f"Invalid format for parameter {name}: {words}")


def currency_of(request: web.Request) -> JsonObject:
    """Give the extra key of an answer whose request named a currency. Raises Refused."""
    currency = request.query.get("currency")
    if not currency:
        return {}
    if currency.upper() != "USD":
        # Words not recorded; prices in dollars are no prices in euros.
        raise Refused(400, 40010001, f"invalid currency: {currency}")
    return {"currency": "USD"}


def span_of(request: web.Request, now: int, page_items: int) -> Span:
    """Read what part is asked for: by default today until now, never beyond. Raises Refused."""
    query = request.query
    start, end = _instant(query, "start"), _instant(query, "end", end_of_day=True)
    if start is not None and end is not None and end < start:
        raise Refused(400, 40010001, "end should not be before start")
    if start is None:
        start = instant_of(new_york(now).date(), time(0))
    sort = query.get("sort") or "asc"
    if sort not in _SORTS:
        raise Refused(400, 40010001, f"invalid sort: {sort}")
    return Span(
        start=max(start, _NOTHING_BEFORE),
        end=now if end is None else min(end, now),
        descending=sort == "desc",
        limit=min(count_in(query, "limit", _LIMIT, _MOST), page_items),
        token=query.get("page_token") or None,
    )


def _instant(query: Mapping[str, str], name: str, *, end_of_day: bool = False) -> int | None:
    try:
        return instant_in(query, name, end_of_day=end_of_day)
    except Refused:
        words = f"error parsing '{query[name]}' as RFC3339 or 2006-01-02 time"
        raise _misformed(name, words) from None


def check_asof(request: web.Request) -> None:
    """Refuse an `asof` that is no date; no symbol of ours was ever renamed. Raises Refused."""
    if request.query.get("asof") != "-":
        day_in(request.query, "asof")


def adjustment_of(request: web.Request) -> Adjustment:
    """Read what prices are adjusted for, by default nothing. Raises Refused."""
    asked = request.query.get("adjustment") or "raw"
    parts = {part.strip() for part in asked.split(",")}
    if "spin-off" in parts and "raw" not in parts:
        # The archive books spin-offs as splits, so there is nothing of their own to adjust.
        parts = parts - {"spin-off"} or {"raw"}
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
        check_asof(request)
        currency_of(request)
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
