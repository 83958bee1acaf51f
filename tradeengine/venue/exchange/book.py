"""
One symbol's synthetic book: the tape's quote, and our orders that wait in it.

The depth behind the touch is not on the tape. It is taken to repeat the
displayed size at ever worse prices (`fills.py`); the book remembers how much of
it our own orders have used, until the next quote shows its whole size again.
"""

from decimal import Decimal
from functools import lru_cache

from tradeengine.model.events import PriceBand, Quote, Trade
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import ZERO


@lru_cache(maxsize=65_536)
def exact(price: float) -> Decimal:
    """Give the decimal that a market price was written as."""
    return Decimal(repr(price))


class Book:
    """The state of one symbol. The exchange writes `quote` and `trade` directly: speed."""

    __slots__ = ("_used", "_used_of", "band", "halted", "quote", "symbol", "tickets", "trade")

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.quote: Quote | None = None
        self.trade: Trade | None = None
        self.band: PriceBand | None = None
        self.halted = False
        self._used = {"buy": ZERO, "sell": ZERO}
        self._used_of: Quote | None = None
        self.tickets: list[Ticket] = []

    def touch(self, side: str) -> tuple[Decimal, Decimal] | None:
        """
        Give price and displayed size that a marketable order of `side` meets.

        None when there is nothing to meet: no quote, a zero side, a crossed
        quote, or a price outside the limit-up limit-down band.
        """
        quote = self.quote
        if quote is None or quote.bid > quote.ask:
            return None
        price, size = (quote.ask, quote.ask_size) if side == "buy" else (quote.bid, quote.bid_size)
        if price <= 0 or size <= 0 or self._outside_band(side, price):
            return None
        return exact(price), Decimal(size)

    def used(self, side: str) -> Decimal:
        """Give the shares of the present quote that orders of `side` have taken."""
        if self._used_of is not self.quote:
            self._used_of = self.quote
            self._used = {"buy": ZERO, "sell": ZERO}
        return self._used[side]

    def use(self, side: str, shares: Decimal) -> None:
        """Set the shares of the present quote that orders of `side` have taken."""
        self._used[side] = shares

    def mark(self) -> Decimal | None:
        """Give the last price: the last trade, else the middle of the quote."""
        if self.trade is not None:
            return exact(self.trade.price)
        if self.quote is not None and self.quote.bid > 0 and self.quote.ask > 0:
            return (exact(self.quote.bid) + exact(self.quote.ask)) / 2
        return None

    def _outside_band(self, side: str, price: float) -> bool:
        band = self.band
        if band is None:
            return False
        return price > band.high if side == "buy" else price < band.low
