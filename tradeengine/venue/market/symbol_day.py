"""Everything the tape shows of one symbol in one session, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tradeengine.model.instants import MINUTE
from tradeengine.model.sessions import Session
from tradeengine.venue.market.columns import Bands, Bars, Book, Minutes, Prints, Whole
from tradeengine.venue.market.prints import LAST_PRINT, Density, print_minutes
from tradeengine.venue.market.quotes import bought, quotes_around
from tradeengine.venue.market.seeding import number_of

_BAND_MINUTES: Final = 5
_BAND: Final = 0.05
"""Tier 1 securities above $3: 5 % around the mean price of five minutes (LULD plan)."""

_BAR_DELAYS: Final = (2_000_000, 40_000_000)
_BAND_DELAY: Final = 41_000_000
"""After a minute's end its bar comes out first, then the band, then the next print."""

_CLOSING_QUOTE: Final = LAST_PRINT + 100_000_000
_CLOSING_SPAN: Final = 900_000_000


@dataclass(frozen=True, slots=True)
class Manner:
    """How a symbol is shown: its spread, its prints a minute, when its bars come out."""

    spread_bps: float
    bar_delay: int
    density: Density


@dataclass(frozen=True, slots=True)
class SymbolDay:
    """
    One symbol's session.

    `book` holds the quote of every print, row by row; `closing` the quotes in
    the last second of every minute.
    """

    prints: Prints
    book: Book
    closing: Book
    bars: Bars
    bands: Bands

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put consecutive pieces of a day, at least one, together."""
        return cls(
            prints=Prints.joined([part.prints for part in parts]),
            book=Book.joined([part.book for part in parts]),
            closing=Book.joined([part.closing for part in parts]),
            bars=Bars.joined([part.bars for part in parts]),
            bands=Bands.joined([part.bands for part in parts]),
        )

    def quotes(self) -> Book:
        """Give all quotes in order of time."""
        book = Book.joined([self.book, self.closing])
        return book.rows(np.argsort(book.at, kind="stable"))


def bar_delay_of(symbol: str) -> int:
    """Give how long after its minute a symbol's bar comes out, in nanoseconds."""
    earliest, latest = _BAR_DELAYS
    return earliest + number_of(symbol) % (latest - earliest)


def minute_starts(session: Session) -> Whole:
    """Give the start of every minute of a regular session."""
    return np.arange(session.open_at, session.close_at, MINUTE)


def symbol_day(
    minutes: Minutes,
    session: Whole,
    manner: Manner,
    draws: np.random.Generator,
    first_number: int = 1,
) -> SymbolDay:
    """
    Show a symbol's traded minutes, at least one.

    `session` are the starts of all minutes on the clock; trades are numbered
    from `first_number`. Raises UnprintableMinute.
    """
    prints = print_minutes(minutes, manner.density, draws, first_number)
    book = quotes_around(
        prints.at, prints.price, bought(prints.price, draws), manner.spread_bps, draws
    )
    return SymbolDay(
        prints=prints,
        book=book,
        closing=_closing_quotes(minutes, session, manner, draws),
        bars=_bars(minutes, prints, manner.bar_delay),
        bands=_bands(minutes, session, manner.bar_delay),
    )


def _closing_quotes(
    minutes: Minutes, session: Whole, manner: Manner, draws: np.random.Generator
) -> Book:
    """Quote the last price once more at the end of each minute, traded or not."""
    row = np.searchsorted(minutes.start, session, side="right") - 1
    price = np.where(row < 0, minutes.open[:1], minutes.close[np.maximum(row, 0)])
    at = session + _CLOSING_QUOTE + (draws.random(len(session)) * _CLOSING_SPAN).astype(np.int64)
    side = draws.random(len(session)) < 0.5
    return quotes_around(at, price, side, manner.spread_bps, draws)


def _bars(minutes: Minutes, prints: Prints, delay: int) -> Bars:
    first = np.searchsorted(prints.minute, np.arange(len(minutes)))
    worth = np.add.reduceat(prints.price * prints.size, first)
    return Bars(
        at=minutes.start + MINUTE + delay,
        start=minutes.start,
        open=minutes.open,
        high=minutes.high,
        low=minutes.low,
        close=minutes.close,
        volume=minutes.volume,
        vwap=np.clip(np.round(worth / minutes.volume, 6), minutes.low, minutes.high),
        trade_count=np.diff(first, append=len(prints)),
    )


def _bands(minutes: Minutes, session: Whole, delay: int) -> Bands:
    """Give the bands at the open and every five minutes, around the last five minutes' mean."""
    starts = session[::_BAND_MINUTES]
    typical = (minutes.open + minutes.high + minutes.low + minutes.close) / 4
    total = np.concatenate([[0.0], np.cumsum(typical)])
    first = np.searchsorted(minutes.start, starts - _BAND_MINUTES * MINUTE)
    last = np.searchsorted(minutes.start, starts)
    before = np.where(last > 0, minutes.close[np.maximum(last - 1, 0)], minutes.open[0])
    counted = np.maximum(last - first, 1)
    mean = np.where(last > first, (total[last] - total[first]) / counted, before)
    return Bands(
        at=starts + _BAND_DELAY + delay // 5,
        low=np.round(mean * (1 - _BAND), 2),
        high=np.round(mean * (1 + _BAND), 2),
    )
