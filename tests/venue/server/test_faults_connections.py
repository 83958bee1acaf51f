"""Faults of connections, as a client sees them."""

import asyncio

import aiohttp
import pytest

from tests.venue.server.conftest import ENGINE, OTHER, Venue
from tests.venue.server.fault_clients import AUTH, Socket, all_so_far, anonymous, arm, data, orders
from tradeengine.clock import SimulatedClock


async def auth_on(socket: Socket) -> dict[str, object]:
    await socket.send_json(AUTH)
    answer: dict[str, object] = (await socket.receive_json(timeout=30))[0]
    return answer


async def open_unproven(venue: Venue, http: aiohttp.ClientSession) -> Socket:
    socket = await http.ws_connect(venue.urls.data_stream)
    await socket.receive_json()
    return socket


async def until_gone(venue: Venue) -> None:
    """Wait until the server has seen the end of every data socket."""
    async with asyncio.timeout(30):
        while venue.server.publisher.data.sockets:  # noqa: ASYNC110 - the server's own doing
            await asyncio.sleep(0)


async def test_a_slot_frees_only_after_a_while(controlled: Venue) -> None:
    await arm(controlled, "slow_slot_release", hold=30, seconds=60)
    async with data(controlled):
        pass
    await until_gone(controlled)
    async with anonymous() as http:
        socket = await open_unproven(controlled, http)
        assert (await auth_on(socket))["code"] == 406
        controlled.run_for(29)
        assert (await auth_on(socket))["code"] == 406
        controlled.run_for(1)
        assert (await auth_on(socket))["msg"] == "authenticated"


async def test_another_key_has_a_slot_of_its_own(controlled: Venue) -> None:
    await arm(controlled, "slow_slot_release")
    async with data(controlled):
        pass
    await until_gone(controlled)
    async with controlled.session(OTHER) as http, http.ws_connect("/v2/iex") as socket:
        await socket.receive_json()
        assert (await socket.receive_json())[0]["msg"] == "authenticated"


@pytest.mark.parametrize("stream", ["data", "orders"])
@pytest.mark.parametrize("retry_after", [None, 7])
async def test_a_handshake_is_answered_429(
    controlled: Venue, stream: str, retry_after: int | None
) -> None:
    urls = {"data": controlled.urls.data_stream, "orders": controlled.urls.trading_stream}
    await arm(controlled, "handshake_429", stream=stream, retry_after=retry_after)
    (other,) = urls.keys() - {stream}
    async with controlled.http.ws_connect(urls[other]):
        pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as failure:
        await controlled.http.ws_connect(urls[stream])
    assert failure.value.status == 429
    assert failure.value.headers is not None
    told = failure.value.headers.get("Retry-After")
    assert told == (None if retry_after is None else "7")
    async with controlled.http.ws_connect(urls[stream]) as socket:
        assert not socket.closed


async def test_a_slow_client_is_told_407_and_cut(controlled: Venue) -> None:
    async with data(controlled) as socket, orders(controlled) as other:
        await arm(controlled, "slow_consumer_407")
        assert (await socket.receive_json(timeout=30))[0] == {
            "T": "error",
            "code": 407,
            "msg": "slow client",
        }
        await socket.receive(timeout=30)
        assert socket.close_code == 1006
        assert not other.closed
    async with data(controlled) as socket:
        controlled.run_for(60)
        assert await all_so_far(socket)


async def test_connections_are_refused_for_a_while(controlled: Venue) -> None:
    clock = controlled.clock
    assert isinstance(clock, SimulatedClock)
    async with data(controlled) as feed, orders(controlled) as updates:
        await arm(controlled, "refuse_connections", seconds=20)
        for socket in (feed, updates):
            await socket.receive(timeout=30)
            assert socket.close_code == 1006
    with pytest.raises(aiohttp.ClientConnectorError):
        await refused(controlled)
    controlled.run_for(19)
    with pytest.raises(aiohttp.ClientConnectorError):
        await refused(controlled)
    controlled.run_for(1)
    async with asyncio.timeout(30):
        while await is_shut(controlled):  # noqa: ASYNC110 - the server's own doing
            await asyncio.sleep(0)
    assert (await controlled.ask("GET", "/v2/clock"))["is_open"]


async def test_an_idle_connection_ends_when_the_doors_shut(controlled: Venue) -> None:
    place = controlled.urls.trading_url.removeprefix("http://")
    host, _, port = place.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /v2/nothing HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    await arm(controlled, "refuse_connections", seconds=20)
    async with asyncio.timeout(30):
        await reader.read()  # until the end
    assert reader.at_eof()
    writer.close()


async def refused(venue: Venue) -> None:
    """Ask over a new connection until there is none; the first may still be let in."""
    async with asyncio.timeout(30):
        while True:
            async with venue.session(ENGINE) as http, http.get("/v2/clock"):
                await asyncio.sleep(0)


async def is_shut(venue: Venue) -> bool:
    try:
        async with venue.session(ENGINE) as http, http.get("/v2/clock"):
            return False
    except aiohttp.ClientConnectorError:
        return True


async def test_a_venue_stops_while_its_doors_are_shut(controlled: Venue) -> None:
    await arm(controlled, "refuse_connections", seconds=3600)
    await arm_again_is_harmless(controlled)


async def arm_again_is_harmless(venue: Venue) -> None:
    venue.server.publisher.shut_doors(1)
