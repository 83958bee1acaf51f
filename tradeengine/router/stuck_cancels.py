"""
Cancels that get stuck.

A broker can take a cancel and forget it: the order stays pending for ever and holds its
shares. So a cancel that has not ended its order in time is asked for again, and again;
from the second time on a person is told.
"""

from collections.abc import Iterator

from tradeengine.model.commands import CancelOrder
from tradeengine.model.events import AlertRaised, TimerFired
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.router.order import Order, OrderBook
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.states import OrderState


class StuckCancels:
    """Ask again for cancels that came to nothing."""

    def __init__(self, parameters: RouterParameters, book: OrderBook) -> None:
        self._patience = int(parameters.cancel_patience_seconds * NANOS)
        self._book = book
        self._asked: dict[str, tuple[int, int]] = {}
        """When each cancel was asked for last, and how often it was repeated."""

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        now = timer.received_at
        waiting = {
            order.client_order_id: order
            for order in self._book.open_orders()
            if order.state is OrderState.CANCELLING
        }
        for name in self._asked.keys() - waiting.keys():
            del self._asked[name]
        for name, order in waiting.items():
            asked, times = self._asked.setdefault(name, (now, 0))
            if now - asked >= self._patience:
                self._asked[name] = (now, times + 1)
                yield from self._again(order, times + 1, now)

    def _again(self, order: Order, times: int, now: int) -> Iterator[Message]:
        yield CancelOrder(
            at=now,
            client_order_id=order.client_order_id,
            order_id=order.order_id,
            symbol=order.symbol,
        )
        if times == 2:
            text = f"{order.symbol}: the cancel of {order.client_order_id} is stuck at the broker"
            yield AlertRaised(at=now, severity=Severity.WARNING, code="CANCEL_STUCK", text=text)
