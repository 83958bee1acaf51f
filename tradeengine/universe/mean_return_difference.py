"""
Mean return difference: how much more a share earns after days on which we would buy
than after days on which we would not.

The return of a day is set against the state at the close before it, so the measure
knows nothing of the future. Beta-neutral returns leave out what the market did. The
difference is noisy: its standard error is robust to autocorrelation (Newey and West,
Econometrica 55 (1987)), and shares are drawn towards the common mean by how noisy they
are (empirical Bayes).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradeengine.universe.beta import Floats

YEAR = 252
"""Sessions of a year."""

LAGS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Log return a year, one number a share (B), and the days behind it."""

    value: Floats
    standard_error: Floats
    entry_days: int
    exit_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """The differences after the draw towards what is common to all."""

    value: Floats
    weights: Floats
    """How much of its own number each share keeps."""

    mean: float
    spread: float
    """Variance between the shares beyond their noise; 0: nothing tells them apart."""


def differences(returns: Floats, entry: NDArray[np.bool_], leave: NDArray[np.bool_]) -> Differences:
    """
    Compare the returns after entry days with those after exit days.

    `returns` is T x B; `entry` and `leave` (T) say what the state was at each close, and
    row t + 1 of the returns follows row t of the states. Raises ValueError when there
    are no days of one kind.
    """
    after, bought, sold = returns[1:], entry[:-1], leave[:-1]
    days = len(after)
    entries, exits = int(bought.sum()), int(sold.sum())
    if not entries or not exits:
        raise ValueError(f"{entries} entry days and {exits} exit days: nothing to compare")
    high, low = after[bought].mean(axis=0), after[sold].mean(axis=0)
    counted = bought | sold
    total = int(counted.sum())
    influence = np.zeros_like(after)
    influence[bought] += (after[bought] - high) / (entries / total)
    influence[sold] -= (after[sold] - low) / (exits / total)
    error = np.sqrt(_newey_west(influence[counted]) / total)
    assert days >= total
    return Differences(
        value=YEAR * (high - low),
        standard_error=YEAR * error,
        entry_days=entries,
        exit_days=exits,
    )


def _newey_west(series: Floats, lags: int = LAGS) -> Floats:
    """Give the long-run variance of each column, whose mean is zero."""
    days = len(series)
    variance = (series**2).sum(axis=0) / days
    for lag in range(1, lags + 1):
        shared = (series[lag:] * series[:-lag]).sum(axis=0) / days
        variance = variance + 2.0 * (1.0 - lag / (lags + 1)) * shared
    return np.asarray(variance)


def drawn(value: Floats, standard_error: Floats) -> Shrunk:
    """
    Draw noisy numbers of one kind (B, at least one) towards their mean: empirical Bayes.

    One number alone is its own mean. Morris, Journal of the American Statistical
    Association 78 (1983).
    """
    noise = standard_error**2
    between = float(value.var(ddof=1)) if len(value) > 1 else 0.0
    spread = max(0.0, between - float(noise.mean()))
    precision = 1.0 / (noise + spread)
    mean = float(precision @ value / precision.sum())
    weights = spread / (spread + noise)
    return Shrunk(value=mean + weights * (value - mean), weights=weights, mean=mean, spread=spread)
