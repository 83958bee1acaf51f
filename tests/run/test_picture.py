"""The picture of a run is what its parts say at that instant."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import NOON, a_run, held, make_home, opened, snapshot
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import OrderStreamReady, Quote
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side
from tradeengine.router.order import Order
from tradeengine.run.picture import Subject, take_picture, take_status

D = Decimal


@pytest.fixture
def run(tmp_path: Path) -> Subject:
    return a_run(make_home(tmp_path))


def watched(run: Subject) -> None:
    """Let the run see its broker, a position, a quote and an order."""
    for message in (
        opened(),
        OrderStreamReady(at=NOON, received_at=NOON),
        snapshot(held("AAPL", "10")),
        Quote(at=NOON, received_at=NOON, symbol="AAPL", bid=101, bid_size=1, ask=103, ask_size=1),
    ):
        run.tally.watch(message, run.core.engine.step(message))
    run.core.router.book.add(
        Order(
            client_order_id="te-t1-test-AAPL-000001-x",
            strategy="test",
            symbol="AAPL",
            side=Side.SELL,
            purpose=Purpose.EXIT,
            quantity=D(10),
            sent_at=NOON,
            order_type=OrderType.LIMIT,
            price=D(105),
        )
    )


def test_a_run_that_knows_nothing_claims_nothing(run: Subject) -> None:
    shot = take_picture(run)

    assert (shot.state, shot.feed, shot.order_stream) == (
        EngineState.STARTING,
        "not connected",
        "not connected",
    )
    assert (shot.equity, shot.cash, shot.feed_age_seconds) == (None, None, None)
    assert (shot.positions, shot.orders, shot.ticks) == ((), (), 0)


def test_the_parts_speak_for_themselves(run: Subject) -> None:
    watched(run)
    clock = run.world.clock
    assert isinstance(clock, SimulatedClock)
    clock.advance_to(NOON + 3 * NANOS)
    run.inbox.put_nowait(opened())

    shot = take_picture(run)

    (position,) = shot.positions
    (order,) = shot.orders
    assert (shot.run_id, shot.venue, shot.speed) == (run.files.run_id, "a test", 60.0)
    assert (shot.now, shot.feed_age_seconds, shot.inbox_depth) == (NOON + 3 * NANOS, 3.0, 1)
    assert (shot.order_stream, shot.symbols, shot.ticks) == ("listening", 1, 1)
    assert (shot.cash, shot.equity) == (D(99_000), D(99_000) + 10 * position.mark)
    assert (position.symbol, position.quantity, position.average_price) == ("AAPL", D(10), D(100))
    assert (order.symbol, order.purpose, order.price, order.filled) == (
        "AAPL",
        Purpose.EXIT,
        D(105),
        D(0),
    )


def test_a_status_is_short_and_in_words(run: Subject) -> None:
    assert take_status(run).equity == "not known"
    watched(run)
    run.tally.alerts.extend(str(n) for n in range(9))

    status = take_status(run)

    assert (status.run_id, status.venue, status.state) == (run.files.run_id, "a test", "STARTING")
    assert status.engine_time == "2019-02-13 12:00:00 New York"
    assert status.positions == {"AAPL": "10"}
    assert (status.open_orders, status.fills) == (1, 0)
    assert status.alerts == ["4", "5", "6", "7", "8"]
    assert status.equity.startswith("100")
