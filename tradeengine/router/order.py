"""One order at our side, and the set of them with its indexes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.model.events import BrokerOrder
from tradeengine.model.names import purpose_of
from tradeengine.model.orders import OrderType, Purpose, Side
from tradeengine.router.identity import strategy_of
from tradeengine.router.states import LIFE, Happening, OrderState, Row

ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Order:
    """
    An order and what has become of it. Quantities in shares.

    `filled_value` is the sum of price times quantity over its executions.
    """

    client_order_id: str
    strategy: str
    symbol: str
    side: Side
    purpose: Purpose
    quantity: Decimal
    sent_at: int
    order_type: OrderType = OrderType.LIMIT
    price: Decimal | None = None
    order_id: str = ""
    state: OrderState = OrderState.SENT
    filled: Decimal = ZERO
    filled_value: Decimal = ZERO
    filled_by_broker: Decimal = ZERO
    """The most that the broker ever said was filled: a fill can be told after the end."""
    is_corrected: bool = False
    executions: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def average_price(self) -> Decimal | None:
        """Average price of the executions we saw, or None."""
        seen = sum((quantity for quantity, _ in self.executions.values()), ZERO)
        return self.filled_value / seen if seen else None

    @property
    def is_resting(self) -> bool:
        """Whether the broker is known to have the order; a cancel may be under way."""
        return bool(self.order_id) and self.state in {OrderState.WORKING, OrderState.CANCELLING}

    @property
    def left(self) -> Decimal:
        """Shares not filled."""
        return self.quantity - self.filled

    @property
    def missing(self) -> Decimal:
        """Shares that the broker says were filled and no fill has told yet."""
        # After a bust the sums no longer add up.
        return ZERO if self.is_corrected else max(ZERO, self.filled_by_broker - self.filled)

    def happens(self, happening: Happening) -> Row:
        """Apply a row of the table of life; return it."""
        row = LIFE[self.state][happening]
        self.state = row.becomes
        return row

    def take_execution(self, execution_id: str, quantity: Decimal, price: Decimal) -> bool:
        """Count an execution once; return whether it was new."""
        if execution_id in self.executions:
            return False
        self.executions[execution_id] = (quantity, price)
        self.filled += quantity
        self.filled_value += quantity * price
        return True

    def bust_execution(self, execution_id: str) -> bool:
        """Take an execution back; tell whether it was counted: others are not ours to correct."""
        is_known = execution_id in self.executions
        quantity, price = self.executions.pop(execution_id, (ZERO, ZERO))
        self.filled -= quantity
        self.is_corrected = True
        self.filled_value -= quantity * price
        return is_known


def adopted_order(held: BrokerOrder, at: int) -> Order:
    """Make the order of an earlier run of ours that was found open at the broker."""
    return Order(
        client_order_id=held.client_order_id,
        strategy=strategy_of(held.client_order_id),
        symbol=held.symbol,
        side=held.side,
        purpose=purpose_of(held.client_order_id),
        quantity=held.quantity,
        sent_at=at,
        order_type=held.order_type,
        price=held.stop_price if held.stop_price is not None else held.limit_price,
        order_id=held.order_id,
        state=OrderState.WORKING,
        filled=held.filled,
    )


class OrderBook:
    """All orders of a run, with the open ones by symbol."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._open: dict[str, dict[str, Order]] = {}

    def add(self, order: Order) -> None:
        """Add an order; a name can be used once only."""
        self._orders[order.client_order_id] = order
        self._open.setdefault(order.symbol, {})[order.client_order_id] = order

    def get(self, client_order_id: str) -> Order | None:
        """Find an order by its name."""
        return self._orders.get(client_order_id)

    def settle(self, order: Order) -> None:
        """Bring the index up to date after the order changed state."""
        of_symbol = self._open.setdefault(order.symbol, {})
        if order.state.ended:
            of_symbol.pop(order.client_order_id, None)
        else:
            of_symbol[order.client_order_id] = order

    def open_in(self, symbol: str) -> list[Order]:
        """List the symbol's open orders, oldest first."""
        return list(self._open.get(symbol, {}).values())

    def protected(self, symbol: str) -> Decimal:
        """Sum up the shares of stops that the broker has taken and that have not ended."""
        stops = (o for o in self.open_in(symbol) if o.purpose is Purpose.PROTECT)
        return sum((stop.left for stop in stops if stop.is_resting), ZERO)

    def missing_in(self, symbol: str, side: Side) -> Decimal:
        """Sum up the shares of a symbol's orders of a side of which no fill has told yet."""
        orders = (o for o in self._orders.values() if o.symbol == symbol and o.side is side)
        return sum((order.missing for order in orders), ZERO)

    def is_missing_fills(self) -> bool:
        """Tell whether the broker filled more than was told, of any order."""
        return any(order.missing for order in self._orders.values())

    def forget_missing(self, symbol: str) -> None:
        """Wait for no fill of a symbol any more: the broker's word for what is held has them."""
        for order in self._orders.values():
            if order.symbol == symbol:
                order.filled_by_broker = order.filled

    def open_orders(self) -> Iterator[Order]:
        """Yield every open order."""
        for orders in self._open.values():
            yield from orders.values()

    def __iter__(self) -> Iterator[Order]:
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)
