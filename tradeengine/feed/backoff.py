"""
How long to wait before connecting again: full jitter, doubling, with a cap.

Each wait is drawn evenly between zero and an edge that doubles, so that many
clients that lost one server do not come back in step. The edge starts over only
after a healthy period: a server that accepts and then closes must not be called
thousands of times a second. Source: AWS Architecture Blog, "Exponential Backoff
And Jitter" (2015), "full jitter".
"""

from collections.abc import Callable

Random = Callable[[], float]
"""A source of numbers, evenly between 0 and 1."""

_MOST_DOUBLINGS = 60


class Backoff:
    """Count failures and draw waits."""

    def __init__(
        self,
        random: Random,
        *,
        first_seconds: float,
        cap_seconds: float,
        healthy_seconds: float,
    ) -> None:
        self._random = random
        self._first, self._cap = first_seconds, cap_seconds
        self._healthy = healthy_seconds
        self.failures = 0

    @property
    def edge_seconds(self) -> float:
        """The upper edge of the next wait."""
        return min(self._cap, self._first * 2.0 ** min(self.failures, _MOST_DOUBLINGS))

    def next_wait(self) -> float:
        """Draw the next wait in seconds and count one more failure."""
        wait = self._random() * self.edge_seconds
        self.failures += 1
        return wait

    def ended(self, healthy_seconds: float) -> None:
        """Note that a connection ended that had been healthy for so long."""
        if healthy_seconds >= self._healthy:
            self.failures = 0
