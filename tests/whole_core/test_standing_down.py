"""What the broker refuses to close until the flatten's deadline gets its stops back."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.whole_core import puppet
from tests.whole_core.model_broker import shares
from tests.whole_core.test_by_hand import arrive
from tests.whole_core.world import World
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import NakedLimitReached
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, StopTrigger


@pytest.fixture
def world() -> Iterator[World]:
    """Give a world that holds 90 AAA, with a stop at the broker."""
    puppet.WISHES.clear()
    world = World(shares(AAA=90))
    arrive(world)
    yield world
    puppet.WISHES.clear()


def stopped(world: World, seconds: int) -> list[Message]:
    """Ask for a stop, live on, and refuse every order but a stop; give what was told."""
    now = world.broker.now
    told = world.step(
        RequestStop(at=now, received_at=now, trigger=StopTrigger.TERMINATE, reason="")
    )
    for _ in range(seconds):
        for order in [each for each in world.submits if each.purpose is not Purpose.PROTECT]:
            world.broker.refuse(order)
            world.submits.remove(order)
        arrive(world)
        while world.questions:
            told += world.answer()
        told += world.pass_time(1)
    return told


def test_a_position_that_was_naked_for_too_long_gets_its_stop_back_too(world: World) -> None:
    told = stopped(world, 220)

    assert any(isinstance(message, NakedLimitReached) for message in told)
    assert world.core.breaker.state is EngineState.STOPPED
    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.STOP, Decimal(90))]


def test_a_stop_that_comes_before_the_books_are_open_leaves_no_position_without_its_stop(
    world: World,
) -> None:
    world.begin_run()

    stopped(world, 220)

    assert world.core.breaker.state is EngineState.STOPPED
    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.STOP, Decimal(90))]


def test_what_was_sold_at_the_deadline_before_the_books_are_open_leaves_no_order_to_buy_it(
    world: World,
) -> None:
    world.begin_run()
    stopped(world, 175)
    for second in range(175, 200):
        arrive(world)
        for order in world.orders() if second >= 178 else ():
            world.broker.fill(order, order.left, world.middle)
        arrive(world)
        # For a while no answer says that it is sold: the fill alone does.
        while world.questions and not 178 <= second < 184:
            world.answer()
        world.pass_time(1)

    assert world.broker.held["AAA"] == 0
    assert [order.side for order in world.sent.values() if order.side is Side.BUY] == []
