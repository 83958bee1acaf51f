"""The server's life: it stops with clients connected, and starts on a port of choice."""

import asyncio

import aiohttp

from tests.venue.server.conftest import ENGINE, OpenVenue, Venue
from tradeengine.clock import SimulatedClock
from tradeengine.venue.market import Market
from tradeengine.venue.server.auth import VenueKeys
from tradeengine.venue.server.server import VenueServer


async def test_it_stops_quickly_with_every_kind_of_client_connected(venue: Venue) -> None:
    async with (
        venue.http.ws_connect(venue.urls.data_stream) as data,
        venue.http.ws_connect(venue.urls.trading_stream) as orders,
        venue.http.get("/v2/events/trades") as events,
    ):
        await data.receive()
        await events.content.readline()
        stopping = asyncio.create_task(venue.server.stop())
        assert (await orders.receive()).type is aiohttp.WSMsgType.CLOSE
        await asyncio.wait_for(stopping, 30)


async def test_it_listens_on_the_port_asked_for(open_venue: OpenVenue, market: Market) -> None:
    first = await open_venue()
    port = int(first.urls.trading_url.rsplit(":", 1)[1])
    await first.server.stop()
    again = VenueServer(first.exchange, market, SimulatedClock(0), VenueKeys(ENGINE))
    async with again as server:
        urls = await server.start(port)
        assert urls.trading_url == first.urls.trading_url
        assert urls.as_dict()["secret"] == ENGINE.secret
