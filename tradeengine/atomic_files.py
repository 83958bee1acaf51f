"""Files that are written whole or not at all, on the disk before anybody sees them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tradeengine.model.instants import MINUTE

LEFT_OVER_AFTER = MINUTE
"""A file is written in less than this many nanoseconds."""


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    with _written_beside(path, content) as written:
        written.replace(path)


def write_first(path: Path, content: bytes | memoryview) -> None:
    """Write a file that is not there, whole; one that is there, or comes meanwhile, stays."""
    with _written_beside(path, content) as written, suppress(FileExistsError):
        path.hardlink_to(written)


@contextmanager
def _written_beside(path: Path, content: bytes | memoryview) -> Iterator[Path]:
    """Give a file that is on the disk, for its place to be given to it; else it is removed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def remove_leftovers(path: Path, now: int) -> None:
    """
    Remove what `write_atomically` left beside a file when its process was killed.

    `now` in nanoseconds UTC: what is younger than `LEFT_OVER_AFTER` may be in the making.
    """
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):  # Another has removed it, or nobody may: it does no harm.
            if now - left.stat().st_mtime_ns >= LEFT_OVER_AFTER:
                left.unlink()
