"""A cancel that comes to nothing is asked for again, and a person is told."""

from decimal import Decimal

from tradeengine.model.commands import CancelOrder
from tradeengine.model.events import AlertRaised, TimerFired
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose, Side
from tradeengine.router.order import Order, OrderBook
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.states import Happening, OrderState
from tradeengine.router.stuck_cancels import StuckCancels


def cancelling(book: OrderBook) -> Order:
    order = Order(
        client_order_id="o1",
        strategy="s",
        symbol="KO",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        quantity=Decimal(10),
        sent_at=0,
        order_id="b1",
        state=OrderState.CANCELLING,
    )
    book.add(order)
    return order


def at(stuck: StuckCancels, seconds: float) -> list[Message]:
    now = int(seconds * NANOS)
    timer = TimerFired(at=now, received_at=now, name="heartbeat", due=now)
    return list(stuck.on_timer(timer))


def test_it_is_asked_for_again_and_again() -> None:
    book = OrderBook()
    cancelling(book)
    stuck = StuckCancels(RouterParameters(), book)
    assert at(stuck, 0) == []
    assert at(stuck, 4.9) == []
    (again,) = at(stuck, 5)
    assert isinstance(again, CancelOrder)
    assert (again.client_order_id, again.order_id) == ("o1", "b1")
    assert at(stuck, 9) == []
    again, alert = at(stuck, 10)
    assert isinstance(alert, AlertRaised)
    assert alert.code == "CANCEL_STUCK"
    assert len(at(stuck, 15)) == 1


def test_one_that_ended_is_forgotten() -> None:
    book = OrderBook()
    order = cancelling(book)
    stuck = StuckCancels(RouterParameters(), book)
    assert at(stuck, 0) == []
    order.happens(Happening.CANCELLED)
    book.settle(order)
    assert at(stuck, 60) == []
