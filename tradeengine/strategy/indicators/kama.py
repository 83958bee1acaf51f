"""
Kaufman's adaptive moving average, as TA-Lib computes it (its 2 and 30 are ours).

The efficiency ratio |P_t - P_{t-n}| / sum of |moves| says how straight the way
was; it sets the weight of the newest price between a fast and a slow average.
A market that did not move at all has ratio 1 (TA-Lib's convention).
"""

from collections import deque
from itertools import pairwise


class Kama:
    """Adaptive average of prices, in their unit."""

    __slots__ = ("_period", "_prices", "_slow", "_spread", "_value")

    def __init__(self, period: int = 10, fast: int = 2, slow: int = 30) -> None:
        self._period = period
        self._prices: deque[float] = deque(maxlen=period + 1)
        self._slow = 2.0 / (slow + 1)
        self._spread = 2.0 / (fast + 1) - self._slow
        self._value = 0.0

    def update(self, price: float) -> float | None:
        """Take a price; give the average from price number `period` + 1 on."""
        self._prices.append(price)
        if len(self._prices) <= self._period:
            # The average starts at the last price before its first own value.
            self._value = price
            return None
        weight = (self._efficiency() * self._spread + self._slow) ** 2
        self._value += weight * (price - self._value)
        return self._value

    def _efficiency(self) -> float:
        # The window is short, so its way is summed afresh: nothing drifts, and
        # the way of a flat window is exactly zero.
        prices = self._prices
        way = sum(abs(later - earlier) for earlier, later in pairwise(prices))
        return min(1.0, abs(prices[-1] - prices[0]) / way) if way else 1.0
