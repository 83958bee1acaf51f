"""
Fit two-state models to many series: several starts, the best end, and an honest verdict.

A likelihood of mixtures has many hills. So each series is begun at several places, all
are climbed a little, and the most promising are climbed to the top. Whether the result
deserves the name of two regimes is a question of its own: `Verdict`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from tradeengine.regime.ascent import ascend
from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.hamilton import hamilton
from tradeengine.regime.kim import kim

SEED = 20190213
STARTS = 8
_SCOUTING_ROUNDS = 2
_CLIMBED = 2
_MOST_ROUNDS = 200
"""EM steps after which a model that still climbs has not settled."""

LEAST_RATIO = 1.5
"""Least ratio of the two standard deviations."""

LEAST_DURATION = 5.0
"""Least expected duration of a state, observations."""

LEAST_OCCUPANCY = 0.05
"""Least share of the sample that a state may have."""


class Verdict(Enum):
    """Whether a fit shows two regimes."""

    ACCEPTED = "accepted"
    NOT_FINITE = "the likelihood is not finite"
    NOT_SETTLED = "the estimation did not settle"
    ALIKE = "the two states' volatilities are too alike"
    FLEETING = "a state lasts too short a time"
    RARE = "a state is seen too seldom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Fitted models in the order of their variance, in the units of the series."""

    chains: Chains
    log_likelihood: Floats
    verdicts: tuple[Verdict, ...]
    ratio: Floats
    """Of the two standard deviations."""

    duration: Floats
    """Expected duration of the shorter-lived state, observations."""

    occupancy: Floats
    """Share of the sample of the rarer state."""


def fit(
    y: Floats,
    before: Floats | None = None,
    *,
    starts: int = STARTS,
    seed: int = SEED,
    progress: Callable[[int], None] | None = None,
) -> Fit:
    """
    Fit a model to each column of `y` (T x B); with `before` (T x B) one that has slopes.

    The same seed gives the same fit. Raises ValueError for a series that is constant or
    not finite. `progress` hears how many series are still being fitted.
    """
    scale, centre = _scales(y)
    scaled = (y - centre) / scale
    lagged = None if before is None else (before - centre) / scale
    begun = _starts(scaled, lagged, starts, np.random.default_rng(seed))
    chosen = _scout(scaled, lagged, begun, starts)
    count = y.shape[1]
    kept = len(chosen.mean[0]) // count
    tiled, tiled_before = np.tile(scaled, kept), _tiled(lagged, kept)
    found = ascend(
        tiled, chosen, tiled_before, tolerance=1e-5, most_rounds=_MOST_ROUNDS, progress=progress
    )
    best = found.log_likelihood.reshape(kept, count).argmax(axis=0)
    columns = best * count + np.arange(count)
    chains = found.chains.pick(columns).in_order()
    value = found.log_likelihood[columns] - len(y) * np.log(scale)
    ratio, duration, occupancy = _traits(scaled, lagged, chains)
    rows = zip(value, found.settled[columns], ratio, duration, occupancy, strict=True)
    return Fit(
        chains=_rescaled(chains, scale, centre),
        log_likelihood=value,
        verdicts=tuple(_verdict(*row) for row in rows),
        ratio=ratio,
        duration=duration,
        occupancy=occupancy,
    )


def _scales(y: Floats) -> tuple[Floats, Floats]:
    scale, centre = y.std(axis=0), y.mean(axis=0)
    if not np.isfinite(scale).all() or not (scale > 0).all():
        bad = np.flatnonzero(~(np.isfinite(scale) & (scale > 0)))
        raise ValueError(f"series {bad.tolist()} are constant or not finite")
    return scale, centre


def _starts(y: Floats, before: Floats | None, starts: int, random: np.random.Generator) -> Chains:
    """Begin at a split by size, and at places by chance: the same for each series."""
    calm = np.concatenate(([0.5], random.uniform(0.15, 0.9, starts - 1)))
    wild = np.concatenate(([2.5], random.uniform(1.2, 6.0, starts - 1)))
    stay = np.concatenate(([[0.97], [0.93]], random.uniform(0.7, 0.995, (2, starts - 1))), axis=1)
    drift = np.concatenate(([0.0], random.normal(0.0, 0.2, starts - 1)))
    count = y.shape[1]

    def spread(values: Floats) -> Floats:
        return np.repeat(values, count, axis=-1)

    variance = y.var(axis=0)
    slope = None if before is None else np.zeros((2, starts * count))
    return Chains(
        mean=spread(np.stack((drift, -drift))),
        variance=spread(np.stack((calm, wild))) * np.tile(variance, starts),
        stay=spread(stay),
        start=np.full((2, starts * count), 0.5),
        slope=slope,
    )


def _scout(y: Floats, before: Floats | None, begun: Chains, starts: int) -> Chains:
    """Climb a little from every start; give the best few of each series."""
    if starts <= _CLIMBED:
        return begun
    count = y.shape[1]
    scouted = ascend(
        np.tile(y, starts), begun, _tiled(before, starts), most_rounds=_SCOUTING_ROUNDS
    )
    reached = np.nan_to_num(scouted.log_likelihood, nan=-np.inf).reshape(starts, count)
    ranked = np.argsort(-reached, axis=0, kind="stable")[:_CLIMBED]
    return scouted.chains.pick((ranked * count + np.arange(count)).ravel())


def _tiled(values: Floats | None, times: int) -> Floats | None:
    return None if values is None else np.tile(values, times)


def _traits(y: Floats, before: Floats | None, chains: Chains) -> tuple[Floats, Floats, Floats]:
    """Give what the verdict asks: ratio, shortest duration, occupancy of the rarer state."""
    smoothed: Floats = kim(hamilton(log_densities(y, chains, before), chains), chains).smoothed
    wild = smoothed.mean(axis=0)
    ratio: Floats = np.sqrt(chains.variance[1] / chains.variance[0])
    return ratio, (1.0 / (1.0 - chains.stay)).min(axis=0), np.minimum(wild, 1.0 - wild)


def _verdict(
    value: float, settled: bool, ratio: float, duration: float, occupancy: float
) -> Verdict:
    if not np.isfinite(value):
        return Verdict.NOT_FINITE
    if not settled:
        return Verdict.NOT_SETTLED
    if ratio < LEAST_RATIO:
        return Verdict.ALIKE
    if duration < LEAST_DURATION:
        return Verdict.FLEETING
    return Verdict.RARE if occupancy < LEAST_OCCUPANCY else Verdict.ACCEPTED


def _rescaled(chains: Chains, scale: Floats, centre: Floats) -> Chains:
    mean = chains.mean * scale + centre
    if chains.slope is not None:
        mean = mean - chains.slope * centre
    return Chains(
        mean=mean,
        variance=chains.variance * scale**2,
        stay=chains.stay,
        start=chains.start,
        slope=chains.slope,
    )
