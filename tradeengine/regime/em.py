"""
One step of maximum likelihood for many two-state models at once: EM.

A step never lowers the likelihood. `ascent` goes on from here.
"""

import numpy as np

from tradeengine.regime.chains import EDGE, Chains, Floats, log_densities
from tradeengine.regime.hamilton import hamilton
from tradeengine.regime.kim import kim

VARIANCE_FLOOR = 1e-4
"""Least variance of a state, as a fraction of the series' own: no state is one observation."""

_TINY = np.finfo(np.float64).tiny


def em_step(y: Floats, chains: Chains, before: Floats | None = None) -> tuple[Chains, Floats]:
    """
    Give better models, and the log likelihoods of those given.

    `y` is T x B; so is `before`, the observations before, for models with slopes.
    """
    forward = hamilton(log_densities(y, chains, before), chains)
    backward = kim(forward, chains)
    wild: Floats = backward.smoothed
    mean, slope, variance, whole = _lines(wild, y, before)
    visits = np.maximum(backward.stayed + backward.left, _TINY)
    first = np.clip(wild[0], 0.0, 1.0)
    better = Chains(
        mean=mean,
        variance=np.maximum(variance, VARIANCE_FLOOR * whole),
        stay=np.clip(backward.stayed / visits, EDGE, 1.0 - EDGE),
        start=np.stack((1.0 - first, first)),
        slope=slope,
    )
    return better, forward.log_likelihood


def _lines(
    wild: Floats, y: Floats, before: Floats | None
) -> tuple[Floats, Floats | None, Floats, Floats]:
    """Fit a line, or a mean, in each state: intercept, slope, variance; and the series' own."""
    days, share = len(y), wild.sum(axis=0)
    mass = np.maximum(np.stack((days - share, share)), _TINY)

    def averages(values: Floats, of_all: Floats) -> Floats:
        of_wild = np.einsum("tb,tb->b", wild, values)
        return np.asarray(np.stack((of_all - of_wild, of_wild)) / mass)

    squares = y * y
    total, total_squares = y.sum(axis=0), squares.sum(axis=0)
    whole = total_squares / days - (total / days) ** 2
    mean = averages(y, total)
    spread = averages(squares, total_squares) - mean**2
    if before is None:
        return mean, None, spread, whole
    at = averages(before, before.sum(axis=0))
    crossed, own = y * before, before * before
    jointly = averages(crossed, crossed.sum(axis=0)) - mean * at
    slope = jointly / (averages(own, own.sum(axis=0)) - at**2)
    return mean - slope * at, slope, spread - slope * jointly, whole
