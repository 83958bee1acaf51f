"""The books cannot be compared with the broker: nobody may trade on as if they were right."""

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from msgspec import structs

from tests.whole_core import puppet
from tests.whole_core.model_broker import shares
from tests.whole_core.test_by_hand import arrive
from tests.whole_core.world import World
from tradeengine.model.events import AlertRaised, BrokerUnreachable
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Question

Answer = Callable[[World], list[Message]]


@pytest.fixture
def world() -> Iterator[World]:
    """Give a world whose 90 AAA somebody has sold, of which nothing was told."""
    puppet.WISHES.clear()
    world = World(shares(AAA=90))
    arrive(world)
    world.broker.held["AAA"] = Decimal(0)
    yield world
    puppet.WISHES.clear()


def unreadable(world: World) -> list[Message]:
    asked = world.questions.pop()
    snapshot = world.broker.snapshot(asked.why, asked.at, world.middle)
    return world.step(structs.replace(snapshot, unreadable_rows=1))


def unreachable(world: World) -> list[Message]:
    asked, now = world.questions.pop(), world.broker.now
    return world.step(BrokerUnreachable(at=now, received_at=now, why=asked.why, reason="dead"))


def lived(world: World, seconds: int, answer: Answer) -> list[Message]:
    told = []
    for _ in range(seconds):
        told += world.pass_time(1)
        arrive(world)
        while world.questions:
            assert world.questions[-1].why == Question.RECONCILE
            told += answer(world)
    return told


@pytest.mark.parametrize("answer", [unreadable, unreachable])
def test_without_a_comparison_nothing_is_entered_and_a_person_is_told_once(
    world: World, answer: Answer
) -> None:
    told = lived(world, 300, answer)

    assert world.core.breaker.state is EngineState.REDUCING
    assert [m.code for m in told if isinstance(m, AlertRaised)] == ["NOT_COMPARED"]


@pytest.mark.parametrize("answer", [unreadable, unreachable])
def test_one_answer_that_says_nothing_is_waited_out(world: World, answer: Answer) -> None:
    assert [m for m in lived(world, 26, answer) if isinstance(m, AlertRaised)] == []
    assert world.core.breaker.state is EngineState.TRADING


def test_entries_are_taken_again_when_books_and_broker_can_be_compared(world: World) -> None:
    world.broker.held["AAA"] = Decimal(90)
    lived(world, 100, unreadable)
    lived(world, 30, World.answer)

    assert world.core.breaker.state is EngineState.TRADING
