"""
Maximum likelihood for many two-state models at once: EM, in longer strides.

One EM step never lowers the likelihood and is slow near its end; SQUAREM goes on in
the direction of two steps and goes back where that was too far. Models that have
settled leave the batch, so the others cost less.

Varadhan and Roland, "Simple and Globally Convergent Methods for Accelerating the
Convergence of Any EM Algorithm", Scandinavian Journal of Statistics 35 (2008).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.hamilton import hamilton
from tradeengine.regime.kim import kim

VARIANCE_FLOOR = 1e-4
"""Least variance of a state, as a fraction of the series' own: no state is one observation."""

_EDGE = 1e-6
"""How near to 0 and 1 a probability may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascent:
    """Where the ascent ended: the models, their log likelihoods (B), and who settled (B)."""

    chains: Chains
    log_likelihood: Floats
    settled: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def em_step(y: Floats, chains: Chains, before: Floats | None = None) -> tuple[Chains, Floats]:
    """
    Give better models, and the log likelihoods of those given.

    `y` is T x B; so is `before`, the observations before, for models with slopes.
    """
    forward = hamilton(log_densities(y, chains, before), chains)
    backward = kim(forward, chains)
    wild: Floats = backward.smoothed
    weights = np.stack((1.0 - wild, wild))
    mass = weights.sum(axis=1)
    if before is None:
        mean, slope = np.einsum("stb,tb->sb", weights, y) / mass, None
        errors = y - mean[:, None]
    else:
        mean, slope = _lines(weights, mass, y, before)
        errors = y - mean[:, None] - before * slope[:, None]
    variance = np.einsum("stb,stb,stb->sb", weights, errors, errors, optimize=False) / mass
    stay = backward.stayed / (backward.stayed + backward.left)
    start = np.stack((1.0 - wild[0], wild[0]))
    better = Chains(
        mean=mean,
        variance=np.maximum(variance, VARIANCE_FLOOR * y.var(axis=0)),
        stay=np.clip(stay, _EDGE, 1.0 - _EDGE),
        start=start,
        slope=slope,
    )
    return better, forward.log_likelihood


def _lines(weights: Floats, mass: Floats, y: Floats, before: Floats) -> tuple[Floats, Floats]:
    """Fit a weighted straight line in each state."""
    x_mean = np.einsum("stb,tb->sb", weights, before) / mass
    y_mean = np.einsum("stb,tb->sb", weights, y) / mass
    x = before - x_mean[:, None]
    slope = np.einsum("stb,stb,tb->sb", weights, x, y) / np.einsum("stb,stb,stb->sb", weights, x, x)
    return y_mean - slope * x_mean, slope


def ascend(
    y: Floats,
    chains: Chains,
    before: Floats | None = None,
    *,
    tolerance: float = 1e-6,
    most_rounds: int = 200,
    progress: Callable[[int], None] | None = None,
) -> Ascent:
    """
    Climb until a whole round gains less than `tolerance`, or `most_rounds` are over.

    A round is three EM steps. `progress` hears how many models are still climbing.
    """
    best, reached = _free(chains), np.full(chains.count, -np.inf)
    climbing = np.arange(chains.count)
    for _ in range(most_rounds):
        part = _chains_of(best[:, climbing], chains.slope is not None)
        ended, value = _round(y[:, climbing], part, _columns(before, climbing))
        gain = value - reached[climbing]
        best[:, climbing], reached[climbing] = _free(ended), value
        climbing = climbing[~(gain < tolerance)]
        if progress is not None:
            progress(len(climbing))
        if not len(climbing):
            break
    settled = np.ones(chains.count, dtype=np.bool_)
    settled[climbing] = False
    found = _chains_of(best, chains.slope is not None)
    final = hamilton(log_densities(y, found, before), found).log_likelihood
    return Ascent(chains=found, log_likelihood=final, settled=settled)


def _round(y: Floats, chains: Chains, before: Floats | None) -> tuple[Chains, Floats]:
    """Make two steps, a stride in their direction and a step there; fall back where it failed."""
    has_slope = chains.slope is not None
    one, _ = em_step(y, chains, before)
    two, at_one = em_step(y, one, before)
    start, first, second = _free(chains), _free(one), _free(two)
    step = first - start
    bend = second - first - step
    with np.errstate(divide="ignore", invalid="ignore"):
        stride = -np.sqrt((step**2).sum(axis=0) / (bend**2).sum(axis=0))
    stride = np.where(np.isfinite(stride), np.minimum(stride, -1.0), -1.0)
    far = start - 2.0 * stride * step + stride**2 * bend
    strode = _chains_of(far, has_slope)
    with np.errstate(all="ignore"):  # A stride out of this world has no likelihood.
        three, at_far = em_step(y, strode, before)
    gained = at_far >= at_one
    ended = np.where(gained, _free(three), second)
    return _chains_of(ended, has_slope), np.where(gained, at_far, at_one)


def _free(chains: Chains) -> Floats:
    """Write models as numbers without bounds, one model a column."""
    rows = [
        chains.mean,
        np.log(chains.variance),
        np.log(chains.stay / (1.0 - chains.stay)),
        _logit(chains.start[1:]),
    ]
    return np.concatenate(rows if chains.slope is None else [*rows, chains.slope])


def _chains_of(free: Floats, has_slope: bool) -> Chains:
    with np.errstate(over="ignore"):
        stay = 1.0 / (1.0 + np.exp(-free[4:6]))
        wild = 1.0 / (1.0 + np.exp(-free[6]))
    return Chains(
        mean=free[0:2],
        variance=np.exp(np.clip(free[2:4], -60.0, 60.0)),
        stay=np.clip(stay, _EDGE, 1.0 - _EDGE),
        start=np.stack((1.0 - wild, wild)),
        slope=free[7:9] if has_slope else None,
    )


def _logit(share: Floats) -> Floats:
    bounded = np.clip(share, 1e-300, 1.0 - 1e-16)
    return np.asarray(np.log(bounded) - np.log1p(-bounded))


def _columns(values: Floats | None, columns: np.ndarray) -> Floats | None:
    return None if values is None else values[:, columns]
