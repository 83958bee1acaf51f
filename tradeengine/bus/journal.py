"""
The journal's writer: everything that entered the core and all that it decided.

`take_input` and `take_effect` only fill a buffer. `durable` returns when all
that was taken before the call is on the disk (`fdatasync` in a thread of its
own); callers that wait at the same time share one write: group commit. Orders
leave only after `durable`, so none reaches the wire that the journal does not
know.

A disk that refuses is reported by `JournalFailed`; what was not written stays
in the buffer and is written when the disk takes it again.
"""

import asyncio
import os
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from tradeengine.bus.records import Header, frame_header, frame_message
from tradeengine.errors import JournalFailed
from tradeengine.model.message import Message


class _Write(NamedTuple):
    """A job of the writer's thread."""

    file: int
    batch: bytearray
    loop: asyncio.AbstractEventLoop


class Journal:
    """Append records; make them durable on request. Close it when done."""

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file. Raises JournalFailed if it exists or cannot be made."""
        self._path = path
        self._buffer = bytearray(frame_header(header))
        self._taken = len(self._buffer)
        self._synced = 0
        self._writing: asyncio.Future[None] | None = None
        self.commits = 0
        try:
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
        except OSError as error:
            raise JournalFailed(str(path), error.strerror or str(error)) from error
        # A thread and a queue of our own: an executor's futures cost a third more per commit.
        self._jobs: SimpleQueue[_Write | None] = SimpleQueue()
        self._writer = Thread(target=self._write_jobs, name="journal", daemon=True)
        self._writer.start()

    @property
    def backlog(self) -> int:
        """Bytes taken and not yet known to be on the disk."""
        return self._taken - self._synced

    def take_input(self, message: Message) -> None:
        """Append an input."""
        self._take(frame_message(b"I", message))

    def take_effect(self, message: Message) -> None:
        """Append an effect of the last input."""
        self._take(frame_message(b"E", message))

    def _take(self, record: bytes) -> None:
        self._buffer += record
        self._taken += len(record)

    async def durable(self) -> None:
        """Wait until all that was taken so far is on the disk. Raises JournalFailed."""
        target = self._taken
        while self._synced < target:
            # Shielded: one waiter that is cancelled must not cancel the others' write.
            await asyncio.shield(self._writing or self._begin_write())

    def _begin_write(self) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        self._writing = loop.create_future()
        batch, self._buffer = self._buffer, bytearray()
        self._jobs.put(_Write(self._file, batch, loop))
        return self._writing

    def _write_jobs(self) -> None:
        """Carry out writes in the writer's thread until told to end."""
        while (job := self._jobs.get()) is not None:
            written, problem = _write(job.file, job.batch)
            job.loop.call_soon_threadsafe(self._wrote, job.batch, written, problem)

    def _wrote(self, batch: bytearray, written: int, problem: str) -> None:
        waiters, self._writing = self._writing, None
        assert waiters is not None
        self._synced += written
        if problem:
            self._buffer[:0] = batch[written:]
            waiters.set_exception(JournalFailed(str(self._path), problem))
            waiters.exception()  # Who waits is told; nobody else has to ask.
        else:
            self.commits += 1
            waiters.set_result(None)

    async def close(self) -> None:
        """Write what is left and close the file. Raises JournalFailed."""
        try:
            await self.durable()
        finally:
            self._jobs.put(None)
            self._writer.join()
            os.close(self._file)


def _write(file: int, batch: bytearray) -> tuple[int, str]:
    """Write and sync; return bytes written and the problem ("" if none)."""
    written = 0
    try:
        with memoryview(batch) as view:
            while written < len(view):
                written += os.write(file, view[written:])
        os.fdatasync(file)
    except OSError as error:
        return written, error.strerror or str(error)
    return written, ""
