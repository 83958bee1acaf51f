"""
Clocks. Only edges own one; the core reads `received_at` of its messages.

`SystemClock` is the world's. `ScaledClock` runs a session faster than the
world. `SimulatedClock` stands still until it is told to advance, and never
goes back.
"""

import asyncio
import heapq
import time
from itertools import count
from typing import Protocol

from tradeengine.model.instants import NANOS


class Clock(Protocol):
    """What an edge may ask of time. Instants are nanoseconds UTC."""

    def now(self) -> int:
        """Give the current instant."""

    async def sleep_until(self, at: int) -> None:
        """Wait until the clock reads `at` or later; return at once if it does."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock's time."""


class SystemClock:
    """
    The machine's wall clock. When that is set back, this one goes on at its old pace.

    Else nothing would be due for as long as it was set back: no look at orders, stops and
    losses. When it is set forward this one follows, also after a host was suspended.
    """

    def __init__(self) -> None:
        self._seen = (0, 0)
        """What was given last, and the steady clock's reading then."""

    def now(self) -> int:
        # The wall first: a pause between the two must not look like a wall that was set back.
        wall, steady = time.time_ns(), time.monotonic_ns()
        given, then = self._seen
        now = max(wall, given + steady - then)
        self._seen = (now, steady)
        return now

    async def sleep_until(self, at: int) -> None:
        await asyncio.sleep(max(0, at - self.now()) / NANOS)
        while self.now() < at:  # noqa: ASYNC110 - timers may be early, wall clocks set back
            await asyncio.sleep((at - self.now()) / NANOS)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ScaledClock:
    """
    A clock that starts at `start` and runs `speed` times as fast as the world.

    A clock made `held` stands at `start`, and who sleeps waits, until `release`.
    """

    def __init__(self, start: int, speed: float, *, held: bool = False) -> None:
        self._start, self.speed = start, speed
        self._origin = 0
        self._running = asyncio.Event()
        if not held:
            self.release()

    def release(self) -> None:
        """Let a held clock run from now on; a running one runs on."""
        if not self._running.is_set():
            self._origin = time.monotonic_ns()
            self._running.set()

    def now(self) -> int:
        if not self._running.is_set():
            return self._start
        return self._start + int((time.monotonic_ns() - self._origin) * self.speed)

    async def sleep_until(self, at: int) -> None:
        await self._running.wait()
        await asyncio.sleep(max(0, at - self.now()) / NANOS / self.speed)
        while self.now() < at:  # noqa: ASYNC110 - timers may be early
            await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        await self._running.wait()
        await asyncio.sleep(seconds / self.speed)


class SimulatedClock:
    """A clock that moves only when `advance_to` is called."""

    def __init__(self, start: int) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        return self._now

    def next_due(self) -> int | None:
        """Give the instant of the earliest sleeper, or None."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def advance_to(self, at: int) -> None:
        """Move forward and wake, in order, all who are due. Never moves back."""
        self._now = max(self._now, at)
        while (due := self.next_due()) is not None and due <= self._now:
            heapq.heappop(self._sleepers)[2].set_result(None)

    async def sleep_until(self, at: int) -> None:
        if at <= self._now:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), woken))
        await woken

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self._now + int(seconds * NANOS))
