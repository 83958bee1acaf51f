"""
Quiescence: how the venue knows, at speed max, that the engine owes nothing.

Edges count what is in flight: a frame sent and not yet taken in, a message in
the inbox, a command not yet carried out. When the count is zero, nothing can
happen until venue time moves, so it may. At a finite speed nobody waits.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Quiescence:
    """Count work in flight and let one waiter know when there is none."""

    def __init__(self) -> None:
        self._pending = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def pending(self) -> int:
        """Pieces of work in flight."""
        return self._pending

    def begin(self, pieces: int = 1) -> None:
        """Note that `pieces` of work are now in flight."""
        self._pending += pieces
        if self._pending:
            self._idle.clear()

    def end(self, pieces: int = 1) -> None:
        """
        Note that `pieces` of work are done. Begin what they cause first.

        Raises RuntimeError when more ends than has begun: a count below zero would
        let venue time run ahead of the next piece of work, and no run would repeat.
        """
        if pieces > self._pending:
            raise RuntimeError(f"more work has ended than begun: {pieces} of {self._pending}")
        self._pending -= pieces
        if self._pending == 0:
            self._idle.set()

    @contextmanager
    def work(self) -> Iterator[None]:
        """Hold one piece of work for the length of a block."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    async def idle(self) -> None:
        """Wait until nothing is in flight."""
        while self._pending > 0:
            await self._idle.wait()

    async def alone(self) -> None:
        """Wait until the one piece of work that the caller holds is all that is in flight."""
        while self._pending > 1:  # noqa: ASYNC110 - rare, and over within a few turns of the loop
            await asyncio.sleep(0)


class Channel:
    """
    Frames between one sender and one receiver over a socket.

    Both ends hold the same object. A connection that closes loses the frames in
    it, so either end calls `reset` then.
    """

    def __init__(self, quiescence: Quiescence) -> None:
        self._quiescence = quiescence
        self._flying = 0

    @property
    def flying(self) -> int:
        """Frames that are on their way."""
        return self._flying

    def sent(self) -> None:
        """A frame is about to be written."""
        self._flying += 1
        self._quiescence.begin()

    def received(self) -> None:
        """A frame is taken in: what it held is in the inbox."""
        if self._flying:
            self._flying -= 1
            self._quiescence.end()

    def reset(self) -> None:
        """The connection is gone, and what flew with it."""
        flying, self._flying = self._flying, 0
        self._quiescence.end(flying)
