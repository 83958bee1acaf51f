"""
Ends that were never told: a dead order stream leaves orders open with us only.

The flatten sees it in two snapshots in a row, long before the sweep of every half
minute, and it cannot wait: an order that seems to be open keeps its shares.
"""

from collections.abc import Iterator

from tradeengine.model.commands import AskBroker
from tradeengine.model.events import BrokerSnapshot
from tradeengine.model.message import Message
from tradeengine.model.orders import Question
from tradeengine.router.order import OrderBook


class MissedEnds:
    """Compare our open orders with the broker's, from snapshot to snapshot."""

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._gone: frozenset[str] = frozenset()

    def reset(self) -> None:
        """Forget an earlier flatten."""
        self._gone = frozenset()

    def look(self, snapshot: BrokerSnapshot, asked_at: int) -> Iterator[Message]:
        """Ask what became of orders that the broker did not show two times in a row."""
        shown = {order.client_order_id for order in snapshot.orders}
        gone = frozenset(
            order.client_order_id
            for order in self._book.open_orders()
            if order.order_id and order.sent_at < asked_at and order.client_order_id not in shown
        )
        missed = gone & self._gone
        self._gone = gone - missed
        if missed:
            yield AskBroker(at=snapshot.received_at, why=Question.MISSED)
