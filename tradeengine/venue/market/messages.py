"""Rows of columns, turned into the messages that everybody else speaks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tradeengine.model.events import Bar, PriceBand, Quote, Trade, TradingStatus
from tradeengine.venue.market.columns import Bands, Bars, Book, Prints

MarketMessage = Quote | Trade | Bar | TradingStatus | PriceBand

_REGULAR: Final = "@"
"""The tape's letter for a regular sale. Odd lots carry it too: our bars count them."""


@dataclass(frozen=True, slots=True)
class Tick:
    """All messages of one instant. `at` is when they are published."""

    at: int
    messages: tuple[MarketMessage, ...]


def quotes_of(symbols: Iterable[str], book: Book) -> list[Quote]:
    """Give a quote for each row; `symbols` names them and may be endless."""
    columns = (book.at, book.bid, book.bid_size, book.ask, book.ask_size)
    return [
        Quote(
            at=at,
            received_at=at,
            symbol=symbol,
            bid=bid,
            bid_size=bid_size,
            ask=ask,
            ask_size=ask_size,
        )
        for at, bid, bid_size, ask, ask_size, symbol in zip(
            *(column.tolist() for column in columns), symbols, strict=False
        )
    ]


def trades_of(symbols: Iterable[str], prints: Prints) -> list[Trade]:
    """Give a trade for each row; `symbols` names them and may be endless."""
    columns = (prints.at, prints.price, prints.size.astype(np.float64), prints.number)
    return [
        Trade(
            at=at,
            received_at=at,
            symbol=symbol,
            price=price,
            size=size,
            trade_id=number,
            conditions=_REGULAR,
        )
        for at, price, size, number, symbol in zip(
            *(column.tolist() for column in columns), symbols, strict=False
        )
    ]


def bars_of(symbols: Iterable[str], bars: Bars, *, history: bool = False) -> list[Bar]:
    """Give a bar for each row; `symbols` names them and may be endless."""
    columns = (
        bars.at,
        bars.start,
        bars.open,
        bars.high,
        bars.low,
        bars.close,
        bars.volume.astype(np.float64),
        bars.vwap,
        bars.trade_count,
    )
    return [
        Bar(
            at=start,
            received_at=at,
            symbol=symbol,
            open=first,
            high=high,
            low=low,
            close=last,
            volume=volume,
            vwap=vwap,
            trade_count=count,
            history=history,
        )
        for at, start, first, high, low, last, volume, vwap, count, symbol in zip(
            *(column.tolist() for column in columns), symbols, strict=False
        )
    ]


def bands_of(symbols: Iterable[str], bands: Bands) -> list[PriceBand]:
    """Give a limit-up limit-down band for each row."""
    columns = (bands.at, bands.low, bands.high)
    return [
        PriceBand(at=at, received_at=at, symbol=symbol, low=low, high=high)
        for at, low, high, symbol in zip(
            *(column.tolist() for column in columns), symbols, strict=False
        )
    ]
