"""
True range, and its average after Wilder (1978), as TA-Lib computes them.

The true range of a bar includes the gap from the close before it. The average
starts as the simple mean of the first `period` of them; from then on it is
((n - 1) old + new) / n.
"""


class TrueRange:
    """The range of a bar together with the close before it."""

    __slots__ = ("_close",)

    def __init__(self) -> None:
        self._close: float | None = None

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take a bar; give its true range, from the second bar on."""
        previous, self._close = self._close, close
        if previous is None:
            return None
        return max(high, previous) - min(low, previous)


class WilderAtr:
    """Average true range, in the unit of the price."""

    __slots__ = ("_close", "_count", "_period", "_range", "_value")

    def __init__(self, period: int = 14) -> None:
        self._period = period
        self._range = TrueRange()
        self._count = 0
        self._value = 0.0
        self._close = 0.0

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take a bar; give the average from bar number `period` + 1 on."""
        span = self._range.update(high, low, close)
        self._close = close
        if span is None:
            return None
        if self._count >= self._period:
            self._value = (self._value * (self._period - 1) + span) / self._period
            return self._value
        self._count += 1
        self._value += span
        if self._count < self._period:
            return None
        self._value /= self._period
        return self._value

    @property
    def percent(self) -> float | None:
        """The average in percent of the last close (NATR), None while not defined."""
        if self._count < self._period or self._close == 0.0:
            return None
        return 100.0 * self._value / self._close
