"""The market-data websockets, with the websockets library as the other side."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgpack  # type: ignore[import-untyped] # ships no types
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.venue.server.conftest import ENGINE, OTHER, OpenVenue, Venue
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import EngineChannels

AUTH = {"action": "auth", "key": ENGINE.key, "secret": ENGINE.secret}
AUTHENTICATED = [{"T": "success", "msg": "authenticated"}]
LIMIT = [{"T": "error", "code": 406, "msg": "connection limit exceeded"}]


async def heard(socket: ClientConnection) -> Any:  # noqa: ANN401 - any JSON
    async with asyncio.timeout(30):
        return json.loads(await socket.recv())


async def until_cut(socket: ClientConnection) -> list[Any]:
    """Take frames until the connection is gone."""
    frames = []
    try:
        while True:
            frames.append(await heard(socket))
    except ConnectionClosed:
        return frames


async def ask(socket: ClientConnection, request: object) -> Any:  # noqa: ANN401 - any JSON
    await socket.send(request if isinstance(request, str) else json.dumps(request))
    return await heard(socket)


@asynccontextmanager
async def opened(
    venue: Venue, path: str = "/v2/iex", headers: dict[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """Open a data socket; without headers also take its greeting."""
    url = venue.urls.trading_stream.replace("/stream", path)
    async with connect(url, additional_headers=headers) as socket:
        if headers is None:
            assert await heard(socket) == [{"T": "success", "msg": "connected"}]
        yield socket


@asynccontextmanager
async def authenticated(venue: Venue, path: str = "/v2/iex") -> AsyncIterator[ClientConnection]:
    async with opened(venue, path) as socket:
        assert await ask(socket, AUTH) == AUTHENTICATED
        yield socket


@pytest.mark.parametrize("path", ["/v2/iex", "/v2/iex/", "/v2/sip", "/v2/sip/"])
async def test_a_subscriber_hears_what_it_asked_for_and_nothing_else(
    venue: Venue, path: str
) -> None:
    async with authenticated(venue, path) as socket:
        await ask(socket, {"action": "subscribe", "trades": ["AAPL"], "bars": ["SPY"]})
        venue.run_for(120)
        kinds: set[tuple[str, str]] = set()
        while kinds != {("t", "AAPL"), ("b", "SPY")}:
            kinds |= {(message["T"], message["S"]) for message in await heard(socket)}


async def test_all_messages_of_a_turn_come_in_one_frame(venue: Venue) -> None:
    async with authenticated(venue) as socket:
        await ask(socket, {"action": "subscribe", "trades": ["*"], "quotes": ["*"]})
        turn = venue.exchange.advance()
        while len(turn.market) < 2:
            turn = venue.exchange.advance()
        venue.server.publisher.market_events(turn.market)
        assert len(await heard(socket)) == len(turn.market)


async def test_what_is_unsubscribed_is_silent(venue: Venue) -> None:
    async with authenticated(venue) as socket:
        await ask(socket, {"action": "subscribe", "trades": ["*"], "quotes": ["SPY"]})
        await ask(socket, {"action": "unsubscribe", "trades": ["*"]})
        venue.run_for(60)
        assert {m["T"] for m in await heard(socket)} == {"q"}


async def test_updated_and_daily_bars_have_channels_of_their_own(venue: Venue) -> None:
    async with authenticated(venue) as socket:
        await ask(socket, {"action": "subscribe", "dailyBars": ["SPY"]})
        venue.run_for(180)
        first, second = (await heard(socket))[0], (await heard(socket))[0]
        assert (first["T"], first["t"]) == ("d", "2019-02-13T05:00:00Z")
        assert second["v"] > first["v"]
        assert (second["o"], second["t"]) == (first["o"], first["t"])


async def test_msgpack_is_spoken_when_the_handshake_asks_for_it(venue: Venue) -> None:
    headers = {"Content-Type": "application/msgpack"}
    async with opened(venue, headers=headers) as socket:
        assert msgpack.unpackb(await socket.recv()) == [{"T": "success", "msg": "connected"}]
        await socket.send(msgpack.packb(AUTH))
        assert msgpack.unpackb(await socket.recv()) == AUTHENTICATED
        await socket.send(msgpack.packb({"action": "subscribe", "quotes": ("AAPL",)}))
        assert msgpack.unpackb(await socket.recv())[0]["quotes"] == ["AAPL"]
        venue.run_for(30)
        frame = await socket.recv()
        assert isinstance(frame, bytes)
        quote = msgpack.unpackb(frame, timestamp=0)[0]
        assert (quote["T"], quote["S"], type(quote["bs"])) == ("q", "AAPL", int)
        assert quote["t"].to_unix_nano() % 1_000_000_000 != 0


async def test_the_handshakes_headers_authenticate(venue: Venue) -> None:
    headers = {"APCA-API-KEY-ID": ENGINE.key, "APCA-API-SECRET-KEY": ENGINE.secret}
    async with opened(venue, headers=headers) as socket:
        assert await heard(socket) == [{"T": "success", "msg": "connected"}]
        assert await heard(socket) == AUTHENTICATED
        assert (await ask(socket, AUTH))[0]["code"] == 403
    wrong = {**headers, "APCA-API-SECRET-KEY": "x"}
    async with opened(venue, headers=wrong) as socket:
        await heard(socket)
        assert (await heard(socket))[0]["code"] == 402


@pytest.mark.parametrize("request_", ["hello", "[", "5", {"action": "x"}, '"auth"'])
async def test_nonsense_is_invalid_syntax_and_the_socket_stays(
    venue: Venue, request_: object
) -> None:
    async with opened(venue) as socket:
        assert await ask(socket, request_) == [{"T": "error", "code": 400, "msg": "invalid syntax"}]
        assert await ask(socket, AUTH) == AUTHENTICATED


async def test_the_second_connection_gets_406_and_the_first_is_not_disturbed(venue: Venue) -> None:
    async with authenticated(venue) as first:
        await ask(first, {"action": "subscribe", "trades": ["*"]})
        async with opened(venue) as second:
            assert await ask(second, AUTH) == LIMIT
            assert (await ask(second, {"action": "subscribe", "trades": ["*"]}))[0]["code"] == 401
            venue.run_for(30)
            assert (await heard(first))[0]["T"] == "t"
            await first.close()
            async with asyncio.timeout(30):
                while (answer := await ask(second, AUTH)) == LIMIT:
                    pass
            assert answer == AUTHENTICATED


async def test_other_keys_and_feeds_have_slots_of_their_own(venue: Venue) -> None:
    async with authenticated(venue), opened(venue) as other, opened(venue, "/v2/sip") as sip:
        assert await ask(other, {**AUTH, "key": OTHER.key, "secret": OTHER.secret}) == AUTHENTICATED
        assert await ask(sip, AUTH) == AUTHENTICATED


async def test_a_socket_that_never_authenticates_is_told_so_and_dropped(
    open_venue: OpenVenue,
) -> None:
    venue = await open_venue(parameters=ServerParameters(auth_timeout_seconds=0.05))
    async with opened(venue) as socket:
        assert await heard(socket) == [{"T": "error", "code": 404, "msg": "auth timeout"}]
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
        assert caught.value.rcvd is None


async def test_a_refused_socket_that_waits_is_dropped_without_a_word(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(auth_timeout_seconds=0.1))
    async with opened(venue) as socket:
        assert (await ask(socket, {**AUTH, "secret": "x"}))[0]["code"] == 402
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
        assert caught.value.rcvd is None


async def test_an_authenticated_socket_may_stay_as_long_as_it_likes(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(auth_timeout_seconds=0.05))
    async with authenticated(venue) as socket:
        await asyncio.sleep(0.1)
        assert (await ask(socket, {"action": "subscribe", "bars": ["*"]}))[0]["bars"] == ["*"]


async def test_a_slow_client_is_cut_off(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(send_queue_bytes=4_096))
    async with authenticated(venue) as socket:
        await ask(socket, {"action": "subscribe", "trades": ["*"], "quotes": ["*"]})
        venue.run_for(300)
        frames = await until_cut(socket)
        assert frames[-1] == [{"T": "error", "code": 407, "msg": "slow client"}]


async def test_pings_are_answered(venue: Venue) -> None:
    async with authenticated(venue) as socket:
        async with asyncio.timeout(30):
            await (await socket.ping())


async def test_fakepaca_trades_on_the_test_feed(venue: Venue) -> None:
    async with authenticated(venue, "/v2/test") as socket:
        request = {name: ["FAKEPACA"] for name in ("trades", "quotes", "bars")}
        await ask(socket, {"action": "subscribe", **request})
        kinds: set[str] = set()
        async with asyncio.timeout(30):
            while kinds != {"t", "q", "b"}:
                venue.run_for(5)
                kinds |= {m["T"] for m in await heard(socket) if m["S"] == "FAKEPACA"}


async def test_an_unknown_feed_is_not_found(venue: Venue) -> None:
    assert (await venue.ask("GET", "/v2/otc", status=404))["message"] == "endpoint not found"


async def test_frames_to_the_engine_are_counted_until_its_socket_is_gone(
    open_venue: OpenVenue,
) -> None:
    quiescence = Quiescence()
    channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    venue = await open_venue(channels=channels)
    async with authenticated(venue) as socket:
        assert quiescence.pending == 1
        channels.data.received()
        await ask(socket, {"action": "subscribe", "trades": ["*"]})
        channels.data.received()
        venue.run_for(60)
        flying = quiescence.pending
        assert flying > 0
        for _ in range(flying):
            await heard(socket)
            channels.data.received()
        assert quiescence.pending == 0
        venue.run_for(60)
        assert quiescence.pending > 0
    async with asyncio.timeout(30):
        await quiescence.idle()


async def test_sockets_are_closed_politely_when_the_venue_stops(venue: Venue) -> None:
    async with authenticated(venue) as socket:
        stopping = asyncio.create_task(venue.server.stop())
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1001
        await stopping
