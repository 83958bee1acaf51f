"""
The last believable price of each symbol.

Kept as floats, one dictionary store a tick; they become Decimal only when the
account is valued. A wide, one-sided or crossed quote says nothing about what a
share is worth, nor does a print at zero, and must not look like a loss: a false
drawdown ends the run.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from tradeengine.model.events import Bar, Quote, Trade

TICK = Decimal("0.0001")
"""Marks are rounded to the finest price step of US equities (Rule 612)."""


class Marks:
    """Last prices by symbol, in dollars."""

    def __init__(self, spread_max_bps: float) -> None:
        """Take the widest spread, in basis points of the ask, that is believed."""
        self._narrow = 1 - spread_max_bps / 10_000
        self._last: dict[str, float] = {}
        self._suggested: dict[str, Decimal] = {}
        """What is known of a price until data of ours comes: by others, or of history."""

    def on_trade(self, trade: Trade) -> None:
        """Mark at a print."""
        if trade.price > 0:
            self._last[trade.symbol] = trade.price

    def on_quote(self, quote: Quote) -> None:
        """Mark at the middle of a sound quote."""
        if quote.ask >= quote.bid > 0 and quote.bid >= quote.ask * self._narrow:
            self._last[quote.symbol] = (quote.bid + quote.ask) / 2

    def on_bar(self, bar: Bar) -> None:
        """Mark at a close; history and corrections only where nothing newer is known."""
        if bar.close <= 0:
            return
        if not (bar.history or bar.revised):
            self._last[bar.symbol] = bar.close
        else:
            self._suggested.setdefault(bar.symbol, Decimal(str(bar.close)))

    def suggest(self, symbol: str, price: Decimal | None) -> None:
        """Take the price of a fill, or the broker's, for a symbol that has no mark of ours."""
        if price:
            self._suggested[symbol] = price

    def price(self, symbol: str, otherwise: Decimal) -> Decimal:
        """Give the mark in dollars, or `otherwise` if there is none."""
        last = self._last.get(symbol)
        mark = self._suggested.get(symbol) if last is None else Decimal(str(last))
        return otherwise if mark is None else mark.quantize(TICK, ROUND_HALF_EVEN)
