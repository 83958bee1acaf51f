"""
Waits between reconnections: full jitter, doubled ceiling, reset by health.

A random wait between zero and a ceiling that doubles keeps many clients that
lost the same server apart (M. Brooker, "Exponential Backoff And Jitter", AWS
2015). The ceiling falls back only after a connection that lived a while: a
server that accepts and then closes does not reset it.
"""

import random

from tradeengine.broker.parameters import BrokerParameters


class Backoff:
    """The next wait, in seconds."""

    def __init__(self, parameters: BrokerParameters) -> None:
        self._base = parameters.backoff_base_seconds
        self._cap = parameters.backoff_cap_seconds
        self._healthy = parameters.backoff_healthy_seconds
        # Jitter, not secrecy; seeded so that a run can be repeated.
        self._random = random.Random(parameters.backoff_seed)
        self._ceiling = self._base

    def next_wait(self, lived_seconds: float) -> float:
        """Give the wait after a connection that was ready for `lived_seconds` (0: never)."""
        if lived_seconds >= self._healthy and lived_seconds > 0:
            self._ceiling = self._base
        wait = self._random.uniform(0, self._ceiling)
        self._ceiling = min(self._cap, self._ceiling * 2)
        return wait
