"""
Invented shares at any rate, for load and soak.

Each symbol has an invented day, made into minutes like a real one. The rate
sets how many prints a minute has; at a few a minute, minutes lose their
extremes, then drop out. Prints are made some minutes at a time, so that a
session of a hundred million messages needs no more memory than a short one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from string import ascii_uppercase
from typing import Final

import numpy as np

from tradeengine.model.instants import MINUTE
from tradeengine.model.sessions import Session, previous_session
from tradeengine.venue.market.columns import Floats, Minutes
from tradeengine.venue.market.daily import Daily
from tradeengine.venue.market.paths import DayBar, minutes_of_day
from tradeengine.venue.market.prints import FIRST_PRINT, Density
from tradeengine.venue.market.seeding import draws_for
from tradeengine.venue.market.symbol_day import (
    Manner,
    SymbolDay,
    bar_delay_of,
    minute_starts,
    symbol_day,
)
from tradeengine.venue.market.tape import Tape

_SPREAD_BPS: Final = 3.0
_MESSAGES_A_PRINT: Final = 2
_MESSAGES_A_MINUTE: Final = 2
"""Besides its prints a symbol has a closing quote and a bar in a minute."""

_PRICES: Final = (20.0, 400.0)
_MARKET_DEVIATION: Final = 0.008
_OWN_DEVIATION: Final = 0.012
_VOLUMES: Final = (2_000_000, 20_000_000)
_LETTERS: Final = 26


@dataclass(frozen=True)
class Load:
    """
    How much: messages per second in all, over so many symbols.

    `piece_messages` is about how many of them are made at a time.
    """

    symbols: int
    rate_per_second: float
    piece_messages: int = 200_000

    @cached_property
    def prints_a_minute(self) -> float:
        """Prints of a symbol in a minute at which all messages together make the rate."""
        messages = self.rate_per_second * 60 / self.symbols - _MESSAGES_A_MINUTE
        return max(0.05, messages / _MESSAGES_A_PRINT)

    @cached_property
    def density(self) -> Density:
        """The prints of a minute that has any."""
        usual = max(1, round(self.prints_a_minute))
        return Density(fewest=usual - usual // 2, most=usual + usual // 2)

    @cached_property
    def piece_minutes(self) -> int:
        """Minutes made at a time."""
        return max(1, int(self.piece_messages / (self.rate_per_second * 60)))

    def names(self) -> tuple[str, ...]:
        """Give the symbols: ZAAA, ZAAB ... in alphabetical order."""
        return tuple(f"Z{_three_letters(number)}" for number in range(self.symbols))


class GeneratedDays:
    """One invented session of invented symbols."""

    def __init__(self, load: Load, session: Session, seed: int) -> None:
        self._load, self._session, self._seed = load, session, seed
        self._starts = minute_starts(session)
        self._minutes: dict[str, Minutes] = {}

    def daily(self, symbol: str) -> Sequence[Daily]:
        """Give the session's bar and one before it that closed at the session's open."""
        bar = self._day_bar(symbol)
        before = previous_session(self._session.date).date
        return (
            Daily(before, bar.open, bar.open, bar.open, bar.open, bar.volume),
            Daily(self._session.date, bar.open, bar.high, bar.low, bar.close, bar.volume),
        )

    def day(self, symbol: str, on: date) -> SymbolDay | None:
        """Give a symbol's whole session, None on other days."""
        if on != self._session.date:
            return None
        pieces = [self._piece(symbol, first) for first in self._firsts(self._session.open_at)]
        return SymbolDay.joined([piece for piece in pieces if piece is not None])

    def tapes(self, symbols: Sequence[str], _session: Session, start: int) -> Iterator[Tape]:
        """Give the tape piece by piece, from the one that holds `start`."""
        for first in self._firsts(start):
            days = {symbol: self._piece(symbol, first) for symbol in symbols}
            shown = {symbol: day for symbol, day in days.items() if day is not None}
            if shown:
                yield Tape(shown)

    def _firsts(self, start: int) -> range:
        """Give the first minute of each piece; a bar comes out when the next has begun."""
        size = self._load.piece_minutes
        passed = max(0, start - FIRST_PRINT - self._session.open_at) // (size * MINUTE)
        return range(passed * size, len(self._starts), size)

    def _piece(self, symbol: str, first: int) -> SymbolDay | None:
        starts = self._starts[first : first + self._load.piece_minutes]
        minutes = self._minutes_of(symbol)
        low, high = np.searchsorted(minutes.start, [starts[0], starts[-1] + 1])
        if low == high:
            return None
        return symbol_day(
            minutes.rows(slice(low, high)),
            starts,
            Manner(_SPREAD_BPS, bar_delay_of(symbol), self._load.density),
            self._draws(symbol, f"prints {first}"),
            first_number=1 + first * max(4, self._load.density.most),
        )

    def _minutes_of(self, symbol: str) -> Minutes:
        if symbol not in self._minutes:
            made = minutes_of_day(
                self._day_bar(symbol),
                self._starts,
                self._market_path,
                1.0,
                self._draws(symbol, "path"),
            )
            draws = self._draws(symbol, "thin")
            self._minutes[symbol] = thinned(made, self._load.prints_a_minute, draws)
        return self._minutes[symbol]

    @cached_property
    def _market_path(self) -> Floats:
        steps = self._draws("", "market").standard_normal(len(self._starts))
        path: Floats = np.cumsum(steps) * (_MARKET_DEVIATION / np.sqrt(len(steps)))
        return path

    def _day_bar(self, symbol: str) -> DayBar:
        draws = self._draws(symbol, "day")
        first = draws.uniform(*_PRICES)
        change, up, down = draws.standard_normal(3) * _OWN_DEVIATION
        last = first * np.exp(change + self._market_path[-1])
        high = max(first, last) * np.exp(abs(up))
        low = min(first, last) / np.exp(abs(down))
        cents = [round(float(price), 2) for price in (first, high, low, last)]
        enough = int(100 * self._load.density.most * len(self._starts))
        volume = enough + int(draws.integers(*_VOLUMES))
        return DayBar(cents[0], cents[1], cents[2], cents[3], volume)

    def _draws(self, symbol: str, use: str) -> np.random.Generator:
        return draws_for(self._seed, self._session.date, symbol, use)


def thinned(minutes: Minutes, prints_a_minute: float, draws: np.random.Generator) -> Minutes:
    """
    Simplify minutes so that so few prints can make them.

    Below four prints they have no extremes beyond open and close, below two
    only a close, and below one only some of them, at least one, are left.
    """
    if prints_a_minute >= 4:
        return minutes
    first = minutes.open if prints_a_minute >= 2 else minutes.close
    plain = Minutes(
        start=minutes.start,
        open=first,
        high=np.maximum(first, minutes.close),
        low=np.minimum(first, minutes.close),
        close=minutes.close,
        volume=minutes.volume,
    )
    kept = draws.random(len(plain)) < prints_a_minute
    kept[0] = True
    return plain.rows(kept)


def _three_letters(number: int) -> str:
    high, low = divmod(number, _LETTERS)
    first, second = divmod(high, _LETTERS)
    return ascii_uppercase[first] + ascii_uppercase[second] + ascii_uppercase[low]
