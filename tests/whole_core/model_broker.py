"""
A broker in a few lines: orders, shares, and news that waits to be told.

It knows what the venue's rules say of shares (a sale of more than is held and not
held by another order is refused) and nothing else: any open order may be filled,
cancelled or expire at any time.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypedDict

from tradeengine.model.commands import CancelOrder, SubmitOrder
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    CancelRejected,
    FillBusted,
    OrderAccepted,
    OrderCancelled,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from tradeengine.model.orders import OrderType, Side

ZERO = Decimal(0)
EQUITY = Decimal(100_000)


class Head(TypedDict):
    """What every message about an order has."""

    at: int
    received_at: int
    client_order_id: str
    order_id: str
    symbol: str


def shares(**held: int) -> defaultdict[str, Decimal]:
    """Give shares by symbol."""
    return defaultdict(Decimal, {symbol: Decimal(count) for symbol, count in held.items()})


@dataclass
class AtBroker:
    """An order as the broker has it."""

    name: str
    order_id: str
    symbol: str
    side: Side
    kind: OrderType
    quantity: Decimal
    price: Decimal | None
    filled: Decimal = ZERO
    has_bust: bool = False

    @property
    def is_sale_by_hand(self) -> bool:
        """Whether a person made it and sells what the core believes to hold."""
        return self.side is Side.SELL and self.name.startswith("by-hand")

    @property
    def left(self) -> Decimal:
        return self.quantity - self.filled


@dataclass
class ModelBroker:
    """One account. `news` is what happened and was not told yet, oldest first."""

    now: int = 0
    cash: Decimal = EQUITY
    held: defaultdict[str, Decimal] = field(default_factory=shares)
    open: dict[str, AtBroker] = field(default_factory=dict)
    news: list[OrderEvent] = field(default_factory=list)
    count: int = 0

    def take(self, order: SubmitOrder) -> bool:
        """Take an order in, or refuse it; tell whether it was taken."""
        self.count += 1
        if order.side is Side.SELL and order.quantity > self.available(order.symbol):
            self.refuse(order)
            return False
        price = order.stop_price if order.limit_price is None else order.limit_price
        self.open[order.client_order_id] = AtBroker(
            order.client_order_id,
            f"id-{self.count}",
            order.symbol,
            order.side,
            order.order_type,
            order.quantity,
            price,
        )
        return True

    def accepted(self, name: str) -> None:
        """Say that an order is there."""
        self.news.append(OrderAccepted(**self._head(self.open[name]), status="new"))

    def refuse(self, order: SubmitOrder) -> None:
        self.news.append(
            OrderRejected(
                at=self.now,
                received_at=self.now,
                client_order_id=order.client_order_id,
                order_id="",
                symbol=order.symbol,
                status_code=403,
                code=1,
                reason="no",
            )
        )

    def available(self, symbol: str) -> Decimal:
        """Give the shares that no open sale holds."""
        sales = (o for o in self.open.values() if o.symbol == symbol and o.side is Side.SELL)
        return self.held[symbol] - sum((order.left for order in sales), ZERO)

    def fill(self, order: AtBroker, quantity: Decimal, price: Decimal) -> OrderFilled:
        """Fill a part of an order or all of it."""
        self.count += 1
        order.filled += quantity
        self._move(order.symbol, order.side.sign * quantity, price)
        if not order.left:
            del self.open[order.name]
        told = OrderFilled(
            **self._head(order),
            execution_id=f"x{self.count}",
            side=order.side,
            quantity=quantity,
            price=price,
            cumulative=order.filled,
            complete=not order.left,
            position=self.held[order.symbol],
        )
        self.news.append(told)
        return told

    def bust(self, fill: OrderFilled) -> None:
        """Take an execution back."""
        if fill.client_order_id in self.open:
            self.open[fill.client_order_id].has_bust = True
        self._move(fill.symbol, -fill.side.sign * fill.quantity, fill.price)
        self.news.append(
            FillBusted(
                at=self.now,
                received_at=self.now,
                client_order_id=fill.client_order_id,
                order_id=fill.order_id,
                symbol=fill.symbol,
                previous_execution_id=fill.execution_id,
                execution_id=f"{fill.execution_id}-busted",
                quantity=ZERO,
                price=None,
            )
        )

    def _move(self, symbol: str, moved: Decimal, price: Decimal) -> None:
        self.held[symbol] += moved
        self.cash -= moved * price

    def cancel(self, command: CancelOrder) -> None:
        """Cancel an order, or say that there is none."""
        order = self.open.pop(command.client_order_id, None)
        if order is None:
            self.news.append(
                CancelRejected(
                    at=self.now,
                    received_at=self.now,
                    client_order_id=command.client_order_id,
                    order_id=command.order_id,
                    symbol=command.symbol,
                    reason="no such order is open",
                )
            )
        else:
            self.news.append(OrderCancelled(**self._head(order), cumulative=order.filled))

    def expire(self, order: AtBroker) -> None:
        del self.open[order.name]
        self.news.append(OrderExpired(**self._head(order), cumulative=order.filled))

    def replace(self, order: AtBroker) -> None:
        """Let a person put an order of no name of ours in the place of one."""
        self.count += 1
        del self.open[order.name]
        heir = f"by-hand-{self.count}"
        self.open[heir] = AtBroker(
            heir, f"id-{self.count}", order.symbol, order.side, order.kind, order.left, order.price
        )
        self.news.append(
            OrderReplaced(
                **self._head(order), new_client_order_id=heir, new_order_id=f"id-{self.count}"
            )
        )

    def snapshot(self, why: str, asked_at: int, price: Decimal) -> BrokerSnapshot:
        """Say what is held."""
        worth = sum((held * price for held in self.held.values()), ZERO)
        return BrokerSnapshot(
            at=self.now,
            received_at=self.now,
            why=why,
            account_number="PA1",
            equity=self.cash + worth,
            last_equity=EQUITY,
            cash=self.cash,
            buying_power=4 * EQUITY,
            positions=tuple(
                BrokerPosition(
                    symbol=symbol,
                    quantity=held,
                    available=self.available(symbol),
                    average_price=Decimal("50.3333333333333333"),
                    current_price=price,
                )
                for symbol, held in self.held.items()
                if held
            ),
            orders=tuple(self._row(order) for order in self.open.values()),
            asked_at=asked_at,
        )

    def _row(self, order: AtBroker) -> BrokerOrder:
        is_stop = order.kind is OrderType.STOP
        return BrokerOrder(
            client_order_id=order.name,
            order_id=order.order_id,
            symbol=order.symbol,
            side=order.side,
            order_type=order.kind,
            quantity=order.quantity,
            filled=order.filled,
            status="new",
            limit_price=None if is_stop else order.price,
            stop_price=order.price if is_stop else None,
        )

    def _head(self, order: AtBroker) -> Head:
        return {
            "at": self.now,
            "received_at": self.now,
            "client_order_id": order.name,
            "order_id": order.order_id,
            "symbol": order.symbol,
        }
