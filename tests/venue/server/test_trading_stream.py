"""The trade-updates websocket, in all its encodings."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgpack  # type: ignore[import-untyped] # ships no types
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.venue.server.conftest import ENGINE, OTHER, OpenVenue, Venue
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import EngineChannels

LISTEN = {"action": "listen", "data": {"streams": ["trade_updates"]}}


async def heard(socket: ClientConnection) -> Any:  # noqa: ANN401 - any JSON
    async with asyncio.timeout(30):
        return json.loads(await socket.recv())


def credentials(pair: ApiKey) -> dict[str, object]:
    return {"action": "authenticate", "data": {"key_id": pair.key, "secret_key": pair.secret}}


@asynccontextmanager
async def listening(
    venue: Venue, pair: ApiKey = ENGINE, slash: str = ""
) -> AsyncIterator[ClientConnection]:
    async with connect(venue.urls.trading_stream + slash) as socket:
        for request in (credentials(pair), LISTEN):
            await socket.send(json.dumps(request))
            await heard(socket)
        yield socket


@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_life_of_an_order_arrives_in_order(venue: Venue, slash: str) -> None:
    async with listening(venue, slash=slash) as socket:
        await venue.buy("AAPL", "1")
        frames = [await heard(socket) for _ in range(3)]
    assert [frame["data"]["event"] for frame in frames] == ["pending_new", "new", "fill"]
    ids = [frame["data"]["event_id"] for frame in frames]
    assert ids == sorted(ids)
    assert frames[2]["data"]["position_qty"] == "1"


@pytest.mark.parametrize(("paper", "kind"), [(True, bytes), (False, str)])
async def test_paper_sends_binary_frames_and_live_text(
    open_venue: OpenVenue, paper: bool, kind: type
) -> None:
    venue = await open_venue(parameters=ServerParameters(paper=paper))
    async with connect(venue.urls.trading_stream) as socket:
        await socket.send(json.dumps(credentials(ENGINE)))
        assert isinstance(await socket.recv(), kind)


async def test_msgpack_is_spoken_when_the_handshake_asks_for_it(venue: Venue) -> None:
    headers = {"Content-Type": "application/msgpack"}
    async with connect(venue.urls.trading_stream, additional_headers=headers) as socket:
        for request in (credentials(ENGINE), LISTEN):
            await socket.send(msgpack.packb(request))
            answer = msgpack.unpackb(await socket.recv())
        assert answer == {"stream": "listening", "data": {"streams": ["trade_updates"]}}
        await venue.buy("AAPL", "1")
        assert msgpack.unpackb(await socket.recv())["data"]["event"] == "pending_new"


async def test_each_account_hears_its_own_updates(venue: Venue) -> None:
    async with listening(venue, OTHER) as other, listening(venue) as mine:
        await venue.buy("AAPL", "1")
        assert (await heard(mine))["stream"] == "trade_updates"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.recv(), 0.05)


async def test_the_handshakes_headers_authenticate(venue: Venue) -> None:
    headers = {"APCA-API-KEY-ID": ENGINE.key, "APCA-API-SECRET-KEY": ENGINE.secret}
    async with connect(venue.urls.trading_stream, additional_headers=headers) as socket:
        await socket.send(json.dumps(LISTEN))
        assert (await heard(socket))["stream"] == "listening"


async def test_nonsense_is_an_error_and_the_socket_stays(venue: Venue) -> None:
    async with connect(venue.urls.trading_stream) as socket:
        for nonsense in ("hello", "{}", b"\xc1"):
            await socket.send(nonsense)
            assert (await heard(socket))["action"] == "error"
        await socket.send(json.dumps(LISTEN))
        assert (await heard(socket))["data"]["status"] == "unauthorized"


async def test_a_slow_client_is_cut_off(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(send_queue_bytes=4_096))
    async with listening(venue) as socket:
        assert venue.server.publisher.orders.listening == 1
        order = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market"}
        for _ in range(4):
            await venue.ask("POST", "/v2/orders", json={**order, "time_in_force": "day"})
        venue.run_for(60)
        async with asyncio.timeout(30):
            await socket.wait_closed()
    assert venue.server.publisher.orders.listening == 0


async def test_frames_to_the_engine_are_counted(open_venue: OpenVenue) -> None:
    quiescence = Quiescence()
    channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    venue = await open_venue(channels=channels)
    async with listening(venue, OTHER):
        assert quiescence.pending == 0
    async with listening(venue) as socket:
        assert quiescence.pending == 2
        await venue.buy("AAPL", "1")
        assert quiescence.pending > 2
        await socket.close()
        async with asyncio.timeout(30):
            await quiescence.idle()


async def test_in_lock_step_the_updates_of_a_request_wait_for_the_pace(
    open_venue: OpenVenue,
) -> None:
    quiescence = Quiescence()
    venue = await open_venue(channels=EngineChannels(Channel(quiescence), Channel(quiescence)))
    order = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market"}
    await venue.ask("POST", "/v2/orders", json={**order, "time_in_force": "day"})
    assert [update.event for update in venue.exchange.drain()] == ["pending_new"]
