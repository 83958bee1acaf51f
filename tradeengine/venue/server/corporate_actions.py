"""
Corporate actions: the dividends and splits of the daily archive.

The archive knows the ex-date, the cash and the ratio. The other dates follow
from the ex-date, and there are no CUSIPs.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from tradeengine.venue.market.daily import Daily, between, columns_of
from tradeengine.venue.market.market import Market
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import (
    DIRECTIONS,
    choice_in,
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

_RATIO_SLACK = 1e-5
"""Relative: what is further from such a ratio is none (spin-offs are booked as 1.235 for one)."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its list on the wire, when it was processed, and its row."""

    kind: str
    on: date
    symbol: str
    row: JsonObject


def corporate_actions(market: Market, query: Mapping[str, str], today: date) -> JsonObject:
    """
    Write a page of actions, ordered by process date. Raises Refused.

    An action is known on the morning of its ex-date; none after `today` is told.
    """
    start, end = day_in(query, "start") or today, day_in(query, "end") or today
    types, ids = names_in(query, "types"), names_in(query, "ids")
    everything = sorted(market.listed.union(market.symbols))
    symbols: Sequence[str] = names_in(query, "symbols") or everything
    if ids:
        start, end, symbols, types = date.min, today, everything, ()
    found = sorted(
        (
            action
            for symbol in symbols
            for bar in _bars_with_actions(market.days.daily(symbol), start, min(end, today))
            for action in _actions(symbol, bar)
            if (not types or action.kind.removesuffix("s") in types)
            and (not ids or action.row["id"] in ids)
        ),
        key=lambda action: (action.on, action.symbol, action.kind),
        reverse=choice_in(query, "sort", DIRECTIONS, "asc") == "desc",
    )
    first, limit = _first_of(query), count_in(query, "limit", _LIMIT, _MOST)
    lists: dict[str, list[Json]] = {}
    for action in found[first : first + limit]:
        lists.setdefault(action.kind, []).append(action.row)
    more = first + limit < len(found)
    token = page_token("ca", first + limit) if more else None
    return {"corporate_actions": lists, "next_page_token": token}


def _bars_with_actions(bars: Sequence[Daily], start: date, end: date) -> Iterator[Daily]:
    """Give the bars of some dates on which something was done to the share."""
    found = between(bars, start, end)
    columns = columns_of(found)
    for row in np.flatnonzero((columns.dividend != 0) | (columns.split != 1)):
        yield found[int(row)]


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
        kind = "forward_splits" if bar.split > 1 else "reverse_splits"
        yield Action(kind, bar.date, symbol, _split(symbol, bar))


def _dividend(symbol: str, bar: Daily) -> JsonObject:
    return {
        **_dates(symbol, bar, "dividend"),
        "cusip": "",
        "foreign": False,
        "payable_date": bar.date.isoformat(),
        "rate": bar.dividend,
        "special": False,
    }


def _split(symbol: str, bar: Daily) -> JsonObject:
    new, old = _rates(bar.split)
    row: JsonObject = {**_dates(symbol, bar, "split"), "new_rate": new, "old_rate": old}
    if bar.split > 1:
        return {**row, "cusip": "", "payable_date": bar.date.isoformat()}
    return {**row, "old_cusip": "", "new_cusip": ""}


def _rates(split: float) -> tuple[float, int]:
    """Give new and old shares: small whole numbers where the split is a ratio of such."""
    ratio = Fraction(split).limit_denominator(_SMALLEST_RATIO_PART)
    if abs(float(ratio) / split - 1) > _RATIO_SLACK:
        return split, 1
    return ratio.numerator, ratio.denominator


def _uuid(digits: str) -> str:
    """Write the first 32 hexadecimal digits as a UUID of version 4."""
    variant = f"{8 | int(digits[16], 16) & 3:x}"
    parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", variant + digits[17:20], digits[20:32])
    return "-".join(parts)


def _dates(symbol: str, bar: Daily, kind: str) -> JsonObject:
    day = bar.date.isoformat()
    digits = hashlib.sha256(f"{kind} {symbol} {day}".encode()).hexdigest()
    return {
        "id": _uuid(digits),
        "symbol": symbol,
        "ex_date": day,
        "process_date": day,
        "record_date": day,
    }
