"""
Warps: a tape that a fault bends while it is on.

A warp changes a symbol's messages as they come. What the tape really said is
remembered, so that the present can be shown bent when a warp begins and straight
again when it ends. Warps follow from commands and the tape alone: no lots.
"""

from collections.abc import Callable, Mapping
from itertools import count

import msgspec

from tradeengine.model.events import Bar, PriceBand, Quote, Trade
from tradeengine.model.message import Message
from tradeengine.venue.exchange.book import Book

Warp = Callable[[Message], Message]
"""Gives another message in the place of one."""

_FIRST_TRADE_ID = 9_000_000_000
"""Prints of a warp are numbered from here, far above the tape's."""

_LOT = 100.0


class Warps:
    """The warps in force, by symbol, in the order they were put on."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self._books = books
        self._warps: dict[str, list[Warp]] = {}
        self._truth: dict[str, dict[type, Message]] = {}
        self._trade_ids = count(_FIRST_TRADE_ID)

    @property
    def on(self) -> bool:
        """Whether any symbol is bent."""
        return bool(self._warps)

    def add(self, symbol: str, warp: Warp) -> None:
        """Put a warp on a symbol; from now on the tape's truth is remembered."""
        if symbol not in self._warps:
            book = self._books[symbol]
            shown = (book.quote, book.trade, book.band)
            self._truth[symbol] = {type(m): m for m in shown if m is not None}
        self._warps.setdefault(symbol, []).append(warp)

    def remove(self, symbol: str, warp: Warp) -> None:
        """Take a warp off; the truth is kept until the present was shown."""
        self._warps[symbol].remove(warp)
        if not self._warps[symbol]:
            del self._warps[symbol]

    def bend(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """Give the messages of an instant as they are seen."""
        return tuple(self._seen(message) for message in messages)

    def _seen(self, message: Message) -> Message:
        symbol = getattr(message, "symbol", "")
        if symbol not in self._warps:
            return message
        if isinstance(message, Quote | Trade | PriceBand):
            self._truth[symbol][type(message)] = message
        return self._bent(symbol, message)

    def _bent(self, symbol: str, message: Message) -> Message:
        for warp in self._warps.get(symbol, ()):
            message = warp(message)
        return message

    def present(self, symbol: str, at: int) -> list[Message]:
        """Give quote, print and band as they are now, where the book shows others."""
        book = self._books[symbol]
        now = [self._bent(symbol, message) for message in self._truth[symbol].values()]
        shown = (book.quote, book.trade, book.band)
        return [self._stamped(message, at) for message in now if message not in shown]

    def _stamped(self, message: Message, at: int) -> Message:
        if isinstance(message, Trade):
            return msgspec.structs.replace(
                message, at=at, received_at=at, size=_LOT, trade_id=next(self._trade_ids)
            )
        return msgspec.structs.replace(message, at=at, received_at=at)


def spike(percent: float) -> Warp:
    """Move quotes and prints by a percentage; bars do not show it, as after a correction."""
    factor = 1 + percent / 100

    def warp(message: Message) -> Message:
        if isinstance(message, Quote):
            bid, ask = round(message.bid * factor, 2), round(message.ask * factor, 2)
            return msgspec.structs.replace(message, bid=bid, ask=ask)
        if isinstance(message, Trade):
            return msgspec.structs.replace(message, price=round(message.price * factor, 2))
        return message

    return warp


def crossed(message: Message) -> Message:
    """Show a bid above the ask."""
    if isinstance(message, Quote):
        low, high = message.bid, max(message.ask, round(message.bid + 0.01, 2))
        return msgspec.structs.replace(message, bid=high, ask=low)
    return message


def emptied(side: str) -> Warp:
    """Show no bid, no ask or neither: price and size zero."""

    def warp(message: Message) -> Message:
        if isinstance(message, Quote) and side in ("bid", "both"):
            message = msgspec.structs.replace(message, bid=0.0, bid_size=0)
        if isinstance(message, Quote) and side in ("ask", "both"):
            message = msgspec.structs.replace(message, ask=0.0, ask_size=0)
        return message

    return warp


def divided(ratio: float) -> Warp:
    """Show prices after a split: each old share is `ratio` new ones."""

    def warp(message: Message) -> Message:
        if isinstance(message, Quote):
            return msgspec.structs.replace(
                message,
                bid=round(message.bid / ratio, 2),
                bid_size=int(message.bid_size * ratio),
                ask=round(message.ask / ratio, 2),
                ask_size=int(message.ask_size * ratio),
            )
        if isinstance(message, Trade):
            price, size = round(message.price / ratio, 4), round(message.size * ratio)
            return msgspec.structs.replace(message, price=price, size=float(size))
        if isinstance(message, PriceBand):
            low, high = round(message.low / ratio, 2), round(message.high / ratio, 2)
            return msgspec.structs.replace(message, low=low, high=high)
        return _divided_bar(message, ratio) if isinstance(message, Bar) else message

    return warp


def _divided_bar(bar: Bar, ratio: float) -> Bar:
    return msgspec.structs.replace(
        bar,
        open=round(bar.open / ratio, 4),
        high=round(bar.high / ratio, 4),
        low=round(bar.low / ratio, 4),
        close=round(bar.close / ratio, 4),
        vwap=round(bar.vwap / ratio, 6),
        volume=float(round(bar.volume * ratio)),
    )
