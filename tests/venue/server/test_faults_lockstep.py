"""In lock-step a frame that a fault loses is not in flight, and one it adds is."""

import asyncio

import pytest

from tests.venue.server.conftest import OpenVenue, Venue
from tests.venue.server.fault_clients import ORDER, RESTING, Socket, arm, data, events, orders
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.venue.server import desk
from tradeengine.venue.server.server import EngineChannels


class Counted:
    """A venue in lock-step and a client of it that counts as the engine does."""

    def __init__(self, venue: Venue, quiescence: Quiescence, channels: EngineChannels) -> None:
        self.venue, self.quiescence, self.channels = venue, quiescence, channels

    async def hear(self, socket: Socket, number: int) -> list[str]:
        """Take in updates; give their events."""
        heard = []
        for _ in range(number):
            heard += await events(socket, 1)
            self.channels.orders.received()
        return heard

    def taken_in(self) -> None:
        """Count what was heard while subscribing."""
        while self.channels.data.flying:
            self.channels.data.received()
        while self.channels.orders.flying:
            self.channels.orders.received()


@pytest.fixture
async def counted(open_venue: OpenVenue) -> Counted:
    quiescence = Quiescence()
    channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    venue = await open_venue(control=True, channels=channels)
    venue.run_for(30)
    return Counted(venue, quiescence, channels)


async def test_a_lost_update_is_not_in_flight(counted: Counted) -> None:
    async with orders(counted.venue):
        counted.taken_in()
        await arm(counted.venue, "drop_frame", stream="orders", times=2)
        await counted.venue.ask("POST", "/v2/orders", json=RESTING)
        counted.venue.run_for(1)
        assert counted.quiescence.pending == 0


async def test_lost_data_is_not_in_flight(counted: Counted) -> None:
    async with data(counted.venue):
        counted.taken_in()
        await arm(counted.venue, "drop_frame", stream="data", times=10**6)
        counted.venue.run_for(60)
        assert counted.quiescence.pending == 0


async def test_an_update_that_waits_is_not_in_flight_until_it_goes(counted: Counted) -> None:
    async with orders(counted.venue) as socket:
        counted.taken_in()
        await arm(counted.venue, "swap_updates")
        await counted.venue.ask("POST", "/v2/orders", json=RESTING)
        for update in counted.venue.exchange.drain():
            counted.venue.server.publisher.update(update)
        assert counted.quiescence.pending == 0
        counted.venue.run_for(1)
        assert counted.quiescence.pending == 2
        assert await counted.hear(socket, 2) == ["new", "pending_new"]
        assert counted.quiescence.pending == 0


@pytest.mark.parametrize("fault", ["duplicate_update", "truncated_frame", "null_update"])
async def test_what_is_sent_is_in_flight(counted: Counted, fault: str) -> None:
    options = {"stream": "orders"} if fault == "truncated_frame" else {"event": "new"}
    async with orders(counted.venue):
        counted.taken_in()
        await arm(counted.venue, fault, **options)
        await counted.venue.ask("POST", "/v2/orders", json=RESTING)
        counted.venue.run_for(1)
        assert counted.quiescence.pending == (3 if fault == "duplicate_update" else 2)


async def test_an_answer_waits_until_the_fill_is_taken_in(counted: Counted) -> None:
    async with orders(counted.venue) as socket:
        counted.taken_in()
        await arm(counted.venue, "fill_before_answer")
        asking = asyncio.create_task(counted.venue.ask("POST", "/v2/orders", json=ORDER))
        heard = await counted.hear(socket, 2)
        async with asyncio.timeout(30):
            while counted.channels.orders.flying or not asking.done():
                answered = asking.done()
                heard += await counted.hear(socket, counted.channels.orders.flying)
                assert not answered or not counted.channels.orders.flying
                await asyncio.sleep(0)
        assert heard[:3] in (["pending_new", "new", "fill"], ["pending_new", "new", "partial_fill"])
        assert asking.result()["status"] == "pending_new"
        assert counted.quiescence.pending == 0


async def test_a_client_that_does_not_read_holds_the_answer_for_a_while_only(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "_DELIVERY_SECONDS", 0.01)
    async with orders(counted.venue):
        counted.taken_in()
        await arm(counted.venue, "fill_before_answer")
        order = await counted.venue.ask("POST", "/v2/orders", json=ORDER)
        assert order["status"] == "pending_new"
        assert counted.channels.orders.flying
