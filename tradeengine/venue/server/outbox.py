"""
The outgoing side of one websocket: a bounded queue and the task that empties it.

Frames leave in the order they were put. A client that does not read makes the
queue grow; at its limit the client gets one last frame and is cut off.
"""

import asyncio
from collections import deque

from aiohttp import WSCloseCode, web

from tradeengine.quiescence import Channel
from tradeengine.venue.server.frames import Encoding

_LAST_FRAME_SECONDS = 1.0
"""How long the last frame of a slow client may take before the socket is cut."""


class Outbox:
    """Frames on their way to one client."""

    def __init__(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        encoding: Encoding,
        limit_bytes: int,
    ) -> None:
        self.encoding = encoding
        self.channel: Channel | None = None
        """Counts the frames for lock-step, once the client is known to be the engine."""
        self.is_ending = False
        """A last frame was put; nothing more is taken."""
        self._transport, self._socket = request.transport, socket
        self._limit_bytes, self._waiting_bytes = limit_bytes, 0
        self._frames: deque[bytes] = deque()
        self._ready = asyncio.Event()

    @property
    def waiting(self) -> bool:
        """Whether frames wait to be written."""
        return bool(self._frames)

    def put(self, frame: bytes) -> bool:
        """Queue a frame. False: the queue is full and the frame was not taken."""
        if self.is_ending:
            return True
        if self._waiting_bytes + len(frame) > self._limit_bytes:
            return False
        if self.channel is not None:
            self.channel.sent()
        self._queue(frame)
        return True

    def put_last(self, frame: bytes) -> None:
        """Forget what waits, send this frame if the client reads at all, and cut off."""
        self._frames.clear()
        self._queue(frame)
        self.is_ending = True
        asyncio.get_running_loop().call_later(_LAST_FRAME_SECONDS, self.cut)

    def _queue(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._waiting_bytes += len(frame)
        self._ready.set()

    def cut(self) -> None:
        """Drop the connection without a close frame; the client sees 1006."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Close the connection with the closing handshake."""
        await self._socket.close(code=WSCloseCode.GOING_AWAY)

    def forget(self) -> None:
        """Give up the count of what will not be received any more."""
        if self.channel is not None:
            self.channel.reset()

    async def run(self) -> None:
        """Send frames until the connection is gone or the last frame is out."""
        try:
            while not self.is_ending or self._frames:
                await self._ready.wait()
                await self._send_waiting()
        except ConnectionError:
            return
        if self.is_ending:
            self.cut()

    async def _send_waiting(self) -> None:
        while self._frames:
            frame = self._frames.popleft()
            self._waiting_bytes -= len(frame)
            await self._socket.send_frame(frame, self.encoding.opcode)
        self._ready.clear()
