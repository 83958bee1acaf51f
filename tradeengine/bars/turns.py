"""
Turns at a folder of tables: who reads a table, adds to it and writes it back does so alone.

Without them, of two programs that fetch into one store at the same time, the one that writes
last would take away what the other had brought.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradeengine.bars.parquet import not_written


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """
    Hold a folder for the length of a block, after whoever holds it now; readers do not wait.

    The operating system lets go of it when a process dies. Raises BadConfiguration when the
    disk says no.
    """
    path = folder / ".lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise not_written(path, error) from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
