"""
Strangers: orders in the account that no run of ours has made.

Another program, a person at the broker's page, or a second engine on another machine: its
orders are named as ours are, but for another run. Each is told once.
"""

from collections.abc import Iterator

from tradeengine.model.events import (
    BrokerSnapshot,
    OrderEvent,
    OrderFilled,
    RunOpened,
    StrangerSeen,
)
from tradeengine.model.names import PREFIX, is_ours
from tradeengine.model.orders import Question


class Strangers:
    """Tell of every order that is not ours, once."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._names = ""
        """How the names of this run's orders begin."""

        self._has_begun = False
        """Whether the account was read: until then an order may be of a run before this one."""

    def on_run_opened(self, run: RunOpened) -> None:
        self._names = f"{PREFIX}{run.run_tag}-"

    def on_order_event(self, event: OrderEvent) -> Iterator[StrangerSeen]:
        """Hear what the broker says of orders; those of earlier runs of ours are no strangers."""
        what = "a fill" if isinstance(event, OrderFilled) else "an order"
        name = event.client_order_id
        yield from self._tell(name, event.order_id or name, event.symbol, what, event.received_at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[StrangerSeen]:
        """Look for orders that the stream did not tell of; those at the start are known."""
        self._has_begun |= snapshot.why == Question.START
        for order in snapshot.orders:
            name, key = order.client_order_id, order.order_id
            if snapshot.why == Question.START:
                self._known.add(key)
            else:
                yield from self._tell(name, key, order.symbol, "an order", snapshot.received_at)

    def _tell(
        self, name: str, key: str, symbol: str, what: str, now: int
    ) -> Iterator[StrangerSeen]:
        if self._is_ours(name) or key in self._known:
            return
        self._known.add(key)
        yield StrangerSeen(at=now, symbol=symbol, client_order_id=name, what=what)

    def _is_ours(self, name: str) -> bool:
        return name.startswith(self._names) if self._has_begun else is_ours(name)
