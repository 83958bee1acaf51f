"""
The market-data websockets: /v2/iex, /v2/sip and /v2/test.

All messages of one turn go to a socket as one frame. A message is encoded once
per encoding, however many sockets hear it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from aiohttp import WSMsgType, web

from tradeengine.clock import Clock
from tradeengine.model.events import Bar
from tradeengine.model.message import Message
from tradeengine.quiescence import Channel
from tradeengine.venue.market.messages import MarketMessage
from tradeengine.venue.server.answers import scripted
from tradeengine.venue.server.auth import ApiKey, Unproven, VenueKeys
from tradeengine.venue.server.data_connection import DataConnection, Frames, as_it_is
from tradeengine.venue.server.data_session import CONNECTED, DataSession, error
from tradeengine.venue.server.day_bars import DayBars
from tradeengine.venue.server.fake_feed import fake_turns
from tradeengine.venue.server.faults import ArmedFaults
from tradeengine.venue.server.feeds import Tapes
from tradeengine.venue.server.frames import (
    JSON_TEXT,
    Unreadable,
    encoding_asked_for,
    read_frame,
)
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.outbox import Outbox
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.visits import Visits
from tradeengine.venue.server.wire_market import (
    NO_LISTING,
    StreamMessage,
    daily_bar_message,
    stream_message,
)

_CLOSE_SECONDS = 0.5
"""How long a closing handshake may take."""


class KeptSlot(NamedTuple):
    """The slot of a data socket that has ended, taken until an instant."""

    feed: str
    owner: ApiKey
    until: int


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
        self._kept_slots: list[KeptSlot] = []
        self._days = days
        self.visits = Visits()

    def publish(self, events: Sequence[Message]) -> None:
        """Send the market events of a turn to all who subscribed to them."""
        rows = [(event, self._day_after(event)) for event in events]
        now = self._clock.now()
        if not self._connections:
            return
        frames: Frames = as_it_is
        troubled = bool(self._faults.active(now))
        if troubled:
            frames = partial(self._faults.frames, "data", now=now)
        for feed in ("iex", "sip"):
            listeners = [c for c in self._connections if c.feed == feed]
            messages = self._messages(feed, rows) if listeners else []
            if troubled:
                messages = [
                    self._troubled(m, listeners, now)
                    for m in messages
                    if self._faults.data_channel_may_go(m.channel, now)
                ]
            for connection in listeners:
                connection.deliver(messages, frames)

    def _troubled(
        self, message: StreamMessage, listeners: Sequence[DataConnection], now: int
    ) -> StreamMessage:
        """Let the faults change a message that somebody will hear."""
        if not any(listener.wants(message) for listener in listeners):
            return message
        skewed = message.stamped(message.at + self._faults.skew("data", now))
        return replace(skewed, body=self._faults.on_data_message(skewed.body, now))

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

    @property
    def sockets(self) -> int:
        """How many data sockets there are, authenticated or not."""
        return len(self._connections)

    def cut_all(self) -> int:
        """Drop every socket without a close frame; give their number."""
        for connection in self._connections:
            connection.outbox.cut()
        return len(self._connections)

    def end_slow(self) -> int:
        """End every socket as too slow; give their number."""
        for connection in self._connections:
            connection.end_slow()
        return len(self._connections)

    async def close_all(self) -> None:
        """Close every socket politely."""
        for connection in list(self._connections):
            await connection.outbox.close()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one data socket for as long as it lives."""
        self.visits.knocked(self._clock.now())
        refused = self._faults.on_handshake("data", self._clock.now())
        if refused is not None:
            return scripted(refused)
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
            with self.visits.inside():
                await self._attend(connection, socket, request)
        finally:
            self._connections.remove(connection)
            self._release_slot(connection)
            outbox.forget()
        return socket

    def _release_slot(self, connection: DataConnection) -> None:
        """Free the slot of a socket that has ended, unless a fault keeps it for a while."""
        now = self._clock.now()
        self._kept_slots = [slot for slot in self._kept_slots if slot.until > now]
        owner, until = connection.session.owner, self._faults.slot_free_at(now)
        if owner is not None and until > now:
            self._kept_slots.append(KeptSlot(connection.feed, owner, until))

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
        if self._owners(connection.feed).count(pair) >= self._parameters.data_connections_per_key:
            return 406
        if pair is self._keys.engine:
            connection.outbox.channel = self._channel
        return pair

    def _owners(self, feed: str) -> list[ApiKey | None]:
        """Give who has a slot of a feed; one that a fault keeps counts too."""
        now = self._clock.now()
        owners = [c.session.owner for c in self._connections if c.feed == feed]
        return owners + [s.owner for s in self._kept_slots if s.feed == feed and s.until > now]

    async def _fake(self, connection: DataConnection) -> None:
        async for events in fake_turns(self._clock, self._parameters.fake_quote_seconds):
            connection.deliver([stream_message(event, NO_LISTING) for event in events])


def _reply(session: DataSession, data: str | bytes) -> JsonObject:
    try:
        return session.hear(read_frame(data))
    except Unreadable:
        return error(400)
