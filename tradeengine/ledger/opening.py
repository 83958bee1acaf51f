"""
What the books opened with, to tell which fills it holds already.

The broker is read over a second or so at the start, and a fill of that second may be told
after it. A fill tells the position it led to: one that led no further than the opening
position is in it. The first that led further, and all after it, are new.
"""

from decimal import Decimal

from tradeengine.model.events import BrokerSnapshot, OrderFilled

ZERO = Decimal(0)


class Opening:
    """The positions of the snapshot that opened the books."""

    def __init__(self) -> None:
        self.read_from = self._read_at = 0
        self._held: dict[str, Decimal] = {}
        self._passed: set[str] = set()

    @property
    def has_read(self) -> bool:
        """Whether the books are open."""
        return bool(self._read_at)

    def read(self, snapshot: BrokerSnapshot) -> None:
        """Take the opening positions."""
        self.read_from, self._read_at = snapshot.asked_at, snapshot.received_at
        self._held = {row.symbol: row.quantity for row in snapshot.positions}
        self._passed.clear()

    def holds(self, fill: OrderFilled) -> bool:
        """Tell whether the opening positions hold a fill; ask once for each, as they are told."""
        if fill.at > self._read_at or fill.position is None or fill.symbol in self._passed:
            return False
        further = fill.side.sign * (fill.position - self._held.get(fill.symbol, ZERO))
        if further > 0:
            self._passed.add(fill.symbol)
        return further <= 0
