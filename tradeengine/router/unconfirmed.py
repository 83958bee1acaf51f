"""
What the broker has not confirmed: cancels that got stuck, ends that were never told.

A broker may lose a cancel; a dead order stream brings no end of an order. Both show in
the snapshots of the flatten, long before the sweep of every half minute: an order that
stays open, or one that is open with us only.
"""

from collections.abc import Iterator

from tradeengine.model.commands import AskBroker
from tradeengine.model.events import BrokerSnapshot
from tradeengine.model.message import Message
from tradeengine.model.orders import Question
from tradeengine.router.order import Order, OrderBook
from tradeengine.router.states import OrderState

_STUCK_POLLS = 2


class Unconfirmed:
    """Compare our open orders with the broker's, from snapshot to snapshot."""

    def __init__(self, book: OrderBook, poll: int) -> None:
        self._book, self._poll = book, poll
        self._asked: dict[str, int] = {}
        self._gone: frozenset[str] = frozenset()

    def reset(self) -> None:
        """Forget an earlier flatten."""
        self._asked.clear()
        self._gone = frozenset()

    def is_stuck(self, order: Order, now: int) -> bool:
        """Tell whether an order's cancel should have come through, and is due again."""
        if order.state is not OrderState.CANCELLING:
            return False
        asked = self._asked.setdefault(order.client_order_id, now)
        if now - asked < _STUCK_POLLS * self._poll:
            return False
        self._asked[order.client_order_id] = now
        return True

    def ask_for_missed(self, snapshot: BrokerSnapshot, asked_at: int) -> Iterator[Message]:
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
