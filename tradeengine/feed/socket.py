"""
The websocket, on picows: the cheapest reader of those measured (docs/feed.md).

picows calls back for every frame. With the last one of a read, all that came are
handed to the owner together, inside that call: no task has to wake up for them.
Payloads stay bytes. When the owner falls behind, frames wait here up to a limit;
past it the socket is not read and TCP slows the sender down.

Pings are sent when nothing comes; a missing pong ends the connection. Alpaca
ends most connections without a close frame (seen as 1006), so an end is an end,
polite or not: `receive` raises VenueUnreachable.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Self

import picows

from tradeengine.errors import VenueUnreachable
from tradeengine.feed.parameters import Encoding, FeedParameters

BATCH = 1_000
"""Frames handed over at a time, so that other tasks get their turn."""

LONGEST_RETRY_AFTER_SECONDS = 600.0
"""A `Retry-After` beyond this is not believed."""

_BINARY, _TEXT = picows.WSMsgType.BINARY, picows.WSMsgType.TEXT
_FRAGMENTS = (_BINARY, _TEXT, picows.WSMsgType.CONTINUATION)


Take = Callable[[list[bytes]], bool]
"""Takes frames in at once; says whether the next ones may come the same way."""


class HandshakeRefused(VenueUnreachable):
    """The server answered the websocket handshake with HTTP `status`."""

    def __init__(self, status: int, retry_after_seconds: float) -> None:
        super().__init__(status, retry_after_seconds)
        self.status, self.retry_after_seconds = status, retry_after_seconds

    def __str__(self) -> str:
        return f"the data stream answered the handshake with HTTP {self.status}"


class _Listener(picows.WSListener):
    """Keep frames until somebody asks for them."""

    def __init__(self, frames_buffered: int) -> None:
        self._limit = frames_buffered
        self._transport: picows.WSTransport | None = None
        self._parts: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._take: Take | None = None
        self._paused = False
        self._failed = False
        self.refused = False
        """Whether `take` said no; nothing was handed over since."""
        self.frames: list[bytes] = []
        self.end = ""

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if self._failed:
            return  # What comes now must not be taken in behind a hole.
        kind = frame.msg_type
        if frame.fin and (kind is _BINARY or kind is _TEXT):
            self.frames.append(frame.get_payload_as_bytes())
        else:
            self._take_rare(transport, frame)
        if frame.last_in_buffer:
            self._deliver()

    def is_user_specific_pong(self, frame: picows.WSFrame) -> bool:
        """Recognise the answer to our ping, which may be the last frame of a read."""
        is_pong = frame.msg_type is picows.WSMsgType.PONG
        if is_pong and frame.last_in_buffer:
            self._deliver()
        return is_pong

    def _take_rare(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """Take in a control frame or a fragment."""
        kind = frame.msg_type
        if kind is picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif kind is picows.WSMsgType.CLOSE:
            self._closed_by_peer(transport, frame)
        elif kind in _FRAGMENTS:
            self._parts.append(frame.get_payload_as_bytes())
            if frame.fin:
                self.frames.append(b"".join(self._parts))
                self._parts.clear()

    def _deliver(self) -> None:
        """Hand over what came with a read, wake whoever waits for it, or let it wait."""
        if not self.frames:
            return
        if self._take is not None and len(self.frames) <= BATCH:
            frames, self.frames = self.frames, []
            # What it raises ends the connection and comes out of `wait_disconnected`.
            self._failed = True
            self.refused = not self._take(frames)
            self._failed = False
            if self.refused:
                self._wake()
        elif self._waiter is not None:
            self._wake()
        elif len(self.frames) >= self._limit:
            self._pause()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:  # noqa: ARG002  # picows calls it so
        self.end = self.end or "the connection ended without a close frame (1006)"
        self._wake()

    def _closed_by_peer(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        code = int.from_bytes(payload[:2], "big") if payload else 1005
        words = payload[2:].decode("utf-8", "replace")
        self.end = f"the server closed the connection ({code}{words and ' '}{words})"
        transport.send_close(picows.WSCloseCode.OK)
        transport.disconnect()

    def _wake(self) -> None:
        self._take = None
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _pause(self) -> None:
        if not self._paused and self._transport is not None:
            self._transport.underlying_transport.pause_reading()
            self._paused = True

    def resume(self) -> None:
        """Read on, if reading was paused and there is room again."""
        if self._paused and len(self.frames) < self._limit and self._transport is not None:
            self._transport.underlying_transport.resume_reading()
            self._paused = False

    async def wait(self, take: Take | None = None) -> None:
        """Wait for frames or the end; give frames that come alone to `take` until it says no."""
        self._take, self._waiter = take, asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._take = self._waiter = None


class FeedSocket:
    """One open connection to the data stream."""

    def __init__(
        self, transport: picows.WSTransport, listener: _Listener, parameters: FeedParameters
    ) -> None:
        self._transport, self._listener = transport, listener
        self._parameters = parameters
        self._type = (
            picows.WSMsgType.TEXT
            if parameters.encoding is Encoding.JSON
            else picows.WSMsgType.BINARY
        )

    @classmethod
    async def open(cls, url: str, parameters: FeedParameters) -> Self:
        """Connect within `connect_timeout_seconds`. Raises VenueUnreachable."""
        try:
            async with asyncio.timeout(parameters.connect_timeout_seconds):
                transport, listener = await picows.ws_connect(
                    lambda: _Listener(parameters.frames_buffered),
                    url,
                    # Ours counts from before the TCP handshake; this one closes what we give up.
                    websocket_handshake_timeout=parameters.connect_timeout_seconds,
                    enable_auto_ping=True,
                    enable_auto_pong=False,  # ours, or the last frame of a read might pass us by
                    auto_ping_idle_timeout=parameters.ping_interval_seconds,
                    auto_ping_reply_timeout=parameters.ping_timeout_seconds,
                    extra_headers=_headers(parameters.encoding),
                    max_redirects=0,
                )
        except TimeoutError as error:
            raise VenueUnreachable(f"{url}: no answer in time") from error
        except picows.WSHandshakeError as error:
            raise _refused(url, error) from error
        except OSError as error:
            raise VenueUnreachable(f"{url}: {error}") from error
        if not isinstance(listener, _Listener):
            # picows reports an end in the middle of the handshake by making no listener.
            raise VenueUnreachable(f"{url}: the connection ended during the handshake")
        return cls(transport, listener, parameters)

    async def serve(self, take: Take) -> None:
        """Give frames to `take` as they come, until it says no. Raises VenueUnreachable."""
        listener = self._listener
        listener.refused = False
        while True:
            if not listener.frames and not listener.end:
                await listener.wait(take)
            if listener.refused or not take(await self.receive()):
                return

    @property
    def backlog(self) -> int:
        """Frames that came and have not been handed over."""
        return len(self._listener.frames)

    async def receive(self) -> list[bytes]:
        """Wait for frames and take those that came. Raises VenueUnreachable."""
        listener = self._listener
        if listener.frames:
            await asyncio.sleep(0)
        while not listener.frames:
            if listener.end:
                raise VenueUnreachable(listener.end)
            await listener.wait()
        frames = listener.frames
        if len(frames) <= BATCH:
            listener.frames = []
        else:
            listener.frames, frames = frames[BATCH:], frames[:BATCH]
        listener.resume()
        return frames

    def send(self, data: bytes) -> None:
        """Send a message; on a connection that has ended it goes nowhere."""
        self._transport.send(self._type, data)

    def cut(self, reason: str) -> None:
        """End the connection now; a waiting `receive` raises with the reason."""
        self._listener.end = self._listener.end or reason
        self._transport.disconnect(graceful=False)

    async def close(self) -> None:
        """Close politely, then for certain; harmless on a connection that has ended."""
        self._listener.end = self._listener.end or "closed by us"
        self._transport.send_close(picows.WSCloseCode.OK)
        try:
            async with asyncio.timeout(self._parameters.close_timeout_seconds):
                await self._transport.wait_disconnected()
        except TimeoutError:
            self._transport.disconnect(graceful=False)
        except picows.WSError:
            # A breach of the websocket protocol; picows ended the connection for it.
            self._transport.disconnect(graceful=False)


def _headers(encoding: Encoding) -> Mapping[str, str]:
    """Ask for msgpack the way Alpaca wants it asked."""
    return {"Content-Type": "application/msgpack"} if encoding is Encoding.MSGPACK else {}


def _refused(url: str, error: picows.WSHandshakeError) -> VenueUnreachable:
    response = error.response
    if response is None:
        return VenueUnreachable(f"{url}: {error}")
    after = response.headers.get("Retry-After", "")
    told = float(after) if after.isdigit() else 0.0
    return HandshakeRefused(int(response.status), min(told, LONGEST_RETRY_AFTER_SECONDS))
