"""
Which fills are new.

A fill can be told twice: by the stream and again by a look-up, with the same
execution id or with none of the stream's ids at all. So a fill is known by its
id, and also by the stretch of its order that it covers: shares `cumulative -
quantity` to `cumulative`. Fills may arrive in any order; only a stretch that is
covered already is refused. After a bust the totals of an order shift, and from
then on only ids count for it.
"""

from decimal import Decimal

from tradeengine.model.events import FillBusted, OrderFilled

Stretch = tuple[Decimal, Decimal]


class Executions:
    """Remember which executions are booked."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._stretches: dict[str, list[Stretch]] = {}
        self._busted_orders: set[str] = set()

    def take(self, fill: OrderFilled) -> bool:
        """Note a fill; return whether it was new."""
        if fill.execution_id in self._ids or self._is_covered(fill):
            return False
        if fill.execution_id:
            self._ids.add(fill.execution_id)
        stretches = self._stretches.setdefault(fill.client_order_id, [])
        stretches.append((fill.cumulative - fill.quantity, fill.cumulative))
        stretches.sort()
        return True

    def bust(self, bust: FillBusted) -> None:
        """Note that an execution was taken back or corrected."""
        self._busted_orders.add(bust.client_order_id)
        self._ids.update({bust.previous_execution_id, bust.execution_id} - {""})

    def _is_covered(self, fill: OrderFilled) -> bool:
        if fill.client_order_id in self._busted_orders:
            return False
        reached, end = fill.cumulative - fill.quantity, fill.cumulative
        for low, high in self._stretches.get(fill.client_order_id, ()):
            if low <= reached:
                reached = max(reached, high)
        return reached >= end
