"""
Alpaca's market data by REST, as tables: raw daily bars, splits and cash dividends.

A page is full or not; only a missing token is the end. Bars come from the consolidated tape,
whose past is free; a day's bar carries midnight of New York. Source: docs.alpaca.markets,
"Historical bars" and "Corporate actions".
"""

from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from datetime import date, time, timedelta
from typing import TypeVar

import msgspec
import polars as pl
from msgspec import Struct

from tradeengine.bars.asking import Asker
from tradeengine.bars.bars_table import bars_table
from tradeengine.errors import ProtocolViolation
from tradeengine.model.instants import format_instant, instant_of

BARS_PATH = "/v2/stocks/bars"
ACTIONS_PATH = "/v1/corporate-actions"
BARS_A_PAGE = 10_000
ACTIONS_A_PAGE = 1_000
MOST_PAGES = 10_000

_PROCESSED_AFTER = timedelta(days=60)
"""Alpaca files an action under the day it is processed, which may be long after the ex-date."""

_NO_ACTIONS = {"symbol": pl.String, "date": pl.Date, "dividend": pl.Float64, "split": pl.Float64}


class _Bar(Struct, gc=False):
    t: str
    o: float
    h: float
    l: float  # noqa: E741 - Alpaca's name
    c: float
    v: float


_Page = TypeVar("_Page", bound=Struct)


class _BarsPage(Struct):
    bars: dict[str, list[_Bar]] | None = None
    next_page_token: str | None = None


class _Action(Struct, kw_only=True):
    """What every action has; one that was processed may have no ex-date (`data_quality`)."""

    symbol: str
    ex_date: str | None = None
    process_date: str | None = None

    def __post_init__(self) -> None:
        _ = self.day  # An action without any day is none; msgspec tells of it.

    @property
    def day(self) -> date:
        """The ex-date. Where there is none, shares change on the day they are processed."""
        return date.fromisoformat(self.ex_date or self.process_date or "")


class _Dividend(_Action, kw_only=True):
    rate: float
    record_date: str | None = None

    @property
    def day(self) -> date:
        """The ex-date. Where there is none the record date, which is a session or two later."""
        text = self.ex_date or self.record_date or self.process_date
        return date.fromisoformat(text or "")


class _StockDividend(_Action, kw_only=True):
    rate: float


class _Split(_Action, kw_only=True):
    new_rate: float
    old_rate: float


class _Lists(Struct):
    cash_dividends: list[_Dividend] = []
    forward_splits: list[_Split] = []
    reverse_splits: list[_Split] = []
    stock_dividends: list[_StockDividend] = []


class _ActionsPage(Struct):
    corporate_actions: _Lists | None = None
    next_page_token: str | None = None


async def daily_bars(
    asker: Asker, symbols: Sequence[str], since: date, through: date
) -> pl.DataFrame:
    """
    Fetch raw bars of the days from `since` to `through`: symbol and date, the four prices, volume.

    Raises what `Asker.get` raises, and ProtocolViolation for an answer that is none.
    """
    if since > through:
        return bars_table(BARS_PATH)
    query = {
        "symbols": ",".join(symbols),
        "timeframe": "1Day",
        "start": format_instant(instant_of(since, time(0))),
        "end": format_instant(instant_of(through, time(0))),
        "limit": str(BARS_A_PAGE),
        "adjustment": "raw",
        "feed": "sip",
        "sort": "asc",
    }
    # Ten thousand bars a page are read off the loop: it has other work.
    pages = [await to_thread(read_bars, body) async for body in _pages(asker, BARS_PATH, query)]
    asked = pl.col("symbol").is_in(list(symbols)) & pl.col("date").is_between(since, through)
    return pl.concat([bars_table(BARS_PATH), *pages]).filter(asked)


async def corporate_actions(
    asker: Asker, symbols: Sequence[str], since: date, through: date
) -> pl.DataFrame:
    """
    Fetch what happened to shares with ex-dates from `since` to `through`: symbol, date,
    dividend (dollars a share), split (new shares an old one), one row a symbol and day.

    Raises as `daily_bars`.
    """
    query = {
        "symbols": ",".join(symbols),
        "types": "cash_dividend,forward_split,reverse_split,stock_dividend",
        "start": since.isoformat(),
        "end": (through + _PROCESSED_AFTER).isoformat(),
        "limit": str(ACTIONS_A_PAGE),
        "sort": "asc",
    }
    pages = [
        await to_thread(read_actions, body) async for body in _pages(asker, ACTIONS_PATH, query)
    ]
    asked = pl.col("symbol").is_in(list(symbols)) & pl.col("date").is_between(since, through)
    return (
        pl.concat([pl.DataFrame(schema=_NO_ACTIONS), *pages])
        .filter(asked)
        .group_by("symbol", "date")
        .agg(pl.col("dividend").sum(), pl.col("split").product())
        .sort("symbol", "date")
    )


def read_bars(body: bytes) -> pl.DataFrame:
    """Read a page of bars. Raises ProtocolViolation."""
    by_symbol = _decoded(BARS_PATH, body, _BarsPage).bars or {}
    bars = [bar for each in by_symbol.values() for bar in each]
    return bars_table(
        BARS_PATH,
        [symbol for symbol, each in by_symbol.items() for _ in each],
        [bar.t for bar in bars],
        [bar.o for bar in bars],
        [bar.h for bar in bars],
        [bar.l for bar in bars],
        [bar.c for bar in bars],
        [bar.v for bar in bars],
    )


def read_actions(body: bytes) -> pl.DataFrame:
    """Read a page of actions, one row each. Raises ProtocolViolation."""
    page = _decoded(ACTIONS_PATH, body, _ActionsPage)
    lists = page.corporate_actions or _Lists()
    splits = [*lists.forward_splits, *lists.reverse_splits]
    if any(min(row.new_rate, row.old_rate) <= 0.0 for row in splits):
        raise _no_action("a split of nothing", body)
    rates = [row.rate for row in lists.cash_dividends]
    rates += [row.rate for row in lists.stock_dividends]
    if any(rate < 0.0 for rate in rates):
        raise _no_action("a dividend below nothing", body)
    rows = [(row.symbol, row.day, row.rate, 1.0) for row in lists.cash_dividends]
    rows += [(row.symbol, row.day, 0.0, row.new_rate / row.old_rate) for row in splits]
    # A dividend in shares is a small split: its rate is new shares for each one held.
    rows += [(row.symbol, row.day, 0.0, 1.0 + row.rate) for row in lists.stock_dividends]
    return pl.DataFrame(rows, schema=_NO_ACTIONS, orient="row")


def _no_action(what: str, body: bytes) -> ProtocolViolation:
    return ProtocolViolation(ACTIONS_PATH, what, body[:200].decode("utf-8", "backslashreplace"))


async def _pages(asker: Asker, path: str, query: dict[str, str]) -> AsyncIterator[bytes]:
    token = ""
    for _ in range(MOST_PAGES):
        body = await asker.get(path, {**query, "page_token": token} if token else query)
        yield body
        following = _decoded(path, body, _Token).next_page_token
        if not following:
            return
        if following == token:
            break
        token = following
    raise ProtocolViolation(path, "paging does not end", token)


class _Token(Struct):
    next_page_token: str | None = None


def _decoded(path: str, body: bytes, kind: type[_Page]) -> _Page:
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = body[:200].decode("utf-8", "backslashreplace")
        raise ProtocolViolation(f"GET {path}", str(error), text) from error
