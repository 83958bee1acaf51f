"""
Daily bars over REST: pages of years and hundreds of symbols, written from columns.

The same order, limits and tokens as `pages.py`, where a row is a value: here a page of
ten thousand bars is a few slices of columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import repeat

import numpy as np
from msgspec import Struct

from tradeengine.model.instants import format_instant, instant_of, new_york
from tradeengine.model.sessions import session_on
from tradeengine.venue.market.adjusting import Adjustment, factors, rounded
from tradeengine.venue.market.columns import Floats, Whole
from tradeengine.venue.market.daily import DayColumns, columns_of
from tradeengine.venue.market.market import Market
from tradeengine.venue.server.json_value import Json
from tradeengine.venue.server.pages import Place, Span

_MIDNIGHT = time(0)
_LETTER = "D"


@dataclass(frozen=True, slots=True)
class Written:
    """Rows by symbol as they go out, and the token of the next page."""

    rows: dict[str, list[Json]]
    next_token: str | None = None


class _Bar(Struct, gc=False):
    """A bar as it goes out: of ten thousand, dicts would take longer than all the rest."""

    t: str
    o: float
    h: float
    l: float  # noqa: E741 - Alpaca's name
    c: float
    v: int
    n: int
    vw: float


def daily_page(
    market: Market, symbols: Sequence[str], span: Span, now: int, adjustment: Adjustment
) -> Written:
    """Write a page of the daily bars that were out by `now`. Raises Refused."""
    place = Place.of(span.token) if span.token else None
    first, last = _days(span, now)
    written: dict[str, list[Json]] = {}
    left = span.limit
    for symbol in sorted(symbols):
        if place is not None and symbol < place.symbol:
            continue
        bars = columns_of(market.days.daily(symbol))
        own = place if place is not None and place.symbol == symbol else None
        rows = _rows(bars.day, first, last, own, descending=span.descending)
        if taken := rows[:left]:
            written[symbol] = _written(bars, taken, adjustment, new_york(now).date())
            left -= len(taken)
        if len(taken) < len(rows):
            at = _midnight(int(bars.day[rows[len(taken)]]))
            return Written(written, Place(symbol, at, 0).token(_LETTER))
    return Written(written)


def _days(span: Span, now: int) -> tuple[int, int]:
    """Give the ordinals of the first and last day whose bars were asked for and are out."""
    first, last = new_york(span.start).date(), new_york(span.end).date()
    if _midnight(first.toordinal()) < span.start:
        first += timedelta(days=1)
    today = new_york(now).date()
    session = session_on(today)
    out = today if session is not None and session.close_at <= now else today - timedelta(days=1)
    return first.toordinal(), min(last, out).toordinal()


def _rows(day: Whole, first: int, last: int, place: Place | None, *, descending: bool) -> range:
    """Give the rows of the days `first` to `last` in the order asked for, from a place on."""
    if place is not None:
        next_day = new_york(place.at).date().toordinal()
        first, last = (first, min(last, next_day)) if descending else (max(first, next_day), last)
    low = int(np.searchsorted(day, first))
    rows = range(low, max(low, int(np.searchsorted(day, last, side="right"))))
    return rows[::-1] if descending else rows


def _written(bars: DayColumns, rows: range, adjustment: Adjustment, today: date) -> list[Json]:
    """Write rows as `wire_market.bar` does: the mean of four prices, no count of trades."""
    index = np.arange(rows.start, rows.stop, rows.step)
    chosen, made = bars.rows(index), factors(bars, adjustment, today)
    price, volume = made.price[index], made.volume[index]
    names = (chosen.open, chosen.high, chosen.low, chosen.close)
    prices = [rounded(column, price) for column in names]
    mean: Floats = np.round(sum(prices) / 4, 6)
    shares = np.round(chosen.volume * volume).astype(np.int64)
    starts = map(_text, chosen.day.tolist())
    before = [column.tolist() for column in (*prices, shares)]
    return list(map(_Bar, starts, *before, repeat(0), mean.tolist()))


@lru_cache(maxsize=16_384)
def _midnight(ordinal: int) -> int:
    return instant_of(date.fromordinal(ordinal), _MIDNIGHT)


@lru_cache(maxsize=16_384)
def _text(ordinal: int) -> str:
    return format_instant(_midnight(ordinal))
