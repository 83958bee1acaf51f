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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tradeengine.bus.records import Header, frame_header, frame_message
from tradeengine.errors import JournalFailed
from tradeengine.model.message import Message


class Journal:
    """Append records; make them durable on request. Close it when done."""

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file. Raises JournalFailed if it exists or cannot be made."""
        self._path = path
        self._buffer = bytearray(frame_header(header))
        self._taken = len(self._buffer)
        self._synced = 0
        self._sync: asyncio.Task[None] | None = None
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self.commits = 0
        try:
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
        except OSError as error:
            raise JournalFailed(str(path), error.strerror or str(error)) from error

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
            if self._sync is None or self._sync.done():
                self._sync = asyncio.create_task(self._commit(), name="journal commit")
            # Shielded: one waiter that is cancelled must not cancel the others' write.
            await asyncio.shield(self._sync)

    async def _commit(self) -> None:
        batch, self._buffer = self._buffer, bytearray()
        loop = asyncio.get_running_loop()
        written, problem = await loop.run_in_executor(self._writer, _write, self._file, batch)
        if problem:
            self._buffer[:0] = batch[written:]
            self._synced += written
            raise JournalFailed(str(self._path), problem)
        self._synced += written
        self.commits += 1

    async def close(self) -> None:
        """Write what is left and close the file. Raises JournalFailed."""
        try:
            await self.durable()
        finally:
            self._writer.shutdown()
            os.close(self._file)


def _write(file: int, batch: bytearray) -> tuple[int, str]:
    """Write and sync in the writer's thread; return bytes written and the problem."""
    written = 0
    try:
        with memoryview(batch) as view:
            while written < len(view):
                written += os.write(file, view[written:])
        os.fdatasync(file)
    except OSError as error:
        return written, error.strerror or str(error)
    return written, ""
