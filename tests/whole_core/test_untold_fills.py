"""Fills that nobody can read any more: what is taken over from the broker holds them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.whole_core import puppet
from tests.whole_core.model_broker import shares
from tests.whole_core.test_by_hand import arrive, want
from tests.whole_core.world import World
from tradeengine.model.events import HoldingsDiffer, OrderFilled
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, Purpose, Side

D = Decimal


@pytest.fixture
def world() -> Iterator[World]:
    """Give a world of 90 AAA, whose exit sold 30 and was cancelled; no fill tells of the 30."""
    puppet.WISHES.clear()
    world = World(shares(AAA=90))
    arrive(world)
    want(world, Side.SELL, Purpose.EXIT)
    arrive(world)
    (sale,) = (order for order in world.orders() if order.kind is OrderType.LIMIT)
    world.broker.fill(sale, D(30), world.middle)
    world.broker.news = [e for e in world.broker.news if not isinstance(e, OrderFilled)]
    world.broker.expire(sale)
    arrive(world)
    yield world
    puppet.WISHES.clear()


def live_on(world: World, seconds: int) -> None:
    for _ in range(seconds):
        world.pass_time(1)
        arrive(world)
        while world.questions:
            world.answer()
            arrive(world)


def test_all_shares_that_are_taken_over_get_their_stop(world: World) -> None:
    live_on(world, 120)
    (stop,) = world.orders()
    world.broker.expire(stop)
    live_on(world, 2)

    assert world.ledger_positions() == {"AAA": D(60)}
    assert sum(o.left for o in world.orders() if o.kind is OrderType.STOP) == D(60)


def test_all_shares_that_are_taken_over_can_be_sold(world: World) -> None:
    live_on(world, 120)

    want(world, Side.SELL, Purpose.EXIT)
    arrive(world)

    assert [(o.kind, o.left) for o in world.orders()] == [(OrderType.LIMIT, D(60))]


def test_what_a_flatten_takes_over_unread_lets_no_older_fill_in_again(world: World) -> None:
    (sale,) = (order for order in world.sent.values() if order.purpose is Purpose.EXIT)
    live_on(world, 120)
    taken_over = HoldingsDiffer(
        at=world.broker.now,
        symbol="AAA",
        recorded=D(60),
        held=D(65),
        average_price=D(50),
        taken_over=True,
    )
    world.step(taken_over)

    late = OrderFilled(
        at=world.broker.now - 100 * NANOS,
        received_at=world.broker.now,
        client_order_id=sale.client_order_id,
        order_id="",
        symbol="AAA",
        execution_id="late",
        side=Side.SELL,
        quantity=D(30),
        price=D(50),
        cumulative=D(30),
        complete=False,
    )
    world.step(late)

    assert world.ledger_positions() == {"AAA": D(65)}
