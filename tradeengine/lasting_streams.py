"""
Standard output and error, which may go away while we trade.

`head` ends, a terminal is closed, the disk behind a redirection is full: none of
that may stop an engine that holds positions. What cannot be shown is not shown;
the event log has it all.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_INPUT, _OUTPUT, _ERROR = 0, 1, 2

_NOBODY_READS = {errno.EPIPE, errno.ECONNRESET, errno.EIO}
"""A reader that ended, and a terminal that was closed: nobody misses what is not shown."""


@contextmanager
def lasting_streams() -> Iterator["LastingStream"]:
    """
    Make standard output and error outlive their readers, for the length of a block.

    Gives standard output.
    """
    # Closed ones are opened on nothing first: else a socket or the journal gets their
    # number, and a stray line of text goes there.
    for number in (_INPUT, _OUTPUT, _ERROR):
        _occupy(number)
    before = sys.stdout, sys.stderr
    output = LastingStream(before[0])
    sys.stdout, sys.stderr = output, LastingStream(before[1])
    try:
        yield output
    finally:
        sys.stdout, sys.stderr = before


def _occupy(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one


class LastingStream(io.TextIOBase):
    """A text stream that goes quiet when it can no longer be written."""

    def __init__(self, stream: TextIO | None) -> None:
        """Stand before `stream`; None (it was closed when Python began) is silence."""
        self._stream = stream
        self.lost = ""
        """Why something was lost that somebody may miss, in the system's words; "" if nothing."""
        if isinstance(stream, io.TextIOWrapper):
            # A symbol that a terminal cannot show is no reason to fail either.
            stream.reconfigure(errors="backslashreplace")

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute
        return getattr(self._stream, "encoding", None) or "utf-8"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def write(self, text: str) -> int:
        if self._stream is not None:
            try:
                self._stream.write(text)
            except OSError as error:
                self._go_quiet(self._stream, error)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            try:
                self._stream.flush()
            except OSError as error:
                self._go_quiet(self._stream, error)

    def _go_quiet(self, stream: TextIO, error: OSError) -> None:
        self._stream = None
        if error.errno not in _NOBODY_READS:
            self.lost = error.strerror or str(error)
        # What it still holds is written when the interpreter ends: let that go nowhere.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        except OSError:
            return  # Not a stream with a number; nothing of it is written at the end.
        finally:
            os.close(nowhere)
