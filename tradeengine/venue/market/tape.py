"""
The tape: the days of many symbols merged into one row of instants.

What happens is kept as columns and becomes messages only when it is read, some
thousands at a time, so that a session of fifty symbols costs a few megabytes.
Order is total: instant, then symbol, then kind; what shares an instant is one
`Tick`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

import numpy as np

from tradeengine.venue.market.columns import Bands, Bars, Book, Prints, Whole
from tradeengine.venue.market.messages import (
    MarketMessage,
    Tick,
    bands_of,
    bars_of,
    quotes_of,
    trades_of,
)
from tradeengine.venue.market.symbol_day import SymbolDay

_CHUNK: Final = 4096
"""Rows turned into messages at a time."""

Shown = Iterator[tuple[MarketMessage, ...]]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One kind of thing of all symbols: when, whose, and how rows become messages."""

    at: Whole
    symbol: Whole
    show: Callable[[Whole], Shown]


class Tape:
    """Read-only; `ticks` may be called any number of times."""

    def __init__(self, days: Mapping[str, SymbolDay]) -> None:
        self._layers = _layers(days)
        at = np.concatenate([layer.at for layer in self._layers])
        symbol = np.concatenate([layer.symbol for layer in self._layers])
        kind = np.repeat(np.arange(len(self._layers)), [len(y.at) for y in self._layers])
        row = np.concatenate([np.arange(len(layer.at)) for layer in self._layers])
        order = np.lexsort((row, kind, symbol, at))
        self._at, self._kind, self._row = at[order], kind[order].astype(np.int8), row[order]

    def ticks(self, start: int) -> Iterator[Tick]:
        """Give every tick at or after an instant, in order."""
        instant = start
        messages: tuple[MarketMessage, ...] = ()
        for at, shown in self._shown(int(np.searchsorted(self._at, start))):
            if at == instant:
                messages += shown
                continue
            if messages:
                yield Tick(instant, messages)
            instant, messages = at, shown
        if messages:
            yield Tick(instant, messages)

    def _shown(self, first: int) -> Iterator[tuple[int, tuple[MarketMessage, ...]]]:
        """Give instant and messages of each row from `first` on, chunk by chunk."""
        for begin in range(first, len(self._at), _CHUNK):
            chunk = slice(begin, begin + _CHUNK)
            kind, row = self._kind[chunk], self._row[chunk]
            sources = [layer.show(row[kind == k]) for k, layer in enumerate(self._layers)]
            for at, k in zip(self._at[chunk].tolist(), kind.tolist(), strict=True):
                yield at, next(sources[k])


def _layers(days: Mapping[str, SymbolDay]) -> tuple[_Layer, ...]:
    """Join the days of all symbols, kind by kind, in the order of kinds at one instant."""
    parts = list(days.values())
    names = np.array(list(days), dtype=object)
    book = Book.joined([day.book for day in parts])
    prints = Prints.joined([day.prints for day in parts])
    closing = Book.joined([day.closing for day in parts])
    bars = Bars.joined([day.bars for day in parts])
    bands = Bands.joined([day.bands for day in parts])

    def owner(kind: str) -> Whole:
        counts = [len(attrgetter(kind)(day)) for day in parts]
        return np.repeat(np.arange(len(parts)), counts)

    of_prints, of_closing = owner("prints"), owner("closing")
    of_bars, of_bands = owner("bars"), owner("bands")
    return (
        _Layer(
            bands.at,
            of_bands,
            lambda rows: zip(bands_of(names[of_bands[rows]], bands.rows(rows)), strict=True),
        ),
        _Layer(
            bars.at,
            of_bars,
            lambda rows: zip(bars_of(names[of_bars[rows]], bars.rows(rows)), strict=True),
        ),
        _Layer(
            prints.at,
            of_prints,
            lambda rows: zip(
                quotes_of(names[of_prints[rows]], book.rows(rows)),
                trades_of(names[of_prints[rows]], prints.rows(rows)),
                strict=True,
            ),
        ),
        _Layer(
            closing.at,
            of_closing,
            lambda rows: zip(quotes_of(names[of_closing[rows]], closing.rows(rows)), strict=True),
        ),
    )
