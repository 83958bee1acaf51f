"""Exponential moving average, started with a simple mean as TA-Lib does."""


class Ema:
    """Average with weight 2 / (period + 1) on the newest value."""

    __slots__ = ("_count", "_period", "_value", "_weight")

    def __init__(self, period: int) -> None:
        self._period = period
        self._weight = 2.0 / (period + 1)
        self._count = 0
        self._value = 0.0

    def update(self, value: float) -> float | None:
        """Take a value; give the average from value number `period` on."""
        if self._count >= self._period:
            self._value += self._weight * (value - self._value)
            return self._value
        self._count += 1
        self._value += value
        if self._count < self._period:
            return None
        self._value /= self._period
        return self._value
