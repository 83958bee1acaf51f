"""
Ends that were never told: a dead order stream leaves orders open with us only.

The flatten sees it in two snapshots in a row, long before the sweep of every half
minute, and it cannot wait: an order that seems to be open keeps its shares. So the
broker is asked what became of it. Where even that does not tell, because what was filled
cannot be read, its silence in one snapshot after the other is the end.

An order may also have ended with a fill that was never told. It is asked for too, so
that the run does not end with shares that are on no books of ours.
"""

from collections.abc import Iterator

from tradeengine.model.commands import AskBroker
from tradeengine.model.events import BrokerSnapshot, OrderExpired, OrderStale
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Question
from tradeengine.router.order import Order
from tradeengine.router.router import Router

_ASKED_EVERY = 2
"""Snapshots without an order until the broker is asked about it, and asked again."""

_BELIEVED_AFTER, _BELIEVED_FOR = 4, 5 * NANOS
"""Snapshots, and time between first and last, after which it is no longer waited for."""

_NOTE = "the broker has not shown it again and again: taken for ended"


class MissedEnds:
    """Compare our open orders with the broker's, from snapshot to snapshot."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._gone: dict[str, tuple[int, int]] = {}
        """In how many snapshots in a row each order was not shown, and since when."""

        self._untold = 0
        """Snapshots in a row with a fill that the broker counts and nobody has told."""

    @property
    def waits(self) -> bool:
        """Whether an untold fill may still be told; not for ever: it may be unreadable."""
        return 0 < self._untold < _BELIEVED_AFTER

    def reset(self) -> None:
        """Forget an earlier flatten."""
        self._gone.clear()
        self._untold = 0

    def look(self, snapshot: BrokerSnapshot, asked_at: int) -> Iterator[Message]:
        """Ask what became of orders that the broker does not show; in the end believe it."""
        shown, now = {order.client_order_id for order in snapshot.orders}, snapshot.received_at
        gone = {
            order.client_order_id: order
            for order in self._router.book.open_orders()
            if order.order_id and order.sent_at < asked_at and order.client_order_id not in shown
        }
        self._gone = {name: self._counted(name, now) for name in gone}
        self._untold = self._untold + 1 if self._router.book.is_missing_fills() else 0
        is_due = any(times % _ASKED_EVERY == 0 for times, _ in self._gone.values())
        if is_due or self._untold == 1:
            yield AskBroker(at=now, why=Question.MISSED)
        if snapshot.unreadable_rows:
            return  # It may be one of those.
        for name, (times, since) in self._gone.items():
            if times >= _BELIEVED_AFTER and now - since >= _BELIEVED_FOR:
                yield from self._ended(gone[name], now)

    def _counted(self, name: str, now: int) -> tuple[int, int]:
        times, since = self._gone.get(name, (0, now))
        return times + 1, since

    def _ended(self, order: Order, now: int) -> Iterator[Message]:
        yield OrderStale(
            at=now,
            client_order_id=order.client_order_id,
            state=order.state.value,
            event="not shown",
            note=_NOTE,
        )
        ended = OrderExpired(
            at=now,
            received_at=now,
            client_order_id=order.client_order_id,
            order_id=order.order_id,
            symbol=order.symbol,
            cumulative=order.filled,
        )
        yield from self._router.on_order_event(ended)
