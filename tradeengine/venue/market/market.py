"""
The market: what is traded today, its tape, and what was printed before.

`ticks` is the tape as the exchange and the data server play it. `history`,
`trades` and `quotes` are the same tape read back, of this session and of all
earlier ones that we have data of. Whoever asks says how far it may see: nothing
here knows what time it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import repeat
from typing import Final, Literal, Protocol

import numpy as np

from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.model.instants import instant_of, new_york
from tradeengine.model.sessions import Session, session_on
from tradeengine.venue.market.bars import grouped
from tradeengine.venue.market.columns import Whole
from tradeengine.venue.market.daily import Daily, between
from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.market.messages import Tick, bars_of, quotes_of, trades_of
from tradeengine.venue.market.symbol_day import SymbolDay
from tradeengine.venue.market.tape import Tape

Timeframe = int | Literal["1Day"]
"""Minutes of a bar, or the day."""

_MIDNIGHT: Final = time(0)

_RECENT: Final = timedelta(days=10)
"""A bar further back than this is of another time: the exchange was never shut so long."""


class Days(Protocol):
    """Where sessions come from."""

    def daily(self, symbol: str) -> Sequence[Daily]:
        """Give all daily bars of a symbol, in order."""
        ...

    def day(self, symbol: str, on: date) -> SymbolDay | None:
        """Give a symbol's session, None when it did not trade or is not known."""
        ...

    def tapes(self, symbols: Sequence[str], session: Session, start: int) -> Iterator[Tape]:
        """Give the pieces of a session's tape, in order, from the one that holds `start`."""
        ...


@dataclass(frozen=True)
class Market:
    """
    One session of some symbols, and the sessions before it.

    `instruments` trade. `listed` are those of which there are daily bars, here for
    whoever asks for history; they need not trade.
    """

    session: Session
    instruments: Mapping[str, Instrument]
    days: Days
    listed: frozenset[str] = frozenset()

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded, in the order that settles ties."""
        return tuple(self.instruments)

    def ticks(self, start: int) -> Iterator[Tick]:
        """
        Give the tape at or after an instant: strictly rising instants, total order.

        Trades and quotes lie in the regular session; the last minute's bars
        come out some milliseconds after the close.
        """
        for tape in self.days.tapes(self.symbols, self.session, start):
            yield from tape.ticks(start)

    def history(
        self, symbol: str, start: int, end: int, timeframe: Timeframe, now: int
    ) -> list[Bar]:
        """
        Give the bars that start from `start` to `end` and were out by `now`.

        Minutes are grouped on the clock of the epoch, as Alpaca does. A day's bar
        starts at midnight in New York and is out at the close; the source of days
        has no mean price and no count of trades, so they are the mean of its four
        prices and 0.
        """
        if timeframe == "1Day":
            return self._day_bars(symbol, start, end, now)
        bars: list[Bar] = []
        for day in self._days(symbol, start, end):
            made = grouped(day.bars, timeframe)
            seen = (made.start >= start) & (made.start <= end) & (made.at <= now)
            bars += bars_of(repeat(symbol), made.rows(seen), history=True)
        return bars

    def trades(self, symbol: str, start: int, end: int) -> list[Trade]:
        """Give the prints from `start` to `end`, both included, in order."""
        trades: list[Trade] = []
        for day in self._days(symbol, start, end):
            prints = day.prints.rows(_span(day.prints.at, start, end))
            trades += trades_of(repeat(symbol), prints)
        return trades

    def quotes(self, symbol: str, start: int, end: int) -> list[Quote]:
        """Give the quotes from `start` to `end`, both included, in order."""
        quotes: list[Quote] = []
        for day in self._days(symbol, start, end):
            book = day.quotes()
            quotes += quotes_of(repeat(symbol), book.rows(_span(book.at, start, end)))
        return quotes

    def daily(self, symbol: str, start: date, end: date) -> list[Daily]:
        """Give the daily bars of dates `start` to `end` that ended before this session."""
        return [
            bar
            for bar in between(self.days.daily(symbol), start, end)
            if bar.date < self.session.date
        ]

    def previous_close(self, symbol: str) -> float:
        """
        Give the official close before this session.

        Where nothing earlier is known it is this session's open. Raises KeyError
        for a symbol that is not traded here.
        """
        if symbol not in self.instruments:
            raise KeyError(symbol)
        today = self.session.date
        recent = between(self.days.daily(symbol), today - _RECENT, today)
        before = [bar for bar in recent if bar.date < today]
        return before[-1].close if before else recent[0].open

    def _days(self, symbol: str, start: int, end: int) -> Iterator[SymbolDay]:
        """Give the symbol's sessions on the dates that a span of time touches."""
        first, last = new_york(start).date(), new_york(end).date()
        for bar in between(self.days.daily(symbol), first, last):
            day = self.days.day(symbol, bar.date)
            if day is not None:
                yield day

    def _day_bars(self, symbol: str, start: int, end: int, now: int) -> list[Bar]:
        bars = []
        first, last = new_york(start).date(), new_york(min(end, now)).date()
        for bar in between(self.days.daily(symbol), first, last):
            at, session = instant_of(bar.date, _MIDNIGHT), session_on(bar.date)
            if start <= at <= end and session is not None and session.close_at <= now:
                bars.append(_day_bar(symbol, bar, at, session.close_at))
        return bars


def _day_bar(symbol: str, bar: Daily, at: int, out_at: int) -> Bar:
    return Bar(
        at=at,
        received_at=out_at,
        symbol=symbol,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=float(bar.volume),
        vwap=round((bar.open + bar.high + bar.low + bar.close) / 4, 6),
        trade_count=0,
        history=True,
    )


def _span(at: Whole, start: int, end: int) -> slice:
    low = int(np.searchsorted(at, start))
    return slice(low, max(low, int(np.searchsorted(at, end, side="right"))))
