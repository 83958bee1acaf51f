"""What a person does beside us while our own orders are under way."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.whole_core import puppet
from tests.whole_core.model_broker import AtBroker, shares
from tests.whole_core.world import World
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import HoldingsDiffer
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce

D = Decimal


@pytest.fixture
def world() -> Iterator[World]:
    """Give a world that holds 90 AAA, with a stop at the broker."""
    puppet.WISHES.clear()
    world = World(shares(AAA=90))
    arrive(world)
    yield world
    puppet.WISHES.clear()


def arrive(world: World) -> None:
    """Let all that is on the wire arrive, and all news be told."""
    while world.submits or world.cancels or world.broker.news:
        for order in world.submits:
            if world.broker.take(order):
                world.broker.accepted(order.client_order_id)
        world.submits.clear()
        for command in world.cancels:
            world.broker.cancel(command)
        world.cancels.clear()
        while world.broker.news:
            world.tell(0)


def want(
    world: World, side: Side, purpose: Purpose, quantity: str | None = None, symbol: str = "AAA"
) -> None:
    puppet.WISHES.append(
        OrderIntent(
            at=world.broker.now,
            strategy="test",
            symbol=symbol,
            side=side,
            purpose=purpose,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            quantity=None if quantity is None else D(quantity),
            limit_price=world.middle + side.sign * D("0.01"),
            stop_distance=D("1.5"),
        )
    )
    world.show(symbol)


def by_hand(world: World, side: Side, quantity: str) -> None:
    order = AtBroker("by-hand", "id-h", "AAA", side, OrderType.MARKET, D(quantity), None)
    world.broker.open["by-hand"] = order
    world.broker.fill(order, D(quantity), world.middle)


def test_an_exit_that_waits_is_not_sent_for_shares_that_a_person_has_sold(world: World) -> None:
    want(world, Side.SELL, Purpose.EXIT)
    assert [c.symbol for c in world.cancels] == ["AAA"]

    by_hand(world, Side.SELL, "90")
    world.tell(0)
    arrive(world)

    assert world.broker.held["AAA"] == 0
    assert [o.purpose for o in world.sent.values()] == [Purpose.PROTECT]


def test_a_bust_that_is_told_after_its_shares_were_taken_over_keeps_no_exit_back(
    world: World,
) -> None:
    want(world, Side.BUY, Purpose.ENTRY, "10", symbol="BBB")
    arrive(world)
    (entry,) = (order for order in world.orders() if order.symbol == "BBB")
    world.broker.fill(entry, D(6), world.middle)
    busted = world.broker.fill(entry, D(4), world.middle)
    arrive(world)
    world.broker.bust(busted)
    world.broker.now += 1
    differ = HoldingsDiffer(
        at=world.broker.now,
        symbol="BBB",
        recorded=D(10),
        held=D(6),
        average_price=D(50),
        taken_over=True,
        read_at=world.broker.now,
    )
    world.step(differ)
    arrive(world)  # the bust is told late, the stop made new
    assert world.core.router.book.protected("BBB") == 6

    want(world, Side.SELL, Purpose.EXIT, symbol="BBB")
    arrive(world)

    assert [(o.kind, o.left) for o in world.orders() if o.symbol == "BBB"] == [
        (OrderType.LIMIT, D(6))
    ]


def test_a_position_gets_its_stop_when_the_one_a_person_put_in_its_place_is_cancelled(
    world: World,
) -> None:
    (stop,) = world.orders()
    world.broker.replace(stop)
    arrive(world)
    world.pass_time(1)
    (heir,) = world.orders()
    world.broker.expire(heir)

    for _ in range(12):
        arrive(world)
        world.pass_time(1)

    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.STOP, D(90))]
