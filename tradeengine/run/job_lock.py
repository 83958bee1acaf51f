"""
The lock on a job: the engine and a person's command never run the same job at once.

It is the operating system's and ends with the process, however that ends. Who holds it has
written into it who that is, for whoever is refused.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from tradeengine.errors import JobFailed

ENGINE = "the engine"


class JobLock:
    """A job's lock, held until `release`."""

    def __init__(self, number: int) -> None:
        self._number = number

    def release(self) -> None:
        """Let go of the job."""
        os.close(self._number)


def take(path: Path, name: str, whose: str = ENGINE) -> JobLock | None:
    """
    Take a job's lock for `whose`; None if somebody has it.

    Raises JobFailed when there can be none.
    """
    lock = _locked(path, name)
    if lock is None:
        return None
    with suppress(OSError):  # A full disk: then nobody knows who it is, and it holds all the same.
        path.write_text(f"{whose}, process {os.getpid()}", encoding="utf-8")
    return lock


def holder(path: Path) -> str:
    """Say who has a lock that is held, as far as that is known."""
    try:
        return path.read_text(encoding="utf-8") or "another process"
    except (OSError, UnicodeDecodeError):
        return "another process"


def is_held(path: Path) -> bool:
    """Tell whether somebody runs the job now."""
    if not path.exists():
        return False
    lock = _locked(path, path.name)
    if lock is None:
        return True
    lock.release()
    return False


def _locked(path: Path, name: str) -> JobLock | None:
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
