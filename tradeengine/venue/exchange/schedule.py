"""
What will happen at the venue later: a heap ordered by instant, rank, counter.

The rank settles ties: at one instant orders arrive before they are looked at,
and both before cancels and expiries. The counter keeps equal things in the
order in which they were asked for.
"""

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush


class Rank(IntEnum):
    """The order of things due at the same instant (the tape comes before all)."""

    HALT = 0
    ROUTE = 1
    ENTER = 2
    AUCTION = 3
    REPLACE = 4
    CANCEL = 5
    EXPIRE = 6
    FAULT = 7


Action = Callable[[], None]


class Schedule:
    """Actions waiting for their instant."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, int, Action]] = []
        self._count = 0

    def add(self, at: int, rank: Rank, action: Action) -> None:
        """Do `action` at the instant `at`."""
        self._count += 1
        heappush(self._heap, (at, int(rank), self._count, action))

    def next_at(self) -> int | None:
        """Give the instant of the first action, None when nothing waits."""
        return self._heap[0][0] if self._heap else None

    def due(self, at: int) -> Action | None:
        """Take the first action out if it is due at or before `at`."""
        if self._heap and self._heap[0][0] <= at:
            return heappop(self._heap)[3]
        return None
