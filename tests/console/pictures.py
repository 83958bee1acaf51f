"""A run to look at, and eyes to look with."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rich.console import Console, RenderableType

from tradeengine.console.snapshot import ConsoleSnapshot, OrderRow, PositionRow
from tradeengine.console.summary import RunSummary
from tradeengine.model.denials import Denial
from tradeengine.model.events import FlattenEnded, SymbolFlattened
from tradeengine.model.instants import parse_instant
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, StopTrigger
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan

D = Decimal
NOW = parse_instant("2019-02-13T15:31:07Z")


def text_of(renderable: RenderableType, width: int = 80) -> str:
    console = Console(record=True, width=width, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


def held(symbol: str = "AAPL", unrealised: str = "-1.26") -> PositionRow:
    return PositionRow(
        symbol=symbol,
        quantity=D(9),
        average_price=D("50.01"),
        mark=D("49.8701"),
        unrealised=D(unrealised),
    )


def working(symbol: str = "AAPL", price: str | None = "48.12") -> OrderRow:
    return OrderRow(
        symbol=symbol,
        side=Side.SELL,
        purpose=Purpose.PROTECT,
        order_type=OrderType.STOP,
        quantity=D(9),
        filled=D(2),
        price=None if price is None else D(price),
        state="working",
    )


QUIET = ConsoleSnapshot(
    run_id="run-1",
    venue="embedded",
    state=EngineState.STARTING,
    now=NOW,
    session_open=parse_instant("2019-02-13T14:30:00Z"),
    session_close=parse_instant("2019-02-13T21:00:00Z"),
)

BUSY = replace(
    QUIET,
    state=EngineState.TRADING,
    state_reason="session open, indicators warm",
    speed=60,
    feed="connected",
    feed_age_seconds=0.4,
    order_stream="ready",
    symbols=41,
    inbox_depth=3,
    equity=D("100012.34"),
    cash=D("98500.11"),
    realised=D("22.5"),
    unrealised=D("-10.16"),
    drawdown=D("0.0007"),
    positions=(held("AAPL"), held("MSFT", "3.5")),
    orders=(working(),),
    orders_sent=12,
    fills=7,
    buys=5,
    sells=2,
    denials={Denial.SPREAD_TOO_WIDE: 3, Denial.COOLDOWN: 40},
    decisions=("10:30:00 denied MSFT: the spread is too wide", "10:31:00 entry buy 9 AAPL"),
)


def changed(snapshot: ConsoleSnapshot, **changes: Any) -> ConsoleSnapshot:  # noqa: ANN401 - any field
    return replace(snapshot, **changes)


RECEIPT = FlattenEnded(
    at=NOW,
    trigger=StopTrigger.CLOSE,
    flat=True,
    rounds=1,
    seconds=2.44,
    symbols=(
        SymbolFlattened(
            symbol="AAPL", start_quantity=D(9), left=D(0), steps=("cancel o-3", "sell 9 limit")
        ),
        SymbolFlattened(symbol="MSFT", start_quantity=D(0), left=D(0), steps=()),
    ),
    positions_left=(),
    orders_left=(),
)

PLAN = SessionPlan(
    source="the quant desk",
    regime=Regime.HV_BEAR,
    vix=24.5,
    day="2010-07-01",
    symbols={"AAPL": SymbolPlan(p_undervalued=0.7), "JPM": SymbolPlan()},
    origins={"regime": "SPY, 1,260 days to 2010-06-30"},
)

ENDED = RunSummary(
    plan=PLAN,
    run_id="run-1",
    run_dir="/home/someone/logs/run-1",
    state=EngineState.STOPPED,
    flat=True,
    symbols=41,
    orders=1200,
    fills=7,
    buys=5,
    sells=2,
    equity_start=D(100_000),
    equity_end=D("100012.345"),
    denials={Denial.SPREAD_TOO_WIDE: 3, Denial.COOLDOWN: 40},
    receipt=RECEIPT,
)
