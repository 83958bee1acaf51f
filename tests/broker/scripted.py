"""
A broker that does as it is told: REST answers from a script, a stream under control.

Every request is kept, so that a test can count them. The last scripted answer of
a route repeats; a route without a script answers 404.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import msgspec
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tradeengine.broker.access import AlpacaAccess

Json = dict[str, object]

CREATED = "2026-10-08T15:10:18.0952164Z"
HTML_502 = b"<html><head><title>502 Bad Gateway</title></head></html>"


def order_json(**changes: object) -> Json:
    """Give an order as Alpaca writes one (keys recorded 2026-10-08), with changes."""
    order: Json = {
        "id": "o-1",
        "client_order_id": "c-1",
        "created_at": CREATED,
        "updated_at": CREATED,
        "submitted_at": CREATED,
        "filled_at": None,
        "expired_at": None,
        "canceled_at": None,
        "failed_at": None,
        "replaced_at": None,
        "replaced_by": None,
        "replaces": None,
        "asset_id": "a-1",
        "symbol": "KO",
        "asset_class": "us_equity",
        "notional": None,
        "qty": "10",
        "filled_qty": "0",
        "filled_avg_price": None,
        "order_class": "",
        "order_type": "limit",
        "type": "limit",
        "side": "buy",
        "position_intent": "buy_to_open",
        "time_in_force": "day",
        "limit_price": "86.88",
        "stop_price": None,
        "status": "pending_new",
        "extended_hours": False,
        "legs": None,
        "trail_percent": None,
        "trail_price": None,
        "hwm": None,
        "subtag": None,
        "source": None,
        "expires_at": "2026-10-08T20:00:00Z",
    }
    return order | changes


def update_json(
    event: str, event_id: str = "E1", order: Json | None = None, **more: object
) -> Json:
    """Give the data of a trade update."""
    return {
        "at": "2026-10-08T15:10:19.061299Z",
        "event_id": event_id,
        "event": event,
        "timestamp": "2026-10-08T15:10:19.061299123Z",
        "order": order if order is not None else order_json(status=event),
        **more,
    }


def fill_json(event_id: str = "E2", execution_id: str = "X1", **more: object) -> Json:
    """Give the data of a complete fill of ten shares."""
    order = order_json(status="filled", filled_qty="10", filled_avg_price="86.87")
    details: Json = {
        "execution_id": execution_id,
        "price": "86.87",
        "qty": "10",
        "position_qty": "10",
    }
    return update_json("fill", event_id, order, **(details | more))


def activity_json(**changes: object) -> Json:
    """Give a FILL activity of the same ten shares (keys recorded 2026-10-08)."""
    activity: Json = {
        "activity_type": "FILL",
        "id": "20261008111019061::A1",
        "transaction_time": "2026-10-08T15:10:19.061299Z",
        "type": "fill",
        "price": "86.87",
        "qty": "10",
        "side": "buy",
        "symbol": "KO",
        "leaves_qty": "0",
        "order_id": "o-1",
        "cum_qty": "10",
        "order_status": "filled",
    }
    return activity | changes


ACCOUNT: Json = {
    "account_number": "PA3TEST",
    "status": "ACTIVE",
    "cash": "100000",
    "equity": "100000.50",
    "last_equity": "99000",
    "buying_power": "400000",
}


@dataclass
class Answer:
    """One scripted answer, `delay_seconds` late or `after` an event; or `reset` instead of it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    after: asyncio.Event | None = None
    reset: bool = False


def as_json(value: object, status: int = 200, **headers: str) -> Answer:
    """Give an answer with a JSON body; header names have `_` for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, msgspec.json.encode(value), named)


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: Mapping[str, str]


class ScriptedBroker:
    """Serves REST and `/stream` on a loopback port."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.frames_as = "binary"
        self.authorizes = True
        self.answers_handshake = True
        self.acknowledges = True
        self.handshake_status = 0
        self.handshake_headers: dict[str, str] = {}
        self.connections = 0
        self.peers: set[object] = set()
        self.heard: list[Json] = []
        self._scripts: dict[tuple[str, str], deque[Answer]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._joined = asyncio.Event()
        app = web.Application()
        app.router.add_get("/stream", self._stream)
        app.router.add_route("*", "/{tail:.*}", self._rest)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()
        await self._server.close()

    def access(self) -> AlpacaAccess:
        """Give addresses and keys."""
        base = f"127.0.0.1:{self._server.port}"
        return AlpacaAccess(
            trading_url=f"http://{base}",
            stream_url=f"ws://{base}/stream",
            key="KEY-OF-TEST",
            secret="SECRET-OF-TEST",
        )

    def script(self, method: str, path: str, *answers: Answer) -> None:
        """Set what a route answers, one after the other; the last one repeats."""
        self._scripts[method, path] = deque(answers)

    def empty_account(self) -> None:
        """Script an account that holds nothing."""
        self.script("GET", "/v2/orders", as_json([]))
        self.script("GET", "/v2/positions", as_json([]))
        self.script("GET", "/v2/account", as_json(ACCOUNT))
        self.script("GET", "/v2/account/activities/FILL", as_json([]))

    def count(self, method: str, path: str = "") -> int:
        """Count the requests of a method, to a path if given."""
        return sum(a.method == method and (not path or a.path == path) for a in self.asked)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(
            request.method,
            request.path,
            dict(request.query),
            await request.read(),
            dict(request.headers),
        )
        self.asked.append(asked)
        if request.transport is not None:
            self.peers.add(request.transport.get_extra_info("peername"))
        answer = self._next(request.method, request.path)
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        if answer.after is not None:
            await answer.after.wait()
        if answer.reset and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=answer.status,
            body=answer.body,
            headers=answer.headers,
            content_type=answer.content_type,
        )

    def _next(self, method: str, path: str) -> Answer:
        script = self._scripts.get((method, path))
        if script is None:
            return as_json({"code": 40410000, "message": f"order not found for {path}"}, 404)
        return script[0] if len(script) == 1 else script.popleft()

    async def stop_listening(self) -> None:
        """Refuse every further connection; live ones are cut."""
        await self.drop()
        await self._server.close()

    async def push(self, data: Json | None) -> None:
        """Send a trade update to the newest socket."""
        await self.push_raw(msgspec.json.encode({"stream": "trade_updates", "data": data}))

    async def push_raw(self, frame: bytes) -> None:
        """Send a frame as it is (JSON is written as the socket's encoding wants it)."""
        socket = self._sockets[-1]
        if self.frames_as == "text":
            await socket.send_str(frame.decode())
        elif self.frames_as == "msgpack":
            await socket.send_bytes(msgspec.msgpack.encode(msgspec.json.decode(frame)))
        else:
            await socket.send_bytes(frame)

    async def drop(self) -> None:
        """Cut every socket without a close frame: the client sees 1006."""
        for socket in self._sockets:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        self._sockets.clear()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.handshake_status:
            return web.Response(status=self.handshake_status, headers=self.handshake_headers)
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        self._sockets.append(socket)
        async for message in socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                said: Json = msgspec.json.decode(message.data)
                self.heard.append(said)
                await self._reply(said)
        return socket

    async def _reply(self, said: Json) -> None:
        action = said["action"]
        if action == "authenticate" and self.answers_handshake:
            status = "authorized" if self.authorizes else "unauthorized"
            data: Json = {"status": status, "action": action}
            await self.push_raw(msgspec.json.encode({"stream": "authorization", "data": data}))
        elif action == "listen" and self.acknowledges:
            listening: Json = {"stream": "listening", "data": said["data"]}
            await self.push_raw(msgspec.json.encode(listening))


@asynccontextmanager
async def scripted() -> AsyncIterator[ScriptedBroker]:
    """Run a scripted broker with an empty account."""
    async with ScriptedBroker() as broker:
        broker.empty_account()
        yield broker
