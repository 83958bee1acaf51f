"""What the terminal shows: one frozen picture of the run, made for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.model.denials import Denial
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """An open position. Prices and profit in dollars."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    mark: Decimal
    unrealised: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An open order. `price` is its limit or stop price; None for a market order."""

    symbol: str
    side: Side
    purpose: Purpose
    order_type: OrderType
    quantity: Decimal
    filled: Decimal
    price: Decimal | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSnapshot:
    """
    The run at an instant of engine time (`now`, nanoseconds UTC).

    Money in dollars, None until the broker was read. `speed` is engine seconds a
    second, None for "as fast as it can". `fill_lines`, `alerts` and `decisions`
    are texts, newest last, and may hold fewer than were counted.
    """

    run_id: str
    venue: str
    state: EngineState
    now: int
    session_open: int
    session_close: int
    state_reason: str = ""
    state_since: int = 0
    """When the engine came into its state; 0 while it is in its first."""

    speed: float | None = 1.0

    feed: str = "not connected"
    feed_age_seconds: float | None = None
    order_stream: str = "not connected"
    symbols: int = 0
    ticks: int = 0
    inbox_depth: int = 0

    equity: Decimal | None = None
    cash: Decimal | None = None
    realised: Decimal = Decimal(0)
    unrealised: Decimal = Decimal(0)
    drawdown: Decimal = Decimal(0)
    positions: tuple[PositionRow, ...] = ()
    uncovered: Mapping[str, Decimal] = field(default_factory=dict)
    """Dollars by symbol that no stop at the broker covers."""

    orders: tuple[OrderRow, ...] = ()

    orders_sent: int = 0
    fills: int = 0
    buys: int = 0
    sells: int = 0
    denials: Mapping[Denial, int] = field(default_factory=dict)
    decisions: tuple[str, ...] = ()
    fill_lines: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    alert_count: int = 0
