"""
The request budget: a token bucket that keeps a part for getting out.

It refills evenly over the minute and believes the broker's headers where they
say less than it thought. Entries stop while `reserved` tokens are left, so that
cancels, closes and looks always find some. Nothing here waits: `take` says how
long to wait, and the caller waits on its clock.
"""

from collections.abc import Mapping

from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import Lane
from tradeengine.clock import Clock
from tradeengine.model.instants import NANOS

_MINUTE_SECONDS = 60
_TOO_MANY_REQUESTS = 429
_MOST_DIGITS = 18


class RequestBudget:
    """Tokens of the account's requests per minute."""

    def __init__(self, parameters: BrokerParameters, clock: Clock) -> None:
        self._clock = clock
        self._pause_seconds = parameters.too_many_requests_pause_seconds
        self._reserved_wanted = parameters.reserved_requests
        self._limit = parameters.requests_per_minute
        self._tokens = float(self._limit)
        self._filled_at = clock.now()
        self._entries_closed_until = 0

    @property
    def limit(self) -> int:
        """Requests per minute, as the broker last said."""
        return self._limit

    @property
    def reserved(self) -> int:
        """Tokens that entries must leave; at most half of a small limit."""
        return min(self._reserved_wanted, self._limit // 2)

    def left(self, lane: Lane) -> float:
        """Give the tokens that a lane may still take."""
        self._refill()
        if lane is not Lane.ENTRY:
            return self._tokens
        if self._clock.now() < self._entries_closed_until:
            return 0.0
        return max(0.0, self._tokens - self.reserved)

    def take(self, lane: Lane) -> float:
        """Take a token and give 0, or give the seconds until one may be there."""
        self._refill()
        closed = self._entries_closed_until - self._clock.now() if lane is Lane.ENTRY else 0
        missing = self._floor(lane) + 1 - self._tokens
        if closed <= 0 and missing <= 0:
            self._tokens -= 1
            return 0.0
        return max(closed / NANOS, missing * _MINUTE_SECONDS / self._limit, 0.001)

    def note(self, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer (header names in lower case; they may be missing on a 429)."""
        self._refill()
        limit = _whole(headers.get("x-ratelimit-limit"))
        remaining = _whole(headers.get("x-ratelimit-remaining"))
        if limit:
            self._limit = limit
        if remaining is not None:
            self._tokens = min(self._tokens, float(remaining))
        if status == _TOO_MANY_REQUESTS:
            self._tokens = min(self._tokens, float(self.reserved))
        if status == _TOO_MANY_REQUESTS or remaining == 0:
            self._close_entries(_whole(headers.get("x-ratelimit-reset")))

    def _close_entries(self, reset_epoch_seconds: int | None) -> None:
        now = self._clock.now()
        until = now + int(self._pause_seconds * NANOS)
        if reset_epoch_seconds is not None:
            # Our clock may differ from the broker's: never wait longer than its window.
            until = min(reset_epoch_seconds * NANOS, now + _MINUTE_SECONDS * NANOS)
        self._entries_closed_until = max(self._entries_closed_until, until)

    def _floor(self, lane: Lane) -> int:
        return self.reserved if lane is Lane.ENTRY else 0

    def _refill(self) -> None:
        now = self._clock.now()
        gained = (now - self._filled_at) / NANOS * self._limit / _MINUTE_SECONDS
        self._tokens = min(float(self._limit), self._tokens + gained)
        self._filled_at = now


def _whole(text: str | None) -> int | None:
    """Read a header's whole number; None for what is none, or has more digits than any."""
    is_number = text is not None and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if text is not None and is_number else None
