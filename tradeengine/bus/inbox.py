"""
The inbox: the one queue between the edges and the core.

Edges put, the pump takes. Market data is handed over: a pump that is free takes it
in the same call, without a task that has to wake up; whatever waited goes first.
The feed waits for room before it reads on, so the queue is bounded by
back-pressure; order events are few and always fit. Nothing is dropped here:
quotes are conflated by the feed, which counts them.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

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
        self._reader: Callable[[], None] | None = None
        self.high_water = 0

    def depth(self) -> int:
        """Messages waiting."""
        return len(self._waiting)

    def put_nowait(self, message: Message) -> None:
        """Add a message."""
        self._waiting.append(message)
        self._arrived(1)
        self._filled.set()

    def put_many(self, messages: Iterable[Message]) -> None:
        """Add messages, in order."""
        if self._add(messages):
            self._filled.set()

    def hand_over(self, messages: Iterable[Message]) -> None:
        """Add messages, in order, and let the reader take them now if it is free."""
        try:
            if self._add(messages) and self._reader is not None:
                self._reader()
        finally:
            if self._waiting:
                self._filled.set()

    def read_by(self, reader: Callable[[], None] | None) -> None:
        """Name the reader whom `hand_over` calls; it leaves what it has no time for."""
        self._reader = reader

    def _add(self, messages: Iterable[Message]) -> int:
        before = len(self._waiting)
        self._waiting.extend(messages)
        if added := len(self._waiting) - before:
            self._arrived(added)
        return added

    def _arrived(self, count: int) -> None:
        if self._quiescence is not None:
            self._quiescence.begin(count)
        depth = len(self._waiting)
        if depth > self.high_water:
            self.high_water = depth
        if depth >= self._capacity:
            self._room.clear()

    def has_room(self) -> bool:
        """Tell whether there is room for more market data."""
        return len(self._waiting) < self._capacity

    async def wait_for_room(self) -> None:
        """Wait until there is room for more market data."""
        await self._room.wait()

    async def filled(self) -> None:
        """Wait until a message waits, or `wake` was called."""
        if not self._waiting:
            self._filled.clear()
            await self._filled.wait()

    def wake(self) -> None:
        """Let those who wait in `filled` look around."""
        self._filled.set()

    async def take(self) -> Message:
        """Wait for a message and take it. Call `done` when it is handled."""
        while not self._waiting:
            await self.filled()
        return self.take_nowait()

    def take_nowait(self) -> Message:
        """Take a message that is known to be there."""
        waiting = self._waiting
        message = waiting.popleft()
        if len(waiting) == self._capacity - 1:
            self._room.set()
        return message

    def done(self) -> None:
        """Say that a message taken is handled and its effects are queued."""
        if self._quiescence is not None:
            self._quiescence.end()
