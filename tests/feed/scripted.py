"""
A small Alpaca on loopback that does what a test tells it, and an inbox that shows what came.

The websocket side hands each connection to the test as a `Peer`; the REST side
answers from a list of bars, or with what the test has queued.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from aiohttp import WSMessage, WSMsgType, web

from tests.feed.frames import in_msgpack
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import Input
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message

LIMIT_SECONDS = 30.0
"""Nothing in these tests takes long; a test that waits longer has failed."""

_Kind = TypeVar("_Kind", bound=Input)


class Peer:
    """The server's end of one data connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket, self.request = socket, request
        self.heard: asyncio.Queue[WSMessage] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def hear(self) -> dict[str, object]:
        """Wait for the next message of the client."""
        async with asyncio.timeout(LIMIT_SECONDS):
            message = await self.heard.get()
        if message.type is WSMsgType.TEXT:
            return msgspec.json.decode(message.data, type=dict[str, object])
        return msgspec.msgpack.decode(message.data, type=dict[str, object])

    async def say(self, *messages: object) -> None:
        await self.socket.send_bytes(in_msgpack(messages))

    async def hello(self) -> dict[str, object]:
        """Greet; give the client's authentication."""
        await self.say({"T": "success", "msg": "connected"})
        return await self.hear()

    async def welcome(self) -> dict[str, object]:
        """Do the whole handshake; give what the client subscribed to."""
        await self.hello()
        return await self.admit()

    async def admit(self) -> dict[str, object]:
        """Authenticate the client and acknowledge its subscription."""
        await self.say({"T": "success", "msg": "authenticated"})
        asked = await self.hear()
        granted = {channel: names for channel, names in asked.items() if channel != "action"}
        await self.say({"T": "subscription", **granted})
        return asked

    async def refuse(self, code: int) -> None:
        await self.say({"T": "error", "code": code, "msg": "no"})

    def drop(self) -> None:
        """End the TCP connection without a close frame: the client sees 1006."""
        transport = self.request.transport
        assert transport is not None
        transport.abort()

    async def close(self, code: int = 1000, words: bytes = b"") -> None:
        await self.socket.close(code=code, message=words)


class ScriptedAlpaca:
    """Data stream and data REST of one test."""

    def __init__(self) -> None:
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.handshakes: deque[web.Response] = deque()
        """Answers to the next websocket handshakes instead of an upgrade."""
        self.answers: deque[web.Response | None] = deque()
        """Answers to the next REST requests; None never answers."""
        self.bars: dict[str, list[dict[str, object]]] = {}
        self.latest: dict[str, object] = {}
        self.page_size = 10_000
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = self.open = self.most_open = 0
        self.port = 0

    @property
    def stream_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v2/iex"

    @property
    def data_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def peer(self) -> Peer:
        """Wait for the next connection."""
        async with asyncio.timeout(LIMIT_SECONDS):
            return await self._peers.get()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.handshakes:
            return self.handshakes.popleft()
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        peer = Peer(socket, request)
        self._peers.put_nowait(peer)
        try:
            async for message in socket:
                peer.heard.put_nowait(message)
        finally:
            self.open -= 1
            peer.gone.set()
        return socket

    async def history(self, request: web.Request) -> web.StreamResponse:
        if (answer := await self._noted(request)) is not None:
            return answer
        asked = request.query["symbols"].split(",")
        rows = [(symbol, bar) for symbol in sorted(asked) for bar in self.bars.get(symbol, ())]
        first = int(request.query.get("page_token", "0"))
        page: dict[str, list[dict[str, object]]] = {}
        for symbol, bar in rows[first : first + self.page_size]:
            page.setdefault(symbol, []).append(bar)
        last = first + self.page_size
        token = str(last) if last < len(rows) else None
        return web.json_response({"bars": page, "next_page_token": token})

    async def latest_of(self, request: web.Request) -> web.StreamResponse:
        if (answer := await self._noted(request)) is not None:
            return answer
        return web.json_response({request.match_info["kind"]: self.latest})

    async def _noted(self, request: web.Request) -> web.Response | None:
        self.requests.append((request.path, dict(request.query)))
        self.headers.append(dict(request.headers))
        if not self.answers:
            return None
        answer = self.answers.popleft()
        if answer is None:
            await asyncio.Event().wait()
        return answer


@asynccontextmanager
async def scripted_alpaca() -> AsyncIterator[ScriptedAlpaca]:
    """Serve until the block ends."""
    alpaca = ScriptedAlpaca()
    app = web.Application()
    app.router.add_get("/v2/iex", alpaca.stream)
    app.router.add_get("/v2/stocks/bars", alpaca.history)
    app.router.add_get("/v2/stocks/{kind:trades|quotes|bars}/latest", alpaca.latest_of)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    alpaca.port = runner.addresses[0][1]
    try:
        yield alpaca
    finally:
        await runner.cleanup()


class ShowingInbox:
    """An inbox that keeps all and lets a test wait for a message."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.waiting = 0
        """What `depth` says; a test sets it to play an engine that is behind."""
        self.room = asyncio.Event()
        self.room.set()
        self._came = asyncio.Event()

    def put_nowait(self, message: Message) -> None:
        self.put_many([message])

    def put_many(self, messages: Iterable[Message]) -> None:
        self.messages.extend(messages)
        self._came.set()

    def hand_over(self, messages: Iterable[Message]) -> None:
        self.put_many(messages)

    def has_room(self) -> bool:
        return self.room.is_set()

    def depth(self) -> int:
        return self.waiting

    async def wait_for_room(self) -> None:
        await self.room.wait()

    def of(self, kind: type[_Kind]) -> list[_Kind]:
        return [message for message in self.messages if type(message) is kind]

    async def wait_for(self, kind: type[_Kind], count: int = 1) -> _Kind:
        """Wait for the `count`-th message of a kind."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while len(self.of(kind)) < count:
                self._came.clear()
                await self._came.wait()
        return self.of(kind)[count - 1]


async def until(true: Callable[[], bool]) -> None:
    """Let the loop run until something is true."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while not true():  # noqa: ASYNC110 - what is waited for has no event to offer
            await asyncio.sleep(0)


async def advance(clock: SimulatedClock, seconds: float) -> None:
    """Move a clock sleeper by sleeper, and let each do what it has to."""
    end = clock.now() + int(seconds * NANOS)
    while (due := clock.next_due()) is not None and due <= end:
        clock.advance_to(due)
        for _ in range(5):
            await asyncio.sleep(0)
    clock.advance_to(end)
