"""Messages for the strategy room's tests, made short. 2019-02-13 is a Wednesday."""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    Bar,
    OrderDenied,
    OrderEnded,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    TimerFired,
    Trade,
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

OPEN = parse_instant("2019-02-13T14:30:00Z")
"""09:30 in New York."""

CLOSE = parse_instant("2019-02-13T21:00:00Z")
"""16:00 in New York."""


def on(clock: str) -> int:
    """The instant of a New York time on the day of the tests."""
    return parse_instant(f"2019-02-13T{clock}-05:00")


def plan(*symbols: str, regime: Regime = Regime.HV_BEAR, p: float | None = 0.8) -> SessionPlan:
    row = SymbolPlan(p_undervalued=p, valued_on="2019-02-12")
    return SessionPlan(source="test", regime=regime, vix=20.0, symbols=dict.fromkeys(symbols, row))


def opened(open_at: int = OPEN, close_at: int = CLOSE) -> RunOpened:
    return RunOpened(
        at=open_at,
        received_at=open_at,
        run_tag="t1",
        session_open=open_at,
        session_close=close_at,
        until=close_at,
        until_trigger=StopTrigger.CLOSE,
    )


def became(after: EngineState, before: EngineState = EngineState.CLOSED) -> StateChanged:
    return StateChanged(at=OPEN, before=before, after=after, reason="test")


def bar(
    at: int,
    close: float,
    *,
    symbol: str = "AAA",
    opening: float | None = None,
    high: float | None = None,
    low: float | None = None,
    volume: float = 1000.0,
    vwap: float = 0.0,
    late_seconds: float = 0.0,
    revised: bool = False,
    history: bool = False,
) -> Bar:
    """A bar that starts at `at` and arrives as it ends, `late_seconds` later."""
    start = close if opening is None else opening
    return Bar(
        at=at,
        received_at=at + MINUTE + int(late_seconds * NANOS),
        symbol=symbol,
        open=start,
        high=max(start, close) if high is None else high,
        low=min(start, close) if low is None else low,
        close=close,
        volume=volume,
        vwap=vwap,
        trade_count=10,
        revised=revised,
        history=history,
    )


def quote(at: int, bid: float, ask: float, *, symbol: str = "AAA", size: int = 5) -> Quote:
    return Quote(
        at=at, received_at=at, symbol=symbol, bid=bid, bid_size=size, ask=ask, ask_size=size
    )


def trade(at: int, price: float, *, symbol: str = "AAA", conditions: str = "@") -> Trade:
    return Trade(
        at=at,
        received_at=at,
        symbol=symbol,
        price=price,
        size=100.0,
        trade_id=1,
        conditions=conditions,
    )


def beat(at: int) -> TimerFired:
    return TimerFired(at=at, received_at=at, name="heartbeat", due=at)


def status(at: int, *, halted: bool, symbol: str = "AAA") -> TradingStatus:
    return TradingStatus(
        at=at, received_at=at, symbol=symbol, code="H" if halted else "T", halted=halted
    )


def position(
    at: int, quantity: str, average_price: str = "0", *, symbol: str = "AAA"
) -> PositionChanged:
    return PositionChanged(
        at=at,
        symbol=symbol,
        quantity=Decimal(quantity),
        average_price=Decimal(average_price),
        realised=Decimal(0),
    )


def ended(
    at: int,
    purpose: Purpose,
    filled: str,
    *,
    symbol: str = "AAA",
    strategy: str = "contrarian",
    outcome: str = "filled",
) -> OrderEnded:
    return OrderEnded(
        at=at,
        client_order_id=f"te-t1-{strategy}-{symbol}-1",
        strategy=strategy,
        symbol=symbol,
        side=Side.BUY if purpose is Purpose.ENTRY else Side.SELL,
        purpose=purpose,
        outcome=outcome,
        filled=Decimal(filled),
        average_price=None,
    )


def intent(
    purpose: Purpose = Purpose.ENTRY,
    *,
    at: int = OPEN,
    symbol: str = "AAA",
    strategy: str = "contrarian",
) -> OrderIntent:
    return OrderIntent(
        at=at,
        strategy=strategy,
        symbol=symbol,
        side=Side.BUY if purpose is Purpose.ENTRY else Side.SELL,
        purpose=purpose,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
    )


def denied(wanted: OrderIntent, at: int = OPEN) -> OrderDenied:
    return OrderDenied(at=at, intent=wanted, reason=Denial.MAX_POSITIONS, limit="10", actual="10")
