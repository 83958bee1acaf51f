"""
Which fills are new.

A fill can be told twice: by the stream and again by a look-up, with the same
execution id or with none of the stream's ids at all. So a fill is known by its
id, and also by the stretch of its order that it covers: shares `cumulative -
quantity` to `cumulative`. Fills may arrive in any order; only a stretch that is
covered already is refused. After a bust the totals of an order shift; from then on a
fill is known by its id, or by its stretch and its instant together.
"""

from decimal import Decimal

from tradeengine.model.events import FillBusted, OrderFilled
from tradeengine.model.instants import NANOS

Stretch = tuple[Decimal, Decimal]


_SAME_INSTANT = NANOS // 1000
"""The broker's stamps of one fill differ by their rounding."""


class Executions:
    """Remember which executions are booked."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._stretches: dict[str, list[Stretch]] = {}
        self._busted_orders: set[str] = set()
        self._instants: dict[tuple[str, Stretch], int] = {}
        """When each stretch was filled last."""

    def take(self, fill: OrderFilled) -> bool:
        """Note a fill; return whether it was new."""
        if fill.execution_id in self._ids or self._is_covered(fill):
            return False
        if fill.execution_id:
            self._ids.add(fill.execution_id)
        stretches = self._stretches.setdefault(fill.client_order_id, [])
        stretch = (fill.cumulative - fill.quantity, fill.cumulative)
        self._instants[fill.client_order_id, stretch] = fill.at
        stretches.append(stretch)
        stretches.sort()
        return True

    def bust(self, bust: FillBusted) -> None:
        """Note that an execution was taken back or corrected."""
        self._busted_orders.add(bust.client_order_id)
        self._ids.update({bust.previous_execution_id, bust.execution_id} - {""})

    def _is_covered(self, fill: OrderFilled) -> bool:
        reached, end = fill.cumulative - fill.quantity, fill.cumulative
        if fill.client_order_id in self._busted_orders:
            before = self._instants.get((fill.client_order_id, (reached, end)))
            return before is not None and abs(fill.at - before) <= _SAME_INSTANT
        for low, high in self._stretches.get(fill.client_order_id, ()):
            if low <= reached:
                reached = max(reached, high)
        return reached >= end
