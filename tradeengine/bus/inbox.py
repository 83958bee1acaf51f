"""
The inbox: the one queue between the edges and the core.

Edges put, the pump takes. The feed waits for room before it reads on, so the
queue is bounded by back-pressure; order events are few and always fit. Nothing
is dropped here: quotes are conflated by the feed, which counts them.
"""

import asyncio
from collections import deque
from collections.abc import Iterable

from tradeengine.model.message import Message
from tradeengine.quiescence import Quiescence

CAPACITY = 10_000
"""Messages above which the feed waits."""


class Inbox:
    """A queue for one reader that counts its work for the venue's lock-step."""

    def __init__(self, quiescence: Quiescence | None = None, capacity: int = CAPACITY) -> None:
        self._waiting: deque[Message] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._quiescence = quiescence
        self._capacity = capacity
        self.high_water = 0

    def depth(self) -> int:
        """Messages waiting."""
        return len(self._waiting)

    def put_nowait(self, message: Message) -> None:
        """Add a message."""
        self._waiting.append(message)
        self._arrived(1)

    def put_many(self, messages: Iterable[Message]) -> None:
        """Add messages, in order."""
        before = len(self._waiting)
        self._waiting.extend(messages)
        if added := len(self._waiting) - before:
            self._arrived(added)

    def _arrived(self, count: int) -> None:
        if self._quiescence is not None:
            self._quiescence.begin(count)
        depth = len(self._waiting)
        self.high_water = max(self.high_water, depth)
        if depth >= self._capacity:
            self._room.clear()
        self._filled.set()

    async def wait_for_room(self) -> None:
        """Wait until there is room for more market data."""
        await self._room.wait()

    async def take(self) -> Message:
        """Wait for a message and take it. Call `done` when it is handled."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self.take_nowait()

    def take_nowait(self) -> Message:
        """Take a message that is known to be there."""
        message = self._waiting.popleft()
        if len(self._waiting) < self._capacity:
            self._room.set()
        return message

    def done(self) -> None:
        """Say that a message taken is handled and its effects are queued."""
        if self._quiescence is not None:
            self._quiescence.end()
