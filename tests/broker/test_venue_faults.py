"""The faults of the embedded venue, met over its real sockets in lock-step."""

import pytest

from tests.broker.contract import Stage, on_stage
from tradeengine.model.events import (
    BrokerSnapshot,
    OrderAccepted,
    OrderFilled,
    OrderRejected,
    OrderStreamLost,
    OrderStreamReady,
    OrderUnresolved,
)
from tradeengine.model.instants import NANOS
from tradeengine.venue.market import Market
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.faults import (
    AnyFault,
    DropConnection,
    DropFillFrame,
    RejectNextOrder,
    TimeoutAfterAccept,
)


def arm(stage: Stage, fault: AnyFault) -> None:
    desk = stage.publisher
    assert isinstance(desk, Desk)
    desk.faults.arm(fault, stage.clock.now(), desk)


async def test_a_504_after_accept_leaves_exactly_one_order(market: Market) -> None:
    async with on_stage("sockets", market) as stage:
        arm(stage, TimeoutAfterAccept())
        await stage.send(stage.buy("c-1"))
        await stage.play(5)
        assert len(stage.inbox.of(OrderUnresolved)) == 1
        assert len({a.order_id for a in stage.inbox.of(OrderAccepted)}) == 1
        assert sum(fill.quantity for fill in stage.inbox.of(OrderFilled)) == 10
        assert len(stage.exchange.orders("engine", status="all")) == 1


async def test_a_lost_fill_frame_is_made_good_within_35_seconds(market: Market) -> None:
    async with on_stage("sockets", market) as stage:
        arm(stage, DropFillFrame(times=3))
        await stage.send(stage.buy("c-1"))
        await stage.play(40)
        fills = stage.inbox.of(OrderFilled)
        assert sum(fill.quantity for fill in fills) == 10
        assert fills[-1].complete
        assert {fill.event_id for fill in fills} == {""}
        assert all(fill.received_at - fill.at <= 35 * NANOS for fill in fills)


async def test_what_was_missed_is_told_at_once_when_it_is_asked_for(market: Market) -> None:
    async with on_stage("sockets", market) as stage:
        arm(stage, DropFillFrame(times=3))
        await stage.send(stage.buy("c-1"))
        await stage.play(3)
        assert stage.inbox.of(OrderFilled) == []

        await stage.send(stage.ask("missed"))

        assert sum(fill.quantity for fill in stage.inbox.of(OrderFilled)) == 10
        assert stage.inbox.of(BrokerSnapshot) == []


async def test_a_stream_lost_during_a_fill_is_caught_up_with(market: Market) -> None:
    async with on_stage("sockets", market) as stage:
        await stage.send(stage.rest("c-0"))
        stage.broker.send(stage.buy("c-1"))
        await stage.quiescence.idle()
        arm(stage, DropConnection(stream="orders"))
        await stage.inbox.wait_for(OrderStreamLost)
        await stage.play(20)
        await stage.inbox.wait_for(OrderStreamReady, 2)
        await stage.play(40)
        assert sum(fill.quantity for fill in stage.inbox.of(OrderFilled)) == 10


@pytest.mark.parametrize("status", [403, 422])
async def test_a_refusal_by_the_venue_is_final(market: Market, status: int) -> None:
    async with on_stage("sockets", market) as stage:
        arm(stage, RejectNextOrder(status=status))
        await stage.send(stage.buy("c-1"))
        assert stage.inbox.of(OrderRejected)[0].status_code == status
        assert stage.exchange.orders("engine", status="all") == []
