"""
Market time: time that passes only while the exchange is open.

Silence at night, at the weekend or after the early close of a half day is no
silence at all. The sessions come from the calendar and are handed in.
"""

from bisect import bisect_right
from collections.abc import Iterable

from tradeengine.model.instants import NANOS


class MarketTime:
    """Sessions as pairs of open and close instants, and the time inside them."""

    def __init__(self, sessions: Iterable[tuple[int, int]]) -> None:
        self._sessions = sorted(sessions)
        self._closes = [close for _, close in self._sessions]

    def is_open(self, at: int) -> bool:
        """Tell whether the exchange is open; it is not any more at the close."""
        index = bisect_right(self._closes, at)
        return index < len(self._sessions) and self._sessions[index][0] <= at

    def seconds(self, start: int, end: int) -> float:
        """Give the market time between two instants, in seconds."""
        nanos = 0
        for opened, closed in self._sessions[bisect_right(self._closes, start) :]:
            if opened >= end:
                break
            nanos += min(end, closed) - max(start, opened)
        return nanos / NANOS
