"""The broker refuses to close what is held, until the flatten's deadline: it gets its stops back."""

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
from tradeengine.model.orders import EngineState, OrderType, Purpose, StopTrigger


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
