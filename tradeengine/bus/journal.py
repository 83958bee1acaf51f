"""
The journal: everything that entered the core and all that it decided.

`take_input` and `take_effect` only fill a buffer. `durable` returns when all
that was taken before the call is on the disk (`fdatasync` in the writer's
thread); callers that wait at the same time share one write: group commit.
Orders leave only after `durable`, so none reaches the wire that the journal does
not know.

A quick disk answers sooner than the event loop comes round. So `durable` first
stands still for the writer, for `PATIENCE_SECONDS` at most, and only then waits
as coroutines do. After a write that took longer it does not stand still again
until the disk has been quick: a stalled disk never holds up the loop.

A disk that refuses is reported by `JournalFailed`; what was not written stays
in the buffer and is written when the disk takes it again. So is one that does not
answer within `DISK_SECONDS`, and until it has answered nobody waits for it again.
"""

import asyncio
import os
from pathlib import Path

from tradeengine.bus.records import Header, frame_header, frame_message
from tradeengine.bus.writer import Writer, Written
from tradeengine.errors import JournalFailed
from tradeengine.model.message import Message

PATIENCE_SECONDS = 0.002
"""The longest that the event loop stands still for the disk."""

DISK_SECONDS = 10.0
"""How long a write may take before the disk counts as one that refuses."""


class Journal:
    """Append records; make them durable on request. Close it when done."""

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file. Raises JournalFailed if it exists or cannot be made."""
        self._path = path
        self._buffer = bytearray(frame_header(header))
        self._taken = len(self._buffer)
        self._synced = 0
        self._commit: asyncio.Task[None] | None = None
        self._late_at = 0.0
        """When the write that is under way is late, in the loop's time."""

        self._is_quick = True
        self.commits = 0
        self.high_water = 0
        """The most bytes that ever waited for the disk."""
        try:
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
        except OSError as error:
            raise JournalFailed(str(path), error.strerror or str(error)) from error
        self._writer = Writer()

    @property
    def backlog(self) -> int:
        """Bytes taken and not yet known to be on the disk."""
        return self._taken - self._synced

    def take_input(self, message: Message) -> None:
        """Append an input."""
        record = frame_message(b"I", message)
        self._buffer += record
        self._taken += len(record)

    def take_effect(self, message: Message) -> None:
        """Append an effect of the last input."""
        record = frame_message(b"E", message)
        self._buffer += record
        self._taken += len(record)

    async def durable(self) -> None:
        """Wait until all that was taken so far is on the disk. Raises JournalFailed."""
        target = self._taken
        self.high_water = max(self.high_water, self.backlog)
        while self._synced < target:
            commit = self._commit or self._begin()
            if commit is not None:
                await self._wait_for(commit)

    async def _wait_for(self, commit: asyncio.Task[None]) -> None:
        try:
            async with asyncio.timeout_at(self._late_at):
                # Shielded: one waiter that is cancelled must not cancel the others' write.
                await asyncio.shield(commit)
        except TimeoutError:
            problem = f"the disk did not answer within {DISK_SECONDS:g} s"
            raise JournalFailed(str(self._path), problem) from None

    def _begin(self) -> asyncio.Task[None] | None:
        """Begin a write and stand still for it; give what to wait for if it goes on."""
        batch, self._buffer = self._buffer, bytearray()
        self._writer.give(self._file, batch)
        written = self._writer.wait(PATIENCE_SECONDS) if self._is_quick else None
        if written is not None:
            self._end(batch, written)
            return None
        self._late_at = asyncio.get_running_loop().time() + DISK_SECONDS
        self._commit = asyncio.create_task(self._outcome(batch), name="journal commit")
        self._commit.add_done_callback(_retrieve)
        return self._commit

    async def _outcome(self, batch: bytearray) -> None:
        try:
            self._end(batch, await self._writer.outcome())
        finally:
            self._commit = None

    def _end(self, batch: bytearray, written: Written) -> None:
        self._synced += written.size
        self._is_quick = written.seconds < PATIENCE_SECONDS
        if written.problem:
            self._buffer[:0] = batch[written.size :]
            raise JournalFailed(str(self._path), written.problem)
        self.commits += 1

    async def close(self) -> None:
        """Write what is left and close the file. Raises JournalFailed."""
        try:
            await self.durable()
        finally:
            if self._commit is None:  # Else the disk hangs, and the file is still in use.
                self._writer.stop()
                os.close(self._file)


def _retrieve(commit: asyncio.Task[None]) -> None:
    """Take a failure out of the task: who waits is told, and nobody else has to ask."""
    if not commit.cancelled():
        commit.exception()
