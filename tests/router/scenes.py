"""Messages as the router's neighbours would send them, with short spellings."""

from decimal import Decimal

from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    OrderFilled,
    PositionChanged,
    RunOpened,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, Purpose, Side, StopTrigger, TimeInForce

D = Decimal


def second(n: float) -> int:
    return int(n * NANOS)


def opened(tag: str = "t1") -> RunOpened:
    return RunOpened(
        at=0,
        received_at=0,
        run_tag=tag,
        session_open=0,
        session_close=second(23400),
        until=second(23100),
        until_trigger=StopTrigger.CLOSE,
    )


def intent(
    purpose: Purpose,
    *,
    symbol: str = "AAPL",
    side: Side | None = None,
    quantity: str | None = None,
    limit: str | None = "100",
    stop_distance: str | None = None,
    at: int = 0,
) -> OrderIntent:
    default = Side.BUY if purpose is Purpose.ENTRY else Side.SELL
    return OrderIntent(
        at=at,
        strategy="contrarian",
        symbol=symbol,
        side=side or default,
        purpose=purpose,
        order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        quantity=None if quantity is None else D(quantity),
        limit_price=None if limit is None else D(limit),
        stop_distance=None if stop_distance is None else D(stop_distance),
    )


def approved(purpose: Purpose, quantity: str = "10", at: int = 0, **more: str) -> ApprovedOrder:
    wish = intent(purpose, quantity=quantity, at=at, **more)  # type: ignore[arg-type]  # str only
    return ApprovedOrder(at=at, intent=wish, quantity=D(quantity))


def fill(
    name: str,
    quantity: str,
    *,
    side: Side = Side.BUY,
    price: str = "100",
    execution: str = "x1",
    symbol: str = "AAPL",
    at: int = 0,
    position: str | None = None,
) -> OrderFilled:
    return OrderFilled(
        at=at,
        received_at=at,
        client_order_id=name,
        order_id="b1",
        symbol=symbol,
        execution_id=execution,
        side=side,
        quantity=D(quantity),
        price=D(price),
        cumulative=D(quantity),
        complete=False,
        position=None if position is None else D(position),
    )


def position(quantity: str, average: str = "100", symbol: str = "AAPL") -> PositionChanged:
    return PositionChanged(
        at=0, symbol=symbol, quantity=D(quantity), average_price=D(average), realised=D(0)
    )


def tick(at: float) -> TimerFired:
    return TimerFired(at=second(at), received_at=second(at), name="heartbeat", due=second(at))


def held_order(name: str, symbol: str = "AAPL", side: Side = Side.SELL) -> BrokerOrder:
    return BrokerOrder(
        client_order_id=name,
        order_id=f"id-{name}",
        symbol=symbol,
        side=side,
        order_type=OrderType.LIMIT,
        quantity=D(10),
        filled=D(0),
        status="new",
        limit_price=D(99),
    )


def held_position(quantity: str, price: str | None = "100", symbol: str = "AAPL") -> BrokerPosition:
    return BrokerPosition(
        symbol=symbol,
        quantity=D(quantity),
        available=D(quantity),
        average_price=D(100),
        current_price=None if price is None else D(price),
    )


def snapshot(
    *positions: BrokerPosition,
    orders: tuple[BrokerOrder, ...] = (),
    why: str = "flatten",
    at: float = 0,
) -> BrokerSnapshot:
    return BrokerSnapshot(
        at=second(at),
        received_at=second(at),
        why=why,
        account_number="PA1",
        equity=D(100000),
        last_equity=D(100000),
        cash=D(100000),
        buying_power=D(400000),
        positions=positions,
        orders=orders,
    )
