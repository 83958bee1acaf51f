"""The hours in which nothing is scheduled, because clocks are changed in them."""

from datetime import time
from typing import Final

NIGHT: Final = time(1), time(3)
"""
New York hours, the first included and the last not.

In spring 02:00 to 03:00 does not exist, in autumn 01:00 to 02:00 comes twice: what is
due then is due never, or two times.
"""


def refuse_night(value: time, name: str) -> time:
    """Give a New York time back. Raises ValueError, by `name`, in the night or with a zone."""
    if value.tzinfo is not None:
        raise ValueError(f"{name} is New York time and takes no zone")
    if NIGHT[0] <= value < NIGHT[1]:
        raise ValueError(f"{name} must not be between 01:00 and 03:00")
    return value
