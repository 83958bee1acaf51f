"""
A gate in a world where an entry in AAA passes, and the messages that spoil it.

10:30 New York on 2019-02-13, equity 100,000 dollars, AAA quoted 49.99 to 50.01.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.model.commands import ApprovedOrder, OrderIntent, SubmitOrder
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    Bar,
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    OrderDenied,
    OrderEnded,
    OrderFilled,
    OrderStreamReady,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    TradingStatus,
)
from tradeengine.model.instants import MINUTE, NANOS, parse_instant
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Side,
    StopTrigger,
    TimeInForce,
)
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.risk.gate import RiskGate
from tradeengine.risk.parameters import RiskLimits

OPEN = parse_instant("2019-02-13T14:30:00Z")
CLOSE = parse_instant("2019-02-13T21:00:00Z")
NOW = parse_instant("2019-02-13T15:30:00Z")
SYMBOLS = ("AAA", "BBB", "CCC", "DDD")


def symbol_plan(**changes: object) -> SymbolPlan:
    known: dict[str, object] = {
        "p_undervalued": 0.8,
        "valued_on": "2019-02-12",
        "adv20_shares": 1_000_000,
        "atr_percent": 1.5,
        "beta": 1.0,
        "sector": "steel",
    }
    return SymbolPlan(**(known | changes))  # type: ignore[arg-type]  # one dict, many types


def plan(
    regime: Regime = Regime.HV_BEAR,
    vix: float | None = 20.0,
    size_ramp: str = "1",
    **aaa: object,
) -> SessionPlan:
    symbols = {name: symbol_plan() for name in SYMBOLS} | {"AAA": symbol_plan(**aaa)}
    return SessionPlan(
        source="the test's plan",
        regime=regime,
        vix=vix,
        symbols=symbols,
        size_ramp=Decimal(size_ramp),
    )


def limits(**changes: object) -> RiskLimits:
    return RiskLimits.model_validate({"warm_bars": 1} | changes)


def intent(
    symbol: str = "AAA",
    side: Side = Side.BUY,
    purpose: Purpose = Purpose.ENTRY,
    *,
    quantity: str | None = None,
    limit_price: str | None = "50.01",
    stop_price: str | None = None,
    order_type: OrderType = OrderType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.DAY,
    at: int = NOW,
) -> OrderIntent:
    return OrderIntent(
        at=at,
        strategy="test",
        symbol=symbol,
        side=side,
        purpose=purpose,
        order_type=order_type,
        time_in_force=time_in_force,
        quantity=None if quantity is None else Decimal(quantity),
        limit_price=None if limit_price is None else Decimal(limit_price),
        stop_price=None if stop_price is None else Decimal(stop_price),
    )


def exit_of(quantity: str | None = None, symbol: str = "AAA") -> OrderIntent:
    return intent(symbol, Side.SELL, Purpose.EXIT, quantity=quantity, limit_price="49.9")


def quote(symbol: str = "AAA", bid: float = 49.99, ask: float = 50.01, at: int = NOW) -> Quote:
    return Quote(at=at, received_at=at, symbol=symbol, bid=bid, bid_size=100, ask=ask, ask_size=100)


def bar(
    symbol: str = "AAA",
    close: float = 50.0,
    at: int = NOW - MINUTE,
    *,
    revised: bool = False,
) -> Bar:
    return Bar(
        at=at,
        received_at=at + MINUTE,
        symbol=symbol,
        open=close,
        high=close,
        low=close,
        close=close,
        volume=100,
        vwap=close,
        trade_count=1,
        revised=revised,
    )


def status(symbol: str, code: str, *, halted: bool, at: int = NOW) -> TradingStatus:
    return TradingStatus(at=at, received_at=at, symbol=symbol, code=code, halted=halted)


def snapshot(
    *positions: BrokerPosition,
    orders: tuple[BrokerOrder, ...] = (),
    why: str = "start",
    buying_power: str = "400000",
    equity: str = "100000",
) -> BrokerSnapshot:
    return BrokerSnapshot(
        at=OPEN,
        received_at=OPEN,
        why=why,
        account_number="PA1",
        equity=Decimal(equity),
        last_equity=Decimal(100_000),
        cash=Decimal(100_000),
        buying_power=Decimal(buying_power),
        positions=positions,
        orders=orders,
    )


def broker_position(symbol: str, quantity: str, price: str = "50") -> BrokerPosition:
    return BrokerPosition(
        symbol=symbol,
        quantity=Decimal(quantity),
        available=Decimal(quantity),
        average_price=Decimal(price),
    )


def broker_order(
    name: str,
    symbol: str,
    side: Side,
    quantity: str,
    order_type: OrderType = OrderType.LIMIT,
    filled: str = "0",
) -> BrokerOrder:
    return BrokerOrder(
        client_order_id=name,
        order_id=f"id-{name}",
        symbol=symbol,
        side=side,
        order_type=order_type,
        quantity=Decimal(quantity),
        filled=Decimal(filled),
        status="new",
        limit_price=Decimal(50),
    )


def position(symbol: str = "AAA", quantity: str = "100", price: str = "50") -> PositionChanged:
    return PositionChanged(
        at=NOW,
        symbol=symbol,
        quantity=Decimal(quantity),
        average_price=Decimal(price),
        realised=Decimal(0),
    )


def fill(
    symbol: str = "AAA",
    side: Side = Side.BUY,
    quantity: str = "10",
    cumulative: str | None = None,
    order: str = "o1",
    at: int = NOW,
) -> OrderFilled:
    return OrderFilled(
        at=at,
        received_at=at,
        client_order_id=order,
        order_id="",
        symbol=symbol,
        execution_id=f"{order}/{cumulative or quantity}",
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(50),
        cumulative=Decimal(cumulative or quantity),
        complete=False,
    )


def ended(
    symbol: str = "AAA",
    side: Side = Side.BUY,
    purpose: Purpose = Purpose.ENTRY,
    order: str = "o1",
    strategy: str = "test",
    missing: str = "0",
) -> OrderEnded:
    return OrderEnded(
        at=NOW,
        client_order_id=order,
        strategy=strategy,
        symbol=symbol,
        side=side,
        purpose=purpose,
        outcome="cancelled",
        filled=Decimal(0),
        average_price=None,
        missing=Decimal(missing),
    )


def submitted(
    symbol: str = "AAA",
    side: Side = Side.BUY,
    purpose: Purpose = Purpose.ENTRY,
    order: str = "o1",
    quantity: str = "100",
) -> SubmitOrder:
    return SubmitOrder(
        at=NOW,
        client_order_id=order,
        symbol=symbol,
        side=side,
        purpose=purpose,
        quantity=Decimal(quantity),
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
    )


def state(after: EngineState) -> StateChanged:
    return StateChanged(at=NOW, before=EngineState.CLOSED, after=after, reason="")


def open_gate(session: SessionPlan | None = None, **changes: object) -> RiskGate:
    """Build a gate that approves `intent()` for any symbol of the plan."""
    gate = RiskGate(limits(**changes), session or plan())
    gate.on_run_opened(
        RunOpened(
            at=OPEN,
            received_at=OPEN,
            run_tag="t",
            session_open=OPEN,
            session_close=CLOSE,
            until=CLOSE,
            until_trigger=StopTrigger.CLOSE,
        )
    )
    gate.on_snapshot(snapshot())
    gate.on_stream_ready(OrderStreamReady(at=OPEN, received_at=OPEN))
    gate.on_state(state(EngineState.TRADING))
    for symbol in SYMBOLS:
        gate.on_bar(bar(symbol))
        gate.on_quote(quote(symbol))
    return gate


@dataclass
class Answer:
    """What the gate said to one intent."""

    quantity: Decimal | None = None
    reason: Denial | None = None
    limit: str = ""
    actual: str = ""
    message: ApprovedOrder | OrderDenied | None = field(default=None, compare=False)


def ask(gate: RiskGate, wanted: OrderIntent) -> Answer:
    (message,) = gate.on_intent(wanted)
    if isinstance(message, ApprovedOrder):
        return Answer(quantity=message.quantity, message=message)
    return Answer(
        reason=message.reason, limit=message.limit, actual=message.actual, message=message
    )


def denied(reason: Denial, limit: str, actual: str) -> Answer:
    return Answer(reason=reason, limit=limit, actual=actual)


def seconds(count: float) -> int:
    return int(count * NANOS)
