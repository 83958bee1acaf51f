"""
Choose the universe: the best K of many under limits, exactly.

A mixed-integer program, solved by HiGHS to a gap of zero. What cannot be met gives way
where it says so: the beta target by `beta_slack`, sector caps by `sector_slack`, the
number by `missing`; the result says by how much. docs/universe.md has the limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradeengine.universe.beta import Floats
from tradeengine.universe.solver import Limit, solve

_MISSING_COSTS = 100.0
"""Objective that one missing name costs: more than any name can give."""

_TIE = 1e-8
"""Objective that a place in the list costs, so that equals are chosen in its order."""

_SCALE = 1e3
"""HiGHS takes objectives for equal within 1e-6; ours are to be told apart at 1e-9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What is wanted of the selection; money and scores are in log return a year."""

    names: int = 40
    beta_target: float = 0.3
    beta_tolerance: float = 0.05
    beta_slack_cost: float | None = 10.0
    """What a unit of missed mean beta costs, times `names`; None: it must be met."""

    sector_cap: int = 8
    sector_slack_cost: float | None = 1.0
    """What each name above a sector's cap costs; None: the cap must be met."""

    turnover_cost: float = 0.0
    """What each add and each drop against the incumbents costs."""

    sharpe_weight: float = 1e-4
    may_miss: bool = True
    """Whether fewer than `names` may be chosen when there are no more."""

    preferred_least: int = 0
    """Fewest of the preferred names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The choice, and what had to give way for it."""

    chosen: tuple[int, ...]
    """Places in the list of candidates."""

    objective: float
    gap: float
    """Proven distance to the optimum; 0: it is the optimum."""

    mean_beta: float
    beta_slack: float
    """By how much the mean beta misses the target beyond the tolerance."""

    sector_slack: int
    missing: int


def select(
    score: Floats,
    sharpe: Floats,
    beta: Floats,
    sectors: Sequence[str],
    incumbents: NDArray[np.bool_],
    wanted: Preferences,
    preferred: NDArray[np.bool_] | None = None,
) -> Selection | None:
    """
    Choose among N candidates; None when the limits cannot be met.

    `preferred` (N) are the names that `preferred_least` counts. Raises SelectionFailed when
    the solver gives up for another reason.
    """
    count, caps = len(score), sorted(set(sectors))
    worths = score + wanted.sharpe_weight * sharpe
    cost, upper = _costs(worths, len(caps), incumbents, wanted), _uppers(count, len(caps), wanted)
    limits = [*_limits(beta, sectors, caps, wanted), *_preference(preferred, 2 + len(caps), wanted)]
    answer = solve(_SCALE * cost, upper, count, limits)
    if answer is None:
        return None
    chosen = tuple(int(place) for place in np.flatnonzero(answer.values[:count] > 0.5))
    worth = float(worths[list(chosen)].sum())
    changed = len(set(chosen) ^ set(np.flatnonzero(incumbents).tolist()))
    return Selection(
        chosen=chosen,
        objective=worth - wanted.turnover_cost * changed,
        gap=answer.gap,
        mean_beta=float(beta[list(chosen)].mean()) if chosen else 0.0,
        beta_slack=float(answer.values[count]),
        sector_slack=round(float(answer.values[count + 2 :].sum())),
        missing=round(float(answer.values[count + 1])),
    )


def _costs(worths: Floats, caps: int, incumbents: NDArray[np.bool_], wanted: Preferences) -> Floats:
    """Give what each costs: the names, the slack of beta, a name that misses, slack of sectors."""
    turnover = wanted.turnover_cost * (1.0 - 2.0 * incumbents)
    return np.concatenate(
        (
            -worths + turnover + _TIE * np.arange(len(worths)),
            [wanted.names * (wanted.beta_slack_cost or 0.0), _MISSING_COSTS],
            np.full(caps, wanted.sector_slack_cost or 0.0),
        )
    )


def _uppers(names: int, caps: int, wanted: Preferences) -> Floats:
    """Give the most of each, in the order of `_costs`."""
    return np.concatenate(
        (
            np.ones(names),
            [np.inf if wanted.beta_slack_cost is not None else 0.0],
            [wanted.names if wanted.may_miss else 0.0],
            np.full(caps, np.inf if wanted.sector_slack_cost is not None else 0.0),
        )
    )


def _limits(
    beta: Floats, sectors: Sequence[str], caps: Sequence[str], wanted: Preferences
) -> list[Limit]:
    count, k = len(beta), wanted.names
    low, high = (
        wanted.beta_target - wanted.beta_tolerance,
        wanted.beta_target + wanted.beta_tolerance,
    )
    none = np.zeros(len(caps))
    rows = [
        np.concatenate((np.ones(count), [0.0, 1.0], none)),
        np.concatenate((beta - high, [-k, 0.0], none)),
        np.concatenate((low - beta, [-k, 0.0], none)),
    ]
    members = np.array([[sector == cap for sector in sectors] for cap in caps], dtype=float)
    sector_rows = np.hstack((members, np.zeros((len(caps), 2)), -np.eye(len(caps))))
    return [
        (np.stack(rows), np.array([k, -np.inf, -np.inf]), np.array([k, 0.0, 0.0])),
        (sector_rows, -np.inf, wanted.sector_cap),
    ]


def _preference(
    preferred: NDArray[np.bool_] | None, slacks: int, wanted: Preferences
) -> list[Limit]:
    if preferred is None:
        return []
    row = np.concatenate((preferred.astype(float), np.zeros(slacks)))
    return [(row[np.newaxis], wanted.preferred_least, np.inf)]
