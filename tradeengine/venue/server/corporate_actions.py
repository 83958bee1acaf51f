"""
Corporate actions: the dividends and splits of the daily archive.

The archive knows the ex-date, the cash and the ratio. The other dates follow
from the ex-date, and there are no CUSIPs.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from tradeengine.venue.market.daily import Daily
from tradeengine.venue.market.market import Market
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import (
    count_in,
    day_in,
    malformed,
    names_in,
    page_parts,
    page_token,
)

_LIMIT, _MOST = 100, 1_000
_SMALLEST_RATIO_PART = 100
"""Splits are ratios of small whole numbers; 3:2 reads 1.5 in the archive."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its list on the wire, when it was processed, and its row."""

    kind: str
    on: date
    symbol: str
    row: JsonObject


def corporate_actions(market: Market, query: Mapping[str, str], today: date) -> JsonObject:
    """Write a page of actions, ordered by process date. Raises Refused."""
    start, end = day_in(query, "start") or today, day_in(query, "end") or today
    types, ids = names_in(query, "types"), names_in(query, "ids")
    symbols = names_in(query, "symbols") or market.symbols
    if ids:
        start, end, symbols, types = date.min, date.max, market.symbols, ()
    found = sorted(
        (
            action
            for symbol in symbols
            if symbol in market.instruments
            for bar in market.daily(symbol, start, end)
            for action in _actions(symbol, bar)
            if (not types or action.kind.removesuffix("s") in types)
            and (not ids or action.row["id"] in ids)
        ),
        key=lambda action: (action.on, action.symbol, action.kind),
        reverse=query.get("sort") == "desc",
    )
    first, limit = _first_of(query), count_in(query, "limit", _LIMIT, _MOST)
    lists: dict[str, list[Json]] = {}
    for action in found[first : first + limit]:
        lists.setdefault(action.kind, []).append(action.row)
    more = first + limit < len(found)
    token = page_token("ca", first + limit) if more else None
    return {"corporate_actions": lists, "next_page_token": token}


def _first_of(query: Mapping[str, str]) -> int:
    token = query.get("page_token")
    if not token:
        return 0
    number = page_parts(token, 2)[1]
    if not number.isdigit():
        raise malformed("invalid page_token")
    return int(number)


def _actions(symbol: str, bar: Daily) -> Iterator[Action]:
    if bar.dividend:
        yield Action("cash_dividends", bar.date, symbol, _dividend(symbol, bar))
    if bar.split not in (0.0, 1.0):
        ratio = Fraction(bar.split).limit_denominator(_SMALLEST_RATIO_PART)
        kind = "forward_splits" if ratio > 1 else "reverse_splits"
        yield Action(kind, bar.date, symbol, _split(symbol, bar, ratio))


def _dividend(symbol: str, bar: Daily) -> JsonObject:
    return {
        **_dates(symbol, bar, "dividend"),
        "cusip": "",
        "foreign": False,
        "payable_date": bar.date.isoformat(),
        "rate": bar.dividend,
        "special": False,
    }


def _split(symbol: str, bar: Daily, ratio: Fraction) -> JsonObject:
    row: JsonObject = {
        **_dates(symbol, bar, "split"),
        "new_rate": ratio.numerator,
        "old_rate": ratio.denominator,
    }
    if ratio > 1:
        return {**row, "cusip": "", "payable_date": bar.date.isoformat()}
    return {**row, "old_cusip": "", "new_cusip": ""}


def _dates(symbol: str, bar: Daily, kind: str) -> JsonObject:
    day = bar.date.isoformat()
    digest = hashlib.sha256(f"{kind} {symbol} {day}".encode()).digest()
    return {
        "id": str(UUID(bytes=digest[:16], version=4)),
        "symbol": symbol,
        "ex_date": day,
        "process_date": day,
        "record_date": day,
    }
