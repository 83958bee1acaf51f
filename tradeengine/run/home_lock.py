"""
The lock on a home: who may trade under it at the same time.

A run on an account that outlives it (paper, live, a venue given by its URL) wants
the home for itself: two engines would undo each other's orders, and the record of
one would be taken for the other's. Runs on our own venue, each with an account of
its own, may share a home. The lock is the operating system's: it ends with the
process, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tradeengine.errors import AccountHeld, BadConfiguration
from tradeengine.layout import Home


@contextmanager
def home_locked(home: Home, *, alone: bool) -> Iterator[None]:
    """Hold a home for the length of a block. Raises AccountHeld, BadConfiguration."""
    try:
        number = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise BadConfiguration(
            str(home.lock_file), f"cannot be opened: {error.strerror}", "choose another --home"
        ) from None
    try:
        try:
            fcntl.flock(number, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AccountHeld(
                str(home.root),
                "another engine runs under this home",
                "look with `tradeengine status`; stop it with Ctrl-C or `tradeengine halt`, or"
                " choose another --home",
            ) from None
        yield
    finally:
        os.close(number)


def is_free(home: Home) -> bool:
    """Tell whether surely no engine runs under a home; False where that cannot be known."""
    try:
        number = os.open(home.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(number)
    return True
