"""Fills between the broker's reading of an account and the arrival of what was read."""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product

import pytest
from msgspec import structs

from tests.whole_core import puppet
from tests.whole_core.model_broker import AtBroker, shares
from tests.whole_core.test_by_hand import D, arrive, want
from tests.whole_core.world import World
from tradeengine.model.commands import AskBroker, CancelOrder, RequestStop
from tradeengine.model.events import BrokerSnapshot, FlattenEnded, HoldingsDiffer
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Purpose, Question, Side, StopTrigger
from tradeengine.router.states import OrderState

STEPS = 4
"""How many fills a story has."""


class Story:
    """A world that holds AAA with a stop and has an entry in BBB open; each is filled twice."""

    def __init__(self, why: Question) -> None:
        self.world = World(shares(AAA=90))
        self.heard: list[Message] = []
        arrive(self.world)
        self.asked = AskBroker(at=self.world.broker.now, why=why)
        if why is Question.RECONCILE:
            self.world.pass_time(26)
            self.asked = self.world.questions.pop()
            assert self.asked.why is why
        want(self.world, Side.BUY, Purpose.ENTRY, "10", symbol="BBB")
        arrive(self.world)

    def order(self, symbol: str) -> AtBroker:
        (found,) = (order for order in self.world.orders() if order.symbol == symbol)
        return found

    def happen(self, number: int) -> None:
        symbol, part = (("AAA", 40), ("BBB", 6), ("AAA", 50), ("BBB", 4))[number]
        self.world.broker.now += 1_000_000
        self.world.broker.fill(self.order(symbol), D(part), self.world.middle)

    def live_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.heard += self.world.pass_time(1)
            arrive(self.world)
            while self.world.questions:
                self.heard += self.world.answer()
                arrive(self.world)


PARTS = (10, 20, 25, 35)


def timelines() -> Iterator[tuple[tuple[int, int], ...]]:
    """
    Give when each part of the stop is filled and told, around two readings four seconds apart.

    Gaps: 0 asked, 1 read, 2 arrived, 3 asked again, 4 read, 5 arrived. What is older than
    three seconds is told by the reading itself.
    """
    for happens in combinations_with_replacement(range(6), len(PARTS)):
        latest = [3 if gap < 3 else 5 for gap in happens]
        for lag in (0, 1, 2, 5):
            told = [min(gap + lag, last) for gap, last in zip(happens, latest, strict=True)]
            yield tuple(zip(happens, told, strict=True))


def live_through(story: Story, timeline: tuple[tuple[int, int], ...]) -> None:
    world, reads = story.world, []
    for gap in range(6):
        if gap == 3:
            story.heard += world.pass_time(4)
            if not world.questions:
                return  # The first reading was alike: nothing is looked at again.
            story.asked = world.questions.pop()
        if gap in (1, 4):
            reads = [world.broker.snapshot(story.asked.why, story.asked.at, world.middle)]
        if gap in (2, 5):
            story.heard += world.step(reads.pop())
        for part, (happens, _) in zip(PARTS, timeline, strict=True):
            if happens == gap:
                world.broker.now += 1_000_000
                world.broker.fill(story.order("AAA"), D(part), world.middle)
        for _, told in timeline:
            if told == gap:
                world.tell(0)


@pytest.mark.parametrize("timeline", list(timelines()))
def test_two_readings_with_fills_around_them_confirm_nothing_that_is_not(
    timeline: tuple[tuple[int, int], ...],
) -> None:
    story = Story(Question.RECONCILE)
    world = story.world

    live_through(story, timeline)
    for part in PARTS[len(world.told_fills) + len(world.broker.news) :]:
        world.broker.fill(story.order("AAA"), D(part), world.middle)
    arrive(world)
    story.live_on(40)

    assert world.ledger_positions() == {}
    assert not [m for m in story.heard if isinstance(m, HoldingsDiffer)]


CUTS = list(product(range(STEPS + 1), repeat=2))


@pytest.fixture(autouse=True)
def no_wishes() -> Iterator[None]:
    puppet.WISHES.clear()
    yield
    puppet.WISHES.clear()


@pytest.mark.parametrize(("done", "told"), CUTS)
@pytest.mark.parametrize("why", [Question.RECONCILE, Question.PROTECT])
def test_books_and_broker_are_alike_afterwards(why: Question, done: int, told: int) -> None:
    story = Story(why)
    world, asked = story.world, story.asked
    for number in range(done):
        story.happen(number)
    read = world.broker.snapshot(asked.why, asked.at, world.middle)
    for number in range(done, STEPS):
        story.happen(number)
    for _ in range(told):
        world.tell(0)
    story.heard += world.step(read)
    arrive(world)
    story.live_on(40)

    assert world.ledger_positions() == {"BBB": 10}
    assert world.broker.held["AAA"] == 0
    assert not [m for m in story.heard if isinstance(m, HoldingsDiffer)]
    assert world.core.breaker.state is EngineState.TRADING
    assert world.core.router.book.protected("BBB") == 10


def open_anew(world: World, orders: int, positions: int, told: int) -> None:
    """
    Start another run while the stop's parts are filled: `told` of them before the answer comes,
    `orders` before the orders are read, `positions` before the positions are.
    """
    stop = next(order for order in world.orders() if order.symbol == "AAA")
    left = list(PARTS)

    def fill(until: int) -> None:
        while len(PARTS) - len(left) < until:
            world.broker.now += 1_000_000
            world.broker.fill(stop, D(left.pop(0)), world.middle)

    def read(asked: AskBroker) -> BrokerSnapshot:
        fill(orders)
        first = world.broker.snapshot(asked.why, asked.at, world.middle)
        fill(positions)
        second = world.broker.snapshot(asked.why, asked.at, world.middle)
        for _ in range(told):
            world.tell(0)
        return structs.replace(second, orders=first.orders)

    world.open_run(read)
    fill(len(PARTS))
    arrive(world)


@pytest.mark.parametrize(
    ("orders", "positions", "told"),
    [
        (orders, positions, told)
        for orders, positions, told in product(range(len(PARTS) + 1), repeat=3)
        if told <= orders <= positions
    ],
)
def test_a_run_that_opens_its_books_while_a_stop_is_filled(
    orders: int, positions: int, told: int
) -> None:
    story = Story(Question.PROTECT)
    world = story.world
    entry = story.order("BBB").name
    world.broker.cancel(CancelOrder(at=0, client_order_id=entry, order_id="", symbol="BBB"))
    arrive(world)

    open_anew(world, orders, positions, told)
    story.live_on(40)

    assert world.ledger_positions() == {}
    assert list(world.core.router.book.open_orders()) == []
    assert not [m for m in story.heard if isinstance(m, HoldingsDiffer)]


@pytest.mark.parametrize(
    ("read_after", "filled", "told"),
    [(r, f, t) for r, f, t in product(range(len(PARTS) + 1), repeat=3) if t <= f],
)
def test_a_flatten_whose_answer_is_older_than_the_fills_ends_flat_and_sells_nothing_twice(
    read_after: int, filled: int, told: int
) -> None:
    story = Story(Question.PROTECT)
    world, now = story.world, story.world.broker.now
    stop = story.order("AAA")

    world.step(RequestStop(at=now, received_at=now, trigger=StopTrigger.INTERRUPT))
    asked = world.questions.pop()
    assert asked.why is Question.FLATTEN
    read = None
    for number, part in enumerate(PARTS):
        if number == read_after:
            read = world.broker.snapshot(asked.why, asked.at, world.middle)
        if number < filled:
            world.broker.now += 1_000_000
            world.broker.fill(stop, D(part), world.middle)
    read = read or world.broker.snapshot(asked.why, asked.at, world.middle)
    for _ in range(told):
        world.tell(0)
    story.heard += world.step(structs.replace(read, received_at=world.broker.now))
    for _ in range(30):
        arrive(world)
        while world.questions:
            story.heard += world.answer()
            arrive(world)
        for order in world.orders():
            world.broker.fill(order, order.left, world.middle)
        story.heard += world.pass_time(1)

    assert [m.flat for m in story.heard if isinstance(m, FlattenEnded)] == [True]
    # The broker refuses a sale of what is not there.
    assert OrderState.REJECTED not in {order.state for order in world.core.router.book}
    assert not any(world.broker.held.values())
