"""The websocket over loopback."""

import asyncio
import base64
import functools
import hashlib
import operator
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.feed.scripted import LIMIT_SECONDS, ScriptedAlpaca, scripted_alpaca, until
from tradeengine.errors import VenueUnreachable
from tradeengine.feed import socket as socket_module
from tradeengine.feed.parameters import Encoding, FeedParameters
from tradeengine.feed.socket import FeedSocket, HandshakeRefused

PARAMETERS = FeedParameters(connect_timeout_seconds=2, close_timeout_seconds=0.2)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def alpaca() -> AsyncIterator[ScriptedAlpaca]:
    async with scripted_alpaca() as served:
        yield served


@asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[str]:
    """Serve bytes of a test's own making; give the URL."""
    ended = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
            await ended.wait()
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"ws://127.0.0.1:{port}/v2/iex"
    finally:
        ended.set()
        server.close()
        await server.wait_closed()


async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a websocket handshake by hand."""
    request = await reader.readuntil(b"\r\n\r\n")
    [key] = [
        line.split(b":", 1)[1].strip()
        for line in request.splitlines()
        if line.lower().startswith(b"sec-websocket-key")
    ]
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


async def test_frames_that_came_together_are_taken_together(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    await peer.socket.send_bytes(b"one")
    await peer.socket.send_str("two")
    await until(lambda: len(socket._listener.frames) == 2)
    assert await socket.receive() == [b"one", b"two"]
    await socket.close()


async def test_a_waiting_reader_is_woken_by_the_next_frame(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(socket.receive())
        await asyncio.sleep(0)
        await peer.socket.send_bytes(b"late")
    assert waiting.result() == [b"late"]
    await socket.close()


@pytest.mark.parametrize(
    ("encoding", "header", "sent"),
    [(Encoding.MSGPACK, "application/msgpack", 2), (Encoding.JSON, None, 1)],
)
async def test_it_asks_for_its_encoding_and_sends_in_it(
    alpaca: ScriptedAlpaca, encoding: Encoding, header: str | None, sent: int
) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, FeedParameters(encoding=encoding))
    peer = await alpaca.peer()
    assert peer.request.headers.get("Content-Type") == header
    socket.send(b"{}")
    message = await peer.heard.get()
    assert int(message.type) == sent
    await socket.close()


async def test_fragments_are_put_together() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x02\x03one")
        writer.write(b"\x89\x00")  # a ping may come between fragments
        writer.write(b"\x00\x03two")
        writer.write(b"\x80\x05three\x82\x04next")

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        frames = await socket.receive()
        if len(frames) == 1:
            frames += await socket.receive()
        assert frames == [b"onetwothree", b"next"]
        await socket.close()


async def test_a_pong_that_nobody_asked_for_is_ignored() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x8a\x00\x82\x04data")

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        assert await socket.receive() == [b"data"]
        await socket.close()


async def test_an_end_without_a_close_frame_is_an_end(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    (await alpaca.peer()).drop()
    with pytest.raises(VenueUnreachable, match="without a close frame"):
        await socket.receive()
    await socket.close()


@pytest.mark.parametrize(
    ("code", "words", "said"), [(1001, b"bye", r"\(1001 bye\)"), (1000, b"", r"\(1000\)")]
)
async def test_the_words_of_a_polite_close_are_kept(
    alpaca: ScriptedAlpaca, code: int, words: bytes, said: str
) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(peer.close(code, words))
        with pytest.raises(VenueUnreachable, match=f"the server closed the connection {said}"):
            await socket.receive()
    await socket.close()


async def test_a_close_without_a_code_is_1005() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x88\x00")

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        with pytest.raises(VenueUnreachable, match=r"\(1005\)"):
            await socket.receive()
        await socket.close()


async def test_frames_before_the_end_are_not_lost(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    await peer.socket.send_bytes(b"last words")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(peer.close())
        await until(lambda: bool(socket._listener.end))
    assert await socket.receive() == [b"last words"]
    with pytest.raises(VenueUnreachable):
        await socket.receive()
    await socket.close()


async def test_a_missing_pong_ends_the_connection() -> None:
    async with raw_server(upgrade) as url:
        impatient = PARAMETERS.model_copy(
            update={"ping_interval_seconds": 0.05, "ping_timeout_seconds": 0.05}
        )
        socket = await FeedSocket.open(url, impatient)
        async with asyncio.timeout(LIMIT_SECONDS):
            with pytest.raises(VenueUnreachable, match="1006"):
                await socket.receive()
        await socket.close()


async def test_a_breach_of_the_protocol_ends_the_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x83\x00")  # an opcode that does not exist

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        with pytest.raises(VenueUnreachable):
            await socket.receive()
        await socket.close()


async def test_a_server_that_says_nothing_is_given_up(unused_tcp_port: int) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()  # returns when the client has gone
        gone.set()

    gone = asyncio.Event()
    async with raw_server(silent) as url:
        with pytest.raises(VenueUnreachable, match="no answer in time"):
            await FeedSocket.open(url, FeedParameters(connect_timeout_seconds=0.1))
        async with asyncio.timeout(LIMIT_SECONDS):
            await gone.wait()
    with pytest.raises(VenueUnreachable, match=f"127.0.0.1:{unused_tcp_port}"):
        await FeedSocket.open(f"ws://127.0.0.1:{unused_tcp_port}/", PARAMETERS)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "9"}, 9.0),
        ({"Retry-After": "86400"}, 600.0),
        ({"Retry-After": "x"}, 0.0),
        ({}, 0.0),
    ],
)
async def test_a_refused_handshake_says_how_long_to_wait(
    alpaca: ScriptedAlpaca, headers: dict[str, str], wait: float
) -> None:
    alpaca.handshakes.append(web.Response(status=429, headers=headers))
    with pytest.raises(HandshakeRefused, match="HTTP 429") as caught:
        await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    assert caught.value.retry_after_seconds == wait


async def test_an_answer_that_is_no_http_is_a_failure_to_connect() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    async with raw_server(serve) as url:
        with pytest.raises(VenueUnreachable):
            await FeedSocket.open(url, PARAMETERS)


async def test_an_end_in_the_middle_of_the_handshake_is_a_failure_to_connect() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with raw_server(serve) as url:
        with pytest.raises(VenueUnreachable, match="ended during the handshake"):
            await FeedSocket.open(url, PARAMETERS)


async def test_a_cut_wakes_the_reader_with_the_reason(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(_end_of(socket))
        await asyncio.sleep(0)
        socket.cut("the feed was mute")
    assert waiting.result() == "the feed was mute"
    await peer.gone.wait()
    await socket.close()


async def _end_of(socket: FeedSocket) -> str:
    with pytest.raises(VenueUnreachable) as caught:
        await socket.receive()
    return str(caught.value)


async def test_a_polite_close_is_answered_and_a_second_is_harmless(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    await socket.close()
    await peer.gone.wait()
    assert peer.socket.close_code == 1000
    await socket.close()
    socket.send(b"into the void")


async def test_a_server_that_does_not_answer_a_close_is_cut() -> None:
    async with raw_server(upgrade) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        async with asyncio.timeout(LIMIT_SECONDS):
            await socket.close()
            with pytest.raises(VenueUnreachable, match="closed by us"):
                await socket.receive()


async def test_reading_pauses_when_too_many_frames_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"".join(b"\x82\x03%03d" % number for number in range(150)))
        await paused.wait()
        writer.write(b"\x82\x04last")

    paused = asyncio.Event()
    monkeypatch.setattr(socket_module, "BATCH", 60)
    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS.model_copy(update={"frames_buffered": 100}))
        await until(lambda: socket._listener._paused)
        paused.set()
        frames = await socket.receive()
        assert len(frames) == 60
        assert not socket._listener._paused
        while frames[-1] != b"last":
            frames += await socket.receive()
        assert frames == [*(b"%03d" % number for number in range(150)), b"last"]
        await socket.close()


async def serve_until(socket: FeedSocket, wanted: int) -> list[list[bytes]]:
    """Serve until so many frames came; give them as they were handed over."""
    taken: list[list[bytes]] = []

    def take(frames: list[bytes]) -> bool:
        taken.append(frames)
        return sum(map(len, taken)) < wanted

    async with asyncio.timeout(LIMIT_SECONDS):
        await socket.serve(take)
    return taken


async def test_frames_are_handed_over_inside_the_call_that_brought_them(
    alpaca: ScriptedAlpaca,
) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    serving = asyncio.create_task(serve_until(socket, 2))
    await until(lambda: socket._listener._take is not None)
    await peer.socket.send_bytes(b"one")
    await until(lambda: socket._listener._take is None or not socket._listener.frames)
    await peer.socket.send_bytes(b"two")
    assert functools.reduce(operator.iadd, await serving, []) == [b"one", b"two"]
    assert socket._listener.frames == []
    await socket.close()


async def test_what_came_before_serving_is_handed_over_first(alpaca: ScriptedAlpaca) -> None:
    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    await peer.socket.send_bytes(b"early")
    await until(lambda: socket._listener.frames == [b"early"])
    serving = asyncio.create_task(serve_until(socket, 2))
    await until(lambda: socket._listener._take is not None)
    await peer.socket.send_bytes(b"late")
    assert await serving == [[b"early"], [b"late"]]
    await socket.close()


@pytest.mark.parametrize("last", [b"\x89\x00", b"\x8a\x00"])
async def test_data_before_a_ping_or_pong_is_handed_over(last: bytes) -> None:
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await go.wait()
        writer.write(b"\x82\x03one\x82\x03two" + last)

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        serving = asyncio.create_task(serve_until(socket, 2))
        await until(lambda: socket._listener._take is not None)
        go.set()
        assert await serving == [[b"one", b"two"]]
        await socket.close()


async def test_data_before_the_answer_to_our_own_ping_is_handed_over() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        head = await reader.readexactly(2)
        mask = await reader.readexactly(4)
        said = await reader.readexactly(head[1] & 0x7F)
        pong = bytes(s ^ mask[n % 4] for n, s in enumerate(said))
        writer.write(b"\x82\x03one\x82\x03two" + bytes([0x8A, len(pong)]) + pong)

    parameters = FeedParameters(
        ping_interval_seconds=0.05, ping_timeout_seconds=0.05, close_timeout_seconds=0.2
    )
    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, parameters)
        assert await serve_until(socket, 2) == [[b"one", b"two"]]
        await socket.close()


async def test_a_ping_is_answered() -> None:
    answered = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x89\x02hi")
        head = await reader.readexactly(2)
        mask, payload = await reader.readexactly(4), await reader.readexactly(2)
        said = bytes(p ^ m for p, m in zip(payload, mask, strict=False))
        if (head, said) == (b"\x8a\x82", b"hi"):
            answered.set()

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        async with asyncio.timeout(LIMIT_SECONDS):
            await answered.wait()
        await socket.close()


async def test_a_burst_is_handed_over_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_module, "BATCH", 2)
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await go.wait()
        writer.write(b"\x82\x01a\x82\x01b\x82\x01c")

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        serving = asyncio.create_task(serve_until(socket, 3))
        await until(lambda: socket._listener._take is not None)
        go.set()
        assert await serving == [[b"a", b"b"], [b"c"]]
        await socket.close()


async def test_a_bug_behind_the_hand_over_ends_the_connection_and_comes_out(
    alpaca: ScriptedAlpaca,
) -> None:
    def take(frames: list[bytes]) -> bool:
        raise ZeroDivisionError(frames[0])

    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    serving = asyncio.create_task(socket.serve(take))
    await until(lambda: socket._listener._take is not None)
    await peer.socket.send_bytes(b"odd")
    with pytest.raises(VenueUnreachable):
        await serving
    with pytest.raises(ZeroDivisionError, match="odd"):
        await socket.close()


async def test_a_no_before_a_close_frame_is_heard() -> None:
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await go.wait()
        writer.write(b"\x82\x02no\x88\x02\x03\xe8")

    async with raw_server(serve) as url:
        socket = await FeedSocket.open(url, PARAMETERS)
        serving = asyncio.create_task(serve_until(socket, 1))
        await until(lambda: socket._listener._take is not None)
        go.set()
        assert await serving == [[b"no"]]
        with pytest.raises(VenueUnreachable, match="1000"):
            await socket.receive()
        await socket.close()


async def test_nothing_is_handed_over_behind_a_bug(alpaca: ScriptedAlpaca) -> None:
    taken: list[bytes] = []

    def take(frames: list[bytes]) -> bool:
        taken.extend(frames)
        raise ZeroDivisionError

    socket = await FeedSocket.open(alpaca.stream_url, PARAMETERS)
    peer = await alpaca.peer()
    serving = asyncio.create_task(socket.serve(take))
    await until(lambda: socket._listener._take is not None)
    await peer.socket.send_bytes(b"odd")
    await until(lambda: bool(taken))
    await peer.socket.send_bytes(b"next")
    with pytest.raises(VenueUnreachable):
        await serving
    with pytest.raises(ZeroDivisionError):
        await socket.close()
    assert taken == [b"odd"]
