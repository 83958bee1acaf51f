"""
Real days: recorded minutes where we have them, a path through the daily bar where not.

The market's own path (SPY's minutes of that day) is the common factor of all
paths, so that symbols move together as they did.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from tradeengine.model.sessions import Session, session_on
from tradeengine.venue.market.archive import Archive
from tradeengine.venue.market.columns import Floats, Minutes, Whole
from tradeengine.venue.market.daily import Daily, DayColumns, between, columns_of
from tradeengine.venue.market.paths import DayBar, minutes_of_day
from tradeengine.venue.market.prints import Density
from tradeengine.venue.market.quotes import typical_spread_bps
from tradeengine.venue.market.seeding import draws_for
from tradeengine.venue.market.symbol_day import (
    Manner,
    SymbolDay,
    bar_delay_of,
    minute_starts,
    symbol_day,
)
from tradeengine.venue.market.tape import Tape

MARKET_SYMBOL: Final = "SPY"

_DENSITY: Final = Density(fewest=3, most=6)
_FEWEST_RETURNS: Final = 20
_DAYS_KEPT: Final = 128
_YEAR: Final = timedelta(days=365)


class RecordedDays:
    """Sessions of the archive's symbols, made on demand; the last ones made are kept."""

    def __init__(self, archive: Archive, seed: int) -> None:
        self._archive, self._seed = archive, seed
        self._days: dict[tuple[str, date], SymbolDay | None] = {}
        self._manners: dict[tuple[str, date], Manner] = {}
        self._market_paths: dict[date, Floats] = {}

    def daily(self, symbol: str) -> Sequence[Daily]:
        """Give all daily bars of a symbol, in order."""
        return self._archive.daily(symbol)

    def day(self, symbol: str, on: date) -> SymbolDay | None:
        """Give a symbol's session, None when it did not trade or is not known."""
        key = (symbol, on)
        if key not in self._days:
            if len(self._days) >= _DAYS_KEPT:
                del self._days[next(iter(self._days))]
            self._days[key] = self._made_day(symbol, on)
        return self._days[key]

    def tapes(self, symbols: Sequence[str], session: Session, _start: int) -> Iterator[Tape]:
        """Give the session's tape, in one piece; none when nothing trades."""
        days = {symbol: self.day(symbol, session.date) for symbol in symbols}
        shown = {symbol: day for symbol, day in days.items() if day is not None}
        if shown:
            yield Tape(shown)

    def minutes(self, symbol: str, on: date) -> Minutes | None:
        """Give a symbol's traded minutes on a date: recorded, else drawn."""
        recorded = self._archive.minutes(symbol, on)
        return recorded if recorded is not None else self._drawn_minutes(symbol, on)

    def _made_day(self, symbol: str, on: date) -> SymbolDay | None:
        minutes, session = self.minutes(symbol, on), session_on(on)
        if minutes is None or session is None:
            return None
        draws = draws_for(self._seed, on, symbol, "prints")
        return symbol_day(minutes, minute_starts(session), self._manner(symbol, on), draws)

    def _drawn_minutes(self, symbol: str, on: date) -> Minutes | None:
        found, session = between(self.daily(symbol), on, on), session_on(on)
        if not found or found[0].volume == 0 or session is None:
            return None
        bar = found[0]
        return minutes_of_day(
            DayBar(bar.open, bar.high, bar.low, bar.close, bar.volume),
            minute_starts(session),
            self._market_path(session) if symbol != MARKET_SYMBOL else _still(session),
            self._beta(symbol, on),
            draws_for(self._seed, on, symbol, "path"),
        )

    def _market_path(self, session: Session) -> Floats:
        """Give the log price of SPY at the end of each minute, relative to its open."""
        if session.date not in self._market_paths:
            minutes = self.minutes(MARKET_SYMBOL, session.date)
            path = _still(session) if minutes is None else _path(minutes, session)
            self._market_paths[session.date] = path
        return self._market_paths[session.date]

    def _beta(self, symbol: str, on: date) -> float:
        """Give the slope of the symbol's daily log returns on SPY's; 1 when too few."""
        market_days, market = _log_returns(self._around(MARKET_SYMBOL, on))
        own_days, own = _log_returns(self._around(symbol, on))
        common, x, y = np.intersect1d(
            market_days, own_days, assume_unique=True, return_indices=True
        )
        if len(common) < _FEWEST_RETURNS:
            return 1.0
        return float(np.cov(market[x], own[y])[0, 1] / np.var(market[x], ddof=1))

    def _manner(self, symbol: str, on: date) -> Manner:
        key = (symbol, on)
        if key not in self._manners:
            bars = self._around(symbol, on)
            spread = typical_spread_bps(float(np.median(bars.close * bars.volume)))
            self._manners[key] = Manner(spread, bar_delay_of(symbol), _DENSITY)
        return self._manners[key]

    def _around(self, symbol: str, on: date) -> DayColumns:
        """Give the daily bars of the year before a date and of the year after it."""
        return columns_of(between(self.daily(symbol), on - _YEAR, on + _YEAR))


def _still(session: Session) -> Floats:
    return np.zeros(len(minute_starts(session)))


def _path(minutes: Minutes, session: Session) -> Floats:
    starts = minute_starts(session)
    row = np.searchsorted(minutes.start, starts, side="right") - 1
    close = np.where(row < 0, minutes.open[0], minutes.close[np.maximum(row, 0)])
    path: Floats = np.log(close / minutes.open[0])
    return path


def _log_returns(bars: DayColumns) -> tuple[Whole, Floats]:
    """Give days and the log returns on them, split out."""
    return bars.day[1:], np.log(bars.close[1:] * bars.split[1:] / bars.close[:-1])
