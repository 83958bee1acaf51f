"""
The market-data websockets: /v2/iex, /v2/sip and /v2/test.

All messages of one turn go to a socket as one frame. A message is encoded once
per encoding, however many sockets hear it.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from aiohttp import WSMsgType, web

from tradeengine.clock import Clock
from tradeengine.model.events import Bar
from tradeengine.model.message import Message
from tradeengine.quiescence import Channel
from tradeengine.venue.market.messages import MarketMessage
from tradeengine.venue.server.auth import ApiKey, Unproven, VenueKeys
from tradeengine.venue.server.data_session import CONNECTED, DataSession, error
from tradeengine.venue.server.day_bars import DayBars
from tradeengine.venue.server.fake_feed import fake_turns
from tradeengine.venue.server.faults import ArmedFaults
from tradeengine.venue.server.feeds import Tapes
from tradeengine.venue.server.frames import (
    JSON_TEXT,
    MSGPACK,
    Unreadable,
    encoding_asked_for,
    read_frame,
)
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.outbox import Outbox
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.wire_market import (
    NO_LISTING,
    StreamMessage,
    daily_bar_message,
    stream_message,
)

_CLOSE_SECONDS = 0.5
"""How long a closing handshake may take."""


class DataConnection:
    """One data socket: where it stands, and its outgoing frames."""

    def __init__(self, feed: str, outbox: Outbox) -> None:
        self.feed, self.outbox = feed, outbox
        self.session: DataSession

    def answer(self, message: JsonObject) -> None:
        """Send a control message: an array of exactly one."""
        self._send(self._control(message))

    def answer_last(self, message: JsonObject) -> None:
        """Send a control message and cut the connection."""
        self.outbox.put_last(self._control(message))

    def deliver(self, messages: Sequence[StreamMessage]) -> None:
        """Send those messages that the socket subscribed to, as one frame."""
        wants = self.session.wants
        wanted = [m for m in messages if wants(m.channel, m.symbol)]
        if wanted:
            packed = self.outbox.encoding is MSGPACK
            parts = [m.as_msgpack() if packed else m.as_json() for m in wanted]
            self._send(self.outbox.encoding.join(parts))

    def _control(self, message: JsonObject) -> bytes:
        encoding = self.outbox.encoding
        return encoding.join([encoding.encode(message)])

    def _send(self, frame: bytes) -> None:
        if not self.outbox.put(frame):
            self.answer_last(error(407))


class DataStreams:
    """All data sockets of the venue."""

    def __init__(
        self,
        parameters: ServerParameters,
        keys: VenueKeys,
        clock: Clock,
        tapes: Tapes,
        days: DayBars,
        faults: ArmedFaults,
        channel: Channel | None,
    ) -> None:
        self._parameters, self._keys, self._clock = parameters, keys, clock
        self._tapes, self._faults, self._channel = tapes, faults, channel
        self._connections: list[DataConnection] = []
        self._days = days

    def publish(self, events: Sequence[Message]) -> None:
        """Send the market events of a turn to all who subscribed to them."""
        rows = [(event, self._day_after(event)) for event in events]
        if not self._connections or not self._faults.data_frame_may_go(self._clock.now()):
            return
        for feed in ("iex", "sip"):
            listeners = [c for c in self._connections if c.feed == feed]
            messages = self._messages(feed, rows) if listeners else []
            for connection in listeners:
                connection.deliver(messages)

    def _day_after(self, event: Message) -> Bar | None:
        return self._days.add(event) if isinstance(event, Bar) and not event.revised else None

    def _messages(
        self, feed: str, rows: Sequence[tuple[Message, Bar | None]]
    ) -> list[StreamMessage]:
        messages = []
        for event, day in rows:
            if isinstance(event, MarketMessage):
                listing = self._tapes.listing(feed, event.symbol)
                messages.append(stream_message(event, listing))
            if day is not None:
                messages.append(daily_bar_message(day))
        return messages

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
        """Serve one data socket for as long as it lives."""
        socket = web.WebSocketResponse(
            compress=self._parameters.data_compression, timeout=_CLOSE_SECONDS
        )
        await socket.prepare(request)
        encoding = encoding_asked_for(request, JSON_TEXT)
        outbox = Outbox(request, socket, encoding, self._parameters.send_queue_bytes)
        connection = DataConnection(request.match_info["feed"], outbox)
        connection.session = DataSession(
            partial(self._verdict, connection), self._parameters.data_symbol_limit
        )
        self._connections.append(connection)
        try:
            await self._attend(connection, socket, request)
        finally:
            self._connections.remove(connection)
            outbox.forget()
        return socket

    async def _attend(
        self, connection: DataConnection, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        connection.answer(CONNECTED)
        self._try_handshake(connection, request)
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(connection.outbox.run(), name="venue data writer")
            extra = [writer]
            if connection.feed == "test":
                extra.append(tasks.create_task(self._fake(connection), name="venue FAKEPACA"))
            await self._listen(connection, socket)
            for task in extra:
                if task is not writer or not connection.outbox.is_ending:
                    task.cancel()

    async def _listen(self, connection: DataConnection, socket: web.WebSocketResponse) -> None:
        """Hear requests until the socket closes or stays unauthenticated for too long."""
        session, timeout = connection.session, self._parameters.auth_timeout_seconds
        try:
            async with asyncio.timeout(None if session.owner else timeout) as deadline:
                async for message in socket:
                    if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                        connection.answer(_reply(session, message.data))
                    if session.owner is not None:
                        deadline.reschedule(None)
        except TimeoutError:
            # Measured 2026-09-30: after a 406 the socket is dropped without a word.
            if session.was_refused:
                connection.outbox.cut()
            else:
                connection.answer_last(error(404))

    def _try_handshake(self, connection: DataConnection, request: web.Request) -> None:
        """Authenticate by the handshake's headers, if it carried credentials."""
        proven = self._keys.proven_by(request.headers)
        if isinstance(proven, ApiKey):
            connection.answer(connection.session.authenticate(proven.key, proven.secret))
        elif proven is Unproven.WRONG_CREDENTIALS:
            connection.answer(error(402))

    def _verdict(self, connection: DataConnection, key: str, secret: str) -> ApiKey | int:
        """Say whether a socket may have the key's slot: the pair, or an error code."""
        refused = self._faults.on_data_auth(self._clock.now())
        if refused is not None:
            return refused
        pair = self._keys.match(key, secret)
        if pair is None:
            return 402
        owners = [c.session.owner for c in self._connections if c.feed == connection.feed]
        if owners.count(pair) >= self._parameters.data_connections_per_key:
            return 406
        if pair is self._keys.engine:
            connection.outbox.channel = self._channel
        return pair

    async def _fake(self, connection: DataConnection) -> None:
        async for events in fake_turns(self._clock, self._parameters.fake_quote_seconds):
            connection.deliver([stream_message(event, NO_LISTING) for event in events])


def _reply(session: DataSession, data: str | bytes) -> JsonObject:
    try:
        return session.hear(read_frame(data))
    except Unreadable:
        return error(400)
