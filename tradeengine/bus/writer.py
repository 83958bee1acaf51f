"""
The journal's writer: a thread that writes a batch and makes it durable.

One batch at a time. Batch and outcome change hands by two locks, which costs
about half of what an executor's queue and future do. So the loop can afford to
stand still for a disk that is quick, and is told later by one that is slow.
"""

import asyncio
import os
import threading
import time
from contextlib import suppress
from typing import NamedTuple


class Written(NamedTuple):
    """What became of a batch: bytes written, what went wrong ("": nothing), how long it took."""

    size: int
    problem: str
    seconds: float


class Writer:
    """Take a batch with `give`, then its outcome with `wait` or `outcome`."""

    def __init__(self) -> None:
        self._given, self._done = threading.Lock(), threading.Lock()
        self._given.acquire()  # released by `give`
        self._done.acquire()  # released when a batch is written
        self._job: tuple[int, bytearray] | None = None
        self._written = Written(0, "", 0.0)
        self._teller: _Teller | None = None
        # A daemon: a disk that never answers must not keep the process alive.
        threading.Thread(target=self._work, name="journal writer", daemon=True).start()

    def give(self, file: int, batch: bytearray) -> None:
        """Begin to write a batch. The one before must have been taken out."""
        self._job = (file, batch)
        self._given.release()

    def wait(self, seconds: float) -> Written | None:
        """Block for the outcome, for so many seconds at most."""
        return self._written if self._done.acquire(timeout=seconds) else None

    async def outcome(self) -> Written:
        """Wait for the outcome without blocking the loop."""
        # Put up before the look at the lock: the thread looks for it after the release.
        teller = self._teller = _Teller(asyncio.get_running_loop())
        if not self._done.acquire(blocking=False):
            await teller.told
            self._done.acquire()
        self._teller = None
        return self._written

    def stop(self) -> None:
        """End the thread; nothing may be under way."""
        self._job = None
        self._given.release()

    def _work(self) -> None:
        while True:
            self._given.acquire()
            if self._job is None:
                return
            self._written = _write(*self._job)
            self._done.release()
            if (teller := self._teller) is not None:
                teller.tell()


class _Teller:
    """Wakes one coroutine from the writer's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.told: asyncio.Future[None] = loop.create_future()

    def tell(self) -> None:
        with suppress(RuntimeError):  # The loop is closed, and nobody waits any more.
            self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if not self.told.done():
            self.told.set_result(None)


def _write(file: int, batch: bytearray) -> Written:
    began, size, problem = time.perf_counter(), 0, ""
    try:
        with memoryview(batch) as view:
            while size < len(view):
                size += os.write(file, view[size:])
        os.fdatasync(file)
    except OSError as error:
        problem = error.strerror or str(error)
    return Written(size, problem, time.perf_counter() - began)
