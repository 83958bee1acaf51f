"""
The lock on a job: the engine and a person's command never run the same job at once.

It is the operating system's and ends with the process, however that ends.
"""

import fcntl
import os
from pathlib import Path

from tradeengine.errors import JobFailed


class JobLock:
    """A job's lock, held until `release`."""

    def __init__(self, number: int) -> None:
        self._number = number

    def release(self) -> None:
        """Let go of the job."""
        os.close(self._number)


def take(path: Path, name: str) -> JobLock | None:
    """Take a job's lock; None if somebody has it. Raises JobFailed when there can be none."""
    try:
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise JobFailed(name, f"{path} cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    return JobLock(number)


def is_held(path: Path) -> bool:
    """Tell whether somebody runs the job now."""
    if not path.exists():
        return False
    lock = take(path, path.name)
    if lock is None:
        return True
    lock.release()
    return False
