"""The picture of a run: what its parts say at one instant, for screen and status file."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tradeengine.bus.inbox import Inbox
from tradeengine.console.snapshot import ConsoleSnapshot, OrderRow, PositionRow
from tradeengine.layout import RunFiles
from tradeengine.model.instants import NANOS, new_york
from tradeengine.model.plan import SessionPlan
from tradeengine.router.order import Order
from tradeengine.run.edges import World
from tradeengine.run.status import Status
from tradeengine.run.tally import Tally
from tradeengine.wiring import Core


@dataclass(frozen=True, slots=True)
class Subject:
    """The parts of a run that a picture is taken of."""

    core: Core
    tally: Tally
    world: World
    files: RunFiles
    inbox: Inbox
    plan: SessionPlan
    queues: Callable[[], Mapping[str, int]] = dict
    """Gives by name the most that ever waited in each queue."""


def take_picture(run: Subject) -> ConsoleSnapshot:
    """Take the picture of a run, now."""
    tally, world, view = run.tally, run.world, run.core.ledger.view()
    now = world.clock.now()
    known = view.baseline is not None
    return ConsoleSnapshot(
        run_id=run.files.run_id,
        venue=world.venue,
        state=run.core.breaker.state,
        now=now,
        session_open=world.session.open_at,
        session_close=world.session.close_at,
        state_reason=tally.state_reason,
        state_since=tally.state_since,
        speed=world.speed,
        feed=tally.feed,
        feed_age_seconds=(now - tally.last_tick_at) / NANOS if tally.last_tick_at else None,
        order_stream=tally.order_stream,
        symbols=len(tally.streamed),
        ticks=tally.ticks,
        inbox_depth=run.inbox.depth(),
        equity=view.equity if known else None,
        cash=view.cash if known else None,
        realised=view.realised,
        unrealised=view.unrealised,
        drawdown=view.drawdown,
        uncovered=run.core.meter.view().dollars,
        positions=tuple(
            PositionRow(
                symbol=row.symbol,
                quantity=row.quantity,
                average_price=row.average_price,
                mark=row.mark,
                unrealised=row.unrealised,
            )
            for row in view.positions
        ),
        orders=tuple(_row(order) for order in run.core.router.book.open_orders()),
        orders_sent=tally.orders,
        fills=tally.fills,
        buys=tally.buys,
        sells=tally.sells,
        denials=dict(tally.denials),
        decisions=tuple(tally.decisions),
        fill_lines=tuple(tally.fill_lines),
        alerts=tuple(tally.alerts),
        alert_count=tally.alert_count,
    )


def _row(order: Order) -> OrderRow:
    return OrderRow(
        symbol=order.symbol,
        side=order.side,
        purpose=order.purpose,
        order_type=order.order_type,
        quantity=order.quantity,
        filled=order.filled,
        price=order.price,
        state=order.state.value,
    )


def take_status(run: Subject) -> Status:
    """Take what the status file holds."""
    tally, view, naked = run.tally, run.core.ledger.view(), run.core.meter.view()
    return Status(
        run_id=run.files.run_id,
        pid=os.getpid(),
        venue=run.world.venue,
        state=run.core.breaker.state.value,
        engine_time=f"{new_york(run.world.clock.now()):%Y-%m-%d %H:%M:%S} New York",
        equity="not known" if view.baseline is None else f"{view.equity:.2f}",
        positions={row.symbol: str(row.quantity) for row in view.positions},
        uncovered={symbol: f"{dollars:.2f}" for symbol, dollars in naked.dollars.items()},
        naked_dollar_seconds=f"{naked.dollar_seconds:.0f}",
        open_orders=sum(1 for _ in run.core.router.book.open_orders()),
        orders=tally.orders,
        fills=tally.fills,
        alerts=list(tally.alerts)[-5:],
        queues=dict(run.queues()),
    )
