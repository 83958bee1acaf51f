"""So many messages an hour."""

from collections import deque
from collections.abc import Iterable

from tradeengine.model.instants import MINUTE

HOUR = 60 * MINUTE


class RateLimit:
    """Let `per_hour` messages through in any hour (None: all); criticals count, and always pass."""

    def __init__(self, per_hour: int | None) -> None:
        self._per_hour = per_hour
        self._passed: deque[int] = deque()

    def remember(self, sent: Iterable[int]) -> None:
        """Count messages that an earlier run sent, so that restarts do not multiply them."""
        self._passed = deque(sorted([*self._passed, *sent]))

    def admit(self, now: int, *, is_critical: bool) -> bool:
        """Tell whether a message may leave now, and count it if so."""
        if self._per_hour is None:
            return True
        while self._passed and self._passed[0] <= now - HOUR:
            self._passed.popleft()
        if len(self._passed) >= self._per_hour and not is_critical:
            return False
        self._passed.append(now)
        return True
