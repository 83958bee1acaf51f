"""
The slope of the last closes, and how unusual it is.

The slope is that of ordinary least squares over the bar numbers. For a random
walk whose steps have standard deviation s, the slope over N points has exactly
the standard deviation s sqrt(6/5 (N^2 + 1) / (N (N^2 - 1))): 0.318 s at N = 12.
Dividing by it gives a z-score: a threshold on it means the same on quiet and on
wild days, which one on the slope itself does not. Such a walk has no drift, so s
is the root mean square of the steps: a fall that never pauses stays a fall.
"""

from collections import deque
from math import sqrt


class RollingSlope:
    """Least-squares slope of the last `bars` values, per bar."""

    __slots__ = ("_values", "_weights", "bars")

    def __init__(self, bars: int = 12) -> None:
        self.bars = bars
        self._values: deque[float] = deque(maxlen=bars)
        middle = (bars - 1) / 2
        norm = bars * (bars * bars - 1) / 12
        self._weights = tuple((i - middle) / norm for i in range(bars))

    def update(self, value: float) -> float | None:
        """Take a value; give the slope once the window is full."""
        self._values.append(value)
        if len(self._values) < self.bars:
            return None
        # The window is short and fixed, so it is summed afresh: nothing drifts.
        origin = self._values[0]
        return sum(w * (v - origin) for w, v in zip(self._weights, self._values, strict=True))

    @property
    def mean(self) -> float | None:
        """The mean of the window, None until it is full."""
        full = len(self._values) == self.bars
        return sum(self._values) / self.bars if full else None


class SlopeZScore:
    """The slope of the last closes in standard deviations of a random walk's slope."""

    __slots__ = ("_level", "_moves", "_moves_min", "_previous", "_scale", "_slope")

    def __init__(self, bars: int = 12, sigma_bars: int = 78, sigma_bars_min: int = 24) -> None:
        """Take the points of the slope, and most and fewest moves that measure s."""
        self._slope = RollingSlope(bars)
        self._scale = slope_deviation(bars)
        self._moves: deque[float] = deque(maxlen=sigma_bars)
        self._moves_min = sigma_bars_min
        self._previous: float | None = None
        self._level = 0.0

    def update(self, close: float, start: float | None = None) -> float | None:
        """
        Take a close; give the z-score, None while there are too few closes.

        `start` is where the move to this close began, if not at the close before:
        the open of a session's first bar. So the night's move is in neither the
        way nor s, or every Monday would look like a crash.
        """
        begin, self._previous = self._previous if start is None else start, close
        if begin is not None:
            self._moves.append(close - begin)
            self._level += close - begin
        return self._score(self._slope.update(self._level))

    def _score(self, slope: float | None) -> float | None:
        if slope is None or len(self._moves) < self._moves_min:
            return None
        step = sqrt(sum(move * move for move in self._moves) / len(self._moves))
        return slope / (step * self._scale) if step else 0.0


def slope_deviation(bars: int) -> float:
    """Give the standard deviation of a random walk's slope, in those of its steps."""
    return sqrt(1.2 * (bars * bars + 1) / (bars * (bars * bars - 1)))
