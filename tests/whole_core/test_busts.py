"""A fill is taken back: while its order is still being filled, and while the broker is read."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.whole_core import puppet
from tests.whole_core.model_broker import shares
from tests.whole_core.test_by_hand import arrive, want
from tests.whole_core.world import World
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import FillBusted
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, StopTrigger

D = Decimal


@pytest.fixture
def world() -> Iterator[World]:
    """Give a world in which 4 of 10 BBB were bought and busted, and then the last 6 bought."""
    puppet.WISHES.clear()
    world = World(shares())
    want(world, Side.BUY, Purpose.ENTRY, "10", symbol="BBB")
    arrive(world)
    (entry,) = world.orders()
    busted = world.broker.fill(entry, D(4), world.middle)
    arrive(world)
    world.broker.bust(busted)
    world.broker.fill(entry, D(6), world.middle)
    arrive(world)
    yield world
    puppet.WISHES.clear()


def test_what_a_bust_leaves_of_a_filled_entry_gets_its_stop(world: World) -> None:
    for _ in range(5):
        world.pass_time(1)
        arrive(world)

    assert world.broker.held["BBB"] == D(6)
    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.STOP, D(6))]


def test_what_a_bust_leaves_of_a_filled_entry_is_closed_by_a_flatten(world: World) -> None:
    now = world.broker.now
    stop = RequestStop(at=now, received_at=now, trigger=StopTrigger.INTERRUPT, reason="")
    world.step(stop)
    for _ in range(10):
        arrive(world)
        while world.questions:
            world.answer()
        arrive(world)
        for order in world.orders():
            world.broker.fill(order, order.left, world.middle)
        world.pass_time(1)

    assert world.broker.held["BBB"] == 0
    assert world.core.breaker.state is EngineState.STOPPED


def test_a_flatten_sells_nothing_that_a_bust_took_back_while_the_broker_was_read() -> None:
    puppet.WISHES.clear()
    world = World(shares())
    want(world, Side.BUY, Purpose.ENTRY, "10", symbol="BBB")
    arrive(world)
    (entry,) = world.orders()
    bought = world.broker.fill(entry, D(10), world.middle)
    arrive(world)
    now = world.broker.now
    world.step(RequestStop(at=now, received_at=now, trigger=StopTrigger.INTERRUPT, reason=""))
    world.answer()
    arrive(world)
    world.pass_time(2)
    asked = world.questions.pop()
    read_before = world.broker.snapshot(asked.why, asked.at, world.middle)
    world.broker.now += 1
    world.broker.bust(bought)
    world.tell(0)

    world.step(read_before)

    assert world.submits == []


def test_a_fill_of_an_earlier_run_that_is_corrected_leaves_its_stop_as_it_is() -> None:
    puppet.WISHES.clear()
    world = World(shares(AAA=90))
    arrive(world)
    (stop,) = world.orders()
    earlier = world.broker.fill(stop, D(40), D(48))
    world.open_run()
    arrive(world)
    now = world.broker.now
    world.step(
        FillBusted(
            at=now,
            received_at=now,
            client_order_id=stop.name,
            order_id=stop.order_id,
            symbol="AAA",
            previous_execution_id=earlier.execution_id,
            execution_id="corrected",
            quantity=D(40),
            price=D("48.01"),
        )
    )
    world.pass_time(1)
    assert world.core.router.book.protected("AAA") == D(50)
    assert world.core.meter.view().dollars == {}

    want(world, Side.SELL, Purpose.EXIT)
    arrive(world)

    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.LIMIT, D(50))]
