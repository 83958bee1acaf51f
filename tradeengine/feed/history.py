"""
Minute bars of the past in shares of today, read page by page.

A split overnight is no fall of the price: what is worked out over yesterday and today
(momentum, ranges) would take it for one.

A short page is no sign of the end; only a missing token is. The limit of a page
counts over all symbols, and pages are ordered by symbol, so a caller that wants
them in order of time sorts what it has collected.
"""

from collections.abc import AsyncIterator, Sequence

import msgspec
from msgspec import Raw, Struct

from tradeengine.errors import ProtocolViolation
from tradeengine.feed.codec import UNREADABLE, rejected
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.feed.wire import BarValues
from tradeengine.model.events import Bar, Input
from tradeengine.model.instants import format_instant

PAGE_LIMIT = 10_000
"""Bars a page, at most; Alpaca's own maximum."""

MOST_PAGES = 10_000


class _Page(Struct):
    bars: dict[str, list[Raw]] | None = None
    next_page_token: str | None = None


_read_page = msgspec.json.Decoder(_Page).decode
_read_bar = msgspec.json.Decoder(BarValues).decode


class Page:
    """Bars of one answer, and what of it could not be read."""

    def __init__(self) -> None:
        self.bars: list[Bar] = []
        self.rejections: list[Input] = []


async def minute_bars(
    rest: DataRest,
    parameters: FeedParameters,
    symbols: Sequence[str],
    start: int,
    end: int,
    received_at: int,
) -> AsyncIterator[Page]:
    """
    Yield pages of 1-minute bars that start in `start`..`end` (instants, both included).

    Raises what `DataRest.get` raises, and ProtocolViolation when paging never ends.
    """
    step = parameters.symbols_per_request
    for first in range(0, len(symbols), step):
        query = _query(parameters, symbols[first : first + step], start, end)
        async for page in _pages(rest, query, received_at):
            yield page


def _query(
    parameters: FeedParameters, symbols: Sequence[str], start: int, end: int
) -> dict[str, str]:
    return {
        "symbols": ",".join(symbols),
        "timeframe": "1Min",
        "start": format_instant(start),
        "end": format_instant(end),
        "limit": str(PAGE_LIMIT),
        "adjustment": "split",
        "feed": parameters.feed.value,
        "sort": "asc",
    }


async def _pages(rest: DataRest, query: dict[str, str], received_at: int) -> AsyncIterator[Page]:
    for _ in range(MOST_PAGES):
        answer = _answer(await rest.get("/v2/stocks/bars", query))
        yield _read(answer, received_at)
        if not answer.next_page_token:
            return
        if answer.next_page_token == query.get("page_token"):
            break
        query = {**query, "page_token": answer.next_page_token}
    raise ProtocolViolation("GET /v2/stocks/bars", "paging does not end", query["page_token"])


def _answer(body: bytes) -> _Page:
    try:
        return _read_page(body)
    except UNREADABLE as error:
        text = body[:200].decode("utf-8", "backslashreplace")
        raise ProtocolViolation("GET /v2/stocks/bars", str(error), text) from error


def _read(answer: _Page, received_at: int) -> Page:
    page = Page()
    for symbol, bars in (answer.bars or {}).items():
        for index, raw in enumerate(bars):
            try:
                page.bars.append(_read_bar(raw).bar(symbol, received_at, history=True))
            except UNREADABLE as error:
                place = f"history of {symbol}, bar {index}"
                page.rejections.append(rejected(place, error, bytes(raw), received_at))
    return page
