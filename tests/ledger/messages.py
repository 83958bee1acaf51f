"""Messages for the ledger's tests, made short."""

from decimal import Decimal

from tradeengine.model.events import (
    Bar,
    BrokerPosition,
    BrokerSnapshot,
    FillBusted,
    OrderFilled,
    Quote,
    TimerFired,
    Trade,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Side


def fill(
    side: Side,
    quantity: str,
    price: str,
    *,
    symbol: str = "AAA",
    order: str = "o1",
    execution: str = "",
    cumulative: str | None = None,
    seconds: int = 0,
) -> OrderFilled:
    return OrderFilled(
        at=seconds * NANOS,
        received_at=seconds * NANOS,
        client_order_id=order,
        order_id="",
        symbol=symbol,
        execution_id=execution or f"{order}/{cumulative or quantity}",
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        cumulative=Decimal(cumulative or quantity),
        complete=True,
    )


def bust(
    previous: str, *, quantity: str = "0", price: str | None = None, order: str = "o1"
) -> FillBusted:
    return FillBusted(
        at=0,
        received_at=0,
        client_order_id=order,
        order_id="",
        symbol="AAA",
        previous_execution_id=previous,
        execution_id=f"{previous}-corrected",
        quantity=Decimal(quantity),
        price=None if price is None else Decimal(price),
    )


def snapshot(
    *positions: BrokerPosition,
    why: str = "start",
    cash: str = "10000",
    equity: str = "10000",
    last_equity: str = "10000",
) -> BrokerSnapshot:
    return BrokerSnapshot(
        at=0,
        received_at=0,
        why=why,
        account_number="PA1",
        equity=Decimal(equity),
        last_equity=Decimal(last_equity),
        cash=Decimal(cash),
        buying_power=Decimal(40000),
        positions=positions,
        orders=(),
    )


def held(quantity: str, average: str, *, current: str | None = None) -> BrokerPosition:
    return BrokerPosition(
        symbol="AAA",
        quantity=Decimal(quantity),
        available=Decimal(quantity),
        average_price=Decimal(average),
        current_price=None if current is None else Decimal(current),
    )


def trade(price: float) -> Trade:
    return Trade(at=0, received_at=0, symbol="AAA", price=price, size=100, trade_id=1)


def quote(bid: float, ask: float) -> Quote:
    return Quote(at=0, received_at=0, symbol="AAA", bid=bid, bid_size=1, ask=ask, ask_size=1)


def bar(close: float, *, history: bool = False, revised: bool = False) -> Bar:
    return Bar(
        at=0,
        received_at=0,
        symbol="AAA",
        open=close,
        high=close,
        low=close,
        close=close,
        volume=1,
        vwap=close,
        trade_count=1,
        history=history,
        revised=revised,
    )


def heartbeat(seconds: int) -> TimerFired:
    now = seconds * NANOS
    return TimerFired(at=now, received_at=now, name="heartbeat", due=now)
