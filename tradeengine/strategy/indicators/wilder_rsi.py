"""
Relative strength index after Wilder (1978), as TA-Lib computes it.

RSI = 100 U / (U + D), U and D the smoothed ups and downs. Both start as simple
means of the first `period` moves; from then on each is ((n - 1) old + new) / n.
"""


class WilderRsi:
    """RSI of closes, 0 to 100. A market that has not moved has RSI 0, as in TA-Lib."""

    __slots__ = ("_down", "_moves", "_period", "_previous", "_up")

    def __init__(self, period: int = 14) -> None:
        self._period = period
        self._previous: float | None = None
        self._moves = 0
        self._up = self._down = 0.0

    def update(self, close: float) -> float | None:
        """Take a close; give the RSI from close number `period` + 1 on."""
        previous, self._previous = self._previous, close
        if previous is None:
            return None
        move = close - previous
        if self._moves < self._period:
            return self._seed(move)
        keep, period = self._period - 1, self._period
        if move > 0:
            self._up = (self._up * keep + move) / period
            self._down = self._down * keep / period
        else:
            self._up = self._up * keep / period
            self._down = (self._down * keep - move) / period
        return self._value()

    def _seed(self, move: float) -> float | None:
        self._moves += 1
        if move > 0:
            self._up += move
        else:
            self._down -= move
        if self._moves < self._period:
            return None
        self._up /= self._period
        self._down /= self._period
        return self._value()

    def _value(self) -> float:
        total = self._up + self._down
        return 100.0 * self._up / total if total else 0.0
