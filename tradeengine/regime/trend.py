"""
The trend of daily closes, by Kaufman's adaptive average and a filter on its own noise.

The average is rising when it stands above its lowest value of the last days by more
than `gamma` standard deviations of its steps, falling when it stands as far below its
highest. When both hold, the more recent extreme decides: it is the last confirmed leg.
When neither holds, the trend stays what it was.

Pomorski and Gorse, arXiv:2208.11574, section 4.1 (with its misprints mended; which
extreme wins is ours, for the paper does not say).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tradeengine.regime.chains import Floats

PERIOD = 10
GAMMA = 0.5
_FAST, _SLOW = 2.0 / 3.0, 2.0 / 31.0


def kama(closes: Floats, period: int = PERIOD) -> Floats:
    """
    Average each column of `closes` (T x B, any unit); NaN for the first `period` days.

    The efficiency ratio of a market that did not move is 1, as TA-Lib has it.
    """
    average = np.full_like(closes, np.nan)
    if len(closes) <= period:
        return average
    moves = np.abs(np.diff(closes, axis=0))
    way = sliding_window_view(moves, period, axis=0).sum(axis=-1)
    straight = np.abs(closes[period:] - closes[:-period])
    ratio = np.divide(straight, way, out=np.ones_like(way), where=way > 0)
    weights = (np.minimum(ratio, 1.0) * (_FAST - _SLOW) + _SLOW) ** 2
    value = closes[period - 1].copy()
    for step, weight in enumerate(weights):
        value += weight * (closes[period + step] - value)
        average[period + step] = value
    return average


def trend(average: Floats, period: int = PERIOD, gamma: float = GAMMA) -> NDArray[np.int8]:
    """Give +1 rising, -1 falling, 0 not known yet, for each day and column of `kama`."""
    out = np.zeros(average.shape, dtype=np.int8)
    first = 2 * period
    if len(average) <= first:
        return out
    steps = np.diff(average, axis=0)
    noise = sliding_window_view(steps, period, axis=0).std(axis=-1, ddof=1)
    windows = sliding_window_view(average, period, axis=0)
    low, high = windows.min(axis=-1), windows.max(axis=-1)
    # How many days ago the extreme was; of equals the latest counts.
    reversed_windows = windows[..., ::-1]
    since_low, since_high = reversed_windows.argmin(axis=-1), reversed_windows.argmax(axis=-1)
    now = np.zeros(average.shape[1], dtype=np.int8)
    for day in range(first, len(average)):
        row = day - period + 1
        bound = gamma * noise[day - period]
        rising = average[day] - low[row] > bound
        falling = high[row] - average[day] > bound
        leg = np.where(since_low[row] < since_high[row], 1, -1)
        now = np.where(
            rising & falling, leg, np.where(rising, 1, np.where(falling, -1, now))
        ).astype(np.int8)
        out[day] = now
    return out
