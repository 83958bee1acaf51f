"""Files that are written whole or not at all, on the disk before anybody sees them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from tradeengine.model.instants import MINUTE

LEFT_OVER_AFTER = MINUTE
"""A file is written in less than this many nanoseconds."""


def write_atomically(path: Path, content: bytes | memoryview) -> None:
    """Write a file so that a reader sees the old content or the new, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def remove_leftovers(path: Path, now: int) -> None:
    """
    Remove what `write_atomically` left beside a file when its process was killed.

    `now` in nanoseconds UTC: what is younger than `LEFT_OVER_AFTER` may be in the making.
    """
    for left in path.parent.glob(f".{path.name}.*"):
        with suppress(OSError):  # Another has removed it, or nobody may: it does no harm.
            if now - left.stat().st_mtime_ns >= LEFT_OVER_AFTER:
                left.unlink()
