"""
How many shares of each symbol are held, as the fills say.

What the broker says that it holds, at the start and where a difference is taken over, has the
fills before it: one of them that is told afterwards is not counted again.
"""

from decimal import Decimal

from tradeengine.model.events import (
    BrokerSnapshot,
    FillBusted,
    HoldingsDiffer,
    OrderFilled,
    PositionChanged,
    PositionSplit,
)
from tradeengine.router.order import ZERO, Order


class SharesHeld:
    """Shares by symbol, negative when short: what an exit may sell, and no more."""

    def __init__(self) -> None:
        self._held: dict[str, Decimal] = {}
        self._opened_at = self._read_from = 0
        self._taken_over_at: dict[str, int] = {}

    def of(self, symbol: str) -> Decimal:
        """Give what is held of a symbol."""
        return self._held.get(symbol, ZERO)

    def on_start(self, snapshot: BrokerSnapshot) -> None:
        """Begin with what the broker holds."""
        self._read_from, self._opened_at = snapshot.asked_at, snapshot.received_at
        self._held = {row.symbol: row.quantity for row in snapshot.positions}

    def on_filled(self, order: Order, fill: OrderFilled) -> None:
        """Count a fill of an order, unless what the broker said has it."""
        if not self._has(fill):
            self._move(order, fill.quantity)

    def _has(self, fill: OrderFilled) -> bool:
        if fill.at < self._taken_over_at.get(fill.symbol, self._read_from):
            return True
        return fill.at <= self._opened_at and fill.position == self.of(fill.symbol)

    def on_busted(self, order: Order, bust: FillBusted, change: Decimal) -> None:
        """Count the shares by which a bust changes what its order filled."""
        if bust.at >= self._taken_over_at.get(bust.symbol, 0):
            self._move(order, change)

    def _move(self, order: Order, shares: Decimal) -> None:
        self._held[order.symbol] = self.of(order.symbol) + order.side.sign * shares

    def on_position(self, position: PositionChanged) -> None:
        """Take the ledger's word: others may have moved shares too."""
        self._held[position.symbol] = position.quantity

    def on_split(self, split: PositionSplit) -> None:
        self._held[split.symbol] = split.quantity

    def on_taken_over(self, differ: HoldingsDiffer) -> None:
        """Take the broker's word for a symbol, as of when it was read."""
        self._held[differ.symbol] = differ.held
        since = self._taken_over_at.get(differ.symbol, self._read_from)
        self._taken_over_at[differ.symbol] = max(since, differ.read_at)
