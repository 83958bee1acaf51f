"""
How long to wait before the next stop of a symbol.

The first stop that fails is made again by the next heartbeat; each further one
doubles the wait up to a ceiling, so that a broker who refuses, or somebody who
cancels again and again, does not use up the request budget.
"""

from tradeengine.model.instants import NANOS

_PACE = NANOS // 2
"""Least time between two stops of a symbol: shorter than a heartbeat."""


class Patience:
    """Failures by symbol, and when to try again."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest = int(longest_seconds * NANOS)
        self._failures: dict[str, tuple[int, int]] = {}
        self._not_before: dict[str, int] = {}

    def allows(self, symbol: str, now: int) -> bool:
        """Tell whether it may be tried now."""
        return now >= self._not_before.get(symbol, 0)

    def tried(self, symbol: str, now: int) -> None:
        """Note a try."""
        self._not_before[symbol] = now + _PACE

    def failed(self, symbol: str, now: int) -> None:
        """Note that a stop ended without covering anything."""
        count, last = self._failures.get(symbol, (0, now))
        # One that held for a good while starts the counting anew.
        count = 1 if now - last > 2 * self._longest else count + 1
        self._failures[symbol] = (count, now)
        wait = 0 if count == 1 else NANOS << min(count - 2, 20)
        self._not_before[symbol] = now + min(wait, self._longest)

    def forget(self, symbol: str) -> None:
        """Forget a position that is closed."""
        self._failures.pop(symbol, None)
        self._not_before.pop(symbol, None)
