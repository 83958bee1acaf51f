"""
The request budget: so many requests a minute, told in headers on every answer.

The minute is venue time, so a fast session is not starved. Alpaca counts in
windows of a minute and names the second when the next one begins.
"""

from dataclasses import dataclass

from tradeengine.model.instants import MINUTE, NANOS


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request asked: `reset` is in seconds since 1970."""

    limit: int
    remaining: int
    reset: int
    granted: bool

    def headers(self) -> dict[str, str]:
        """Give the three headers of the answer."""
        return {
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(self.remaining),
            "X-Ratelimit-Reset": str(self.reset),
        }


class RequestBudget:
    """Count the requests of each owner in the current minute."""

    def __init__(self, requests_per_minute: int) -> None:
        self._limit = requests_per_minute
        self._window = -1
        self._spent: dict[str, int] = {}

    def spend(self, owner: str, now: int) -> Allowance:
        """Ask for one request at the instant `now`."""
        window = now // MINUTE
        if window != self._window:
            self._window = window
            self._spent.clear()
        asked = self._spent.get(owner, 0) + 1
        self._spent[owner] = asked
        left = max(0, self._limit - asked)
        return Allowance(self._limit, left, (window + 1) * 60, asked <= self._limit)


class SecondBudget:
    """
    Count requests in a second of venue time or of the machine, whichever ends first.

    A client may keep to either: at a high speed of venue time nobody is starved, and where
    venue time stands still the machine's moves on.
    """

    def __init__(self, requests_per_second: int) -> None:
        self._limit, self._spent = requests_per_second, 0
        self._venue_ends, self._machine_ends = 0, 0.0

    def spend(self, now: int, machine_seconds: float) -> bool:
        """Ask for one request at the instant `now`; `machine_seconds` is any steady clock's."""
        if now >= self._venue_ends or machine_seconds >= self._machine_ends:
            self._venue_ends, self._machine_ends = now + NANOS, machine_seconds + 1
            self._spent = 0
        self._spent += 1
        return self._spent <= self._limit
