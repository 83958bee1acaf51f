"""
Moving average convergence divergence, as TA-Lib computes it.

Both averages are started on the same bar, number `slow`: the fast one with the
mean of the last `fast` closes before it. So its fast average is not a plain
EMA of the same period while both are young.
"""

from tradeengine.strategy.indicators.ema import Ema


class Macd:
    """Fast average less slow average, and the signal line that is its average."""

    __slots__ = ("_fast", "_signal", "_skip", "_slow", "macd", "signal")

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        self._fast = Ema(fast)
        self._slow = Ema(slow)
        self._signal = Ema(signal)
        self._skip = slow - fast
        self.macd: float | None = None
        self.signal: float | None = None

    def update(self, close: float) -> float | None:
        """
        Take a close; give the histogram, MACD less signal.

        Defined from close number `slow` + `signal` - 1 on, and so are `macd` and
        `signal` as TA-Lib reports them.
        """
        slow = self._slow.update(close)
        if self._skip:
            self._skip -= 1
            return None
        fast = self._fast.update(close)
        if fast is None or slow is None:
            return None
        signal = self._signal.update(fast - slow)
        if signal is None:
            return None
        self.macd, self.signal = fast - slow, signal
        return self.macd - signal
