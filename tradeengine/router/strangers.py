"""
Strangers: orders in the account that no run of ours has made.

Another program, or a person at the broker's page. Each is told once.
"""

from collections.abc import Iterator

from tradeengine.model.events import BrokerSnapshot, OrderEvent, OrderFilled, StrangerSeen
from tradeengine.model.names import is_ours
from tradeengine.model.orders import Question


class Strangers:
    """Tell of every order that is not ours, once."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def on_order_event(self, event: OrderEvent) -> Iterator[StrangerSeen]:
        """Hear what the broker says of orders; those of other runs of ours are no strangers."""
        what = "a fill" if isinstance(event, OrderFilled) else "an order"
        name = event.client_order_id
        yield from self._tell(name, event.order_id or name, event.symbol, what, event.received_at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[StrangerSeen]:
        """Look for orders that the stream did not tell of; those at the start are known."""
        for order in snapshot.orders:
            name, key = order.client_order_id, order.order_id
            if snapshot.why == Question.START:
                self._known.add(key)
            else:
                yield from self._tell(name, key, order.symbol, "an order", snapshot.received_at)

    def _tell(
        self, name: str, key: str, symbol: str, what: str, now: int
    ) -> Iterator[StrangerSeen]:
        if is_ours(name) or key in self._known:
            return
        self._known.add(key)
        yield StrangerSeen(at=now, symbol=symbol, client_order_id=name, what=what)
