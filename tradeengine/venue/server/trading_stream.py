"""
The trade-updates websocket, /stream, and the memory of updates that SSE replays.

Every update goes out as a frame of its own. There is no replay on the socket:
who was away asks REST, or the SSE endpoint with `since_id`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from aiohttp import WSMsgType, web

from tradeengine.clock import Clock
from tradeengine.quiescence import Channel
from tradeengine.venue.records import AccountUpdate
from tradeengine.venue.server.answers import scripted
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.data_connection import Frames, as_it_is
from tradeengine.venue.server.faults import ArmedFaults
from tradeengine.venue.server.frames import (
    JSON_BINARY,
    JSON_TEXT,
    Unreadable,
    encoding_asked_for,
    read_frame,
)
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.outbox import Outbox
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.trading_session import MISUNDERSTOOD, TRADE_UPDATES, TradingSession
from tradeengine.venue.server.visits import Visits
from tradeengine.venue.server.wire_trading import trade_update

_CLOSE_SECONDS = 0.5

Listener = Callable[[AccountUpdate], None]


class _Connection:
    def __init__(self, session: TradingSession, outbox: Outbox) -> None:
        self.session, self.outbox = session, outbox

    def hears(self, account_id: str) -> bool:
        owner = self.session.owner
        return self.session.listening and owner is not None and owner.account_id == account_id

    def send(self, frame: bytes) -> None:
        if not self.outbox.put(frame):
            self.outbox.cut()


class OrderStreams:
    """All trade-update sockets of the venue, and what was told before."""

    def __init__(
        self,
        parameters: ServerParameters,
        keys: VenueKeys,
        clock: Clock,
        faults: ArmedFaults,
        channel: Channel | None,
    ) -> None:
        self._parameters, self._keys, self._clock = parameters, keys, clock
        self._faults, self._channel = faults, channel
        self._connections: list[_Connection] = []
        self._listeners: list[Listener] = []
        self._told: dict[str, deque[AccountUpdate]] = {}
        self.visits = Visits()

    def publish(self, update: AccountUpdate) -> None:
        """Remember an update and send it to its account's sockets and listeners."""
        self._memory(update.account_id).append(update)
        for listener in list(self._listeners):
            listener(update)
        listeners = [c for c in self._connections if c.hears(update.account_id)]
        now = self._clock.now()
        if not listeners or not self._faults.order_frame_may_go(update.event, now):
            return
        if not self._faults.active(now):
            _send({"stream": TRADE_UPDATES, "data": trade_update(update)}, listeners)
            return
        update = replace(update, at=update.at + self._faults.skew("orders", now))
        message: JsonObject = {"stream": TRADE_UPDATES, "data": trade_update(update)}
        frames = partial(self._faults.frames, "orders", now=now)
        for sent in self._faults.on_update(update.account_id, message, now):
            _send(sent, listeners, frames)

    def told(self, account_id: str) -> tuple[AccountUpdate, ...]:
        """Give the updates of an account that are remembered, oldest first."""
        return tuple(self._memory(account_id))

    def _memory(self, account_id: str) -> deque[AccountUpdate]:
        limit = self._parameters.remembered_updates
        return self._told.setdefault(account_id, deque(maxlen=limit))

    def add_listener(self, listener: Listener) -> None:
        """Call `listener` with every update from now on."""
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        """Stop calling `listener`."""
        self._listeners.remove(listener)

    @property
    def listening(self) -> int:
        """How many sockets hear trade updates now."""
        return sum(connection.session.listening for connection in self._connections)

    @property
    def waiting(self) -> bool:
        """Whether an update is on its way: not sent, or not taken in by a counted client."""
        unsent = any(connection.outbox.waiting for connection in self._connections)
        return unsent or (self._channel is not None and self._channel.flying > 0)

    def cut_all(self) -> int:
        """Drop every socket without a close frame; give their number."""
        for connection in self._connections:
            connection.outbox.cut()
        return len(self._connections)

    async def close_all(self) -> None:
        """Close every socket politely."""
        for connection in list(self._connections):
            await connection.outbox.close()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one trade-updates socket for as long as it lives."""
        self.visits.knocked(self._clock.now())
        refused = self._faults.on_handshake("orders", self._clock.now())
        if refused is not None:
            return scripted(refused)
        socket = web.WebSocketResponse(compress=False, timeout=_CLOSE_SECONDS)
        await socket.prepare(request)
        plain = JSON_BINARY if self._parameters.paper else JSON_TEXT
        encoding = encoding_asked_for(request, plain)
        outbox = Outbox(request, socket, encoding, self._parameters.send_queue_bytes)
        connection = _Connection(TradingSession(self._keys.match), outbox)
        self._try_handshake(connection, request)
        self._connections.append(connection)
        try:
            with self.visits.inside():
                await self._attend(connection, socket)
        finally:
            self._connections.remove(connection)
            outbox.forget()
        return socket

    async def _attend(self, connection: _Connection, socket: web.WebSocketResponse) -> None:
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(connection.outbox.run(), name="venue orders writer")
            await self._listen(connection, socket)
            writer.cancel()

    def _try_handshake(self, connection: _Connection, request: web.Request) -> None:
        proven = self._keys.proven_by(request.headers)
        if isinstance(proven, ApiKey):
            connection.session.authenticate(proven.key, proven.secret)
            self._count_if_engine(connection)

    async def _listen(self, connection: _Connection, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                reply = _reply(connection.session, message.data)
                self._count_if_engine(connection)
                connection.send(connection.outbox.encoding.encode(reply))

    def _count_if_engine(self, connection: _Connection) -> None:
        if connection.session.owner is self._keys.engine:
            connection.outbox.channel = self._channel


def _send(message: JsonObject, listeners: Sequence[_Connection], frames: Frames = as_it_is) -> None:
    """Send a message to sockets, encoded once per encoding."""
    encoded: dict[str, bytes] = {}
    for connection in listeners:
        encoding = connection.outbox.encoding
        if encoding.name not in encoded:
            encoded[encoding.name] = encoding.encode(message)
        for frame in frames(encoded[encoding.name]):
            connection.send(frame)


def _reply(session: TradingSession, data: str | bytes) -> JsonObject:
    try:
        return session.hear(read_frame(data))
    except Unreadable:
        return MISUNDERSTOOD
