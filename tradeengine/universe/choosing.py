"""
Choose K names, in an order of what matters that is never broken in silence.

1. K names, as many as there are candidates.
2. No sector above its cap.
3. With `moat: prefer`, as many names with a moat as the first two allow: one program counts
   them, the others must hold so many. (With `require` all others are no candidates at all.)
4. The mean beta within its tolerance.
5. The best score, less what changes cost.

When the limits cannot all be met they give way by the steps of `LADDER`, from the top; the
result lists every step that was tried. The moat's thresholds never give way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from tradeengine.errors import SelectionFailed
from tradeengine.universe.beta import Floats
from tradeengine.universe.parameters import MoatMode, UniverseParameters
from tradeengine.universe.selection import Preferences, Selection, select


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """N candidates in the order that breaks the last ties."""

    score: Floats
    """Drawn mean return difference, log return a year."""

    sharpe: Floats
    beta: Floats
    sectors: Sequence[str]
    moat: NDArray[np.bool_]
    incumbents: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many candidates there are."""
        return len(self.score)


class Step(Struct, frozen=True, kw_only=True):
    """One step of the ladder that was tried, with its limits."""

    name: str
    names: int
    beta_tolerance: float
    beta_must_hold: bool
    sector_cap: int
    sectors_must_hold: bool
    feasible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was chosen, and the steps that led there; the last one is feasible."""

    selection: Selection
    steps: tuple[Step, ...]
    preferred: int
    """Names with a moat that the choice had to hold."""

    turnover_cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rung:
    name: str
    wide: bool = False
    raised: bool = False
    soft_beta: bool = False
    soft_sectors: bool = False


LADDER: Final = (
    _Rung(name="as asked"),
    _Rung(name="beta tolerance widened", wide=True),
    _Rung(name="sector caps raised too", wide=True, raised=True),
    _Rung(name="beta missed as little as it pays", soft_beta=True),
    _Rung(name="beta missed, sector caps raised", soft_beta=True, raised=True),
    _Rung(name="beta missed, sector caps broken", soft_beta=True, raised=True, soft_sectors=True),
)
"""Raising caps for the beta and missing it all the same would be twice the harm,
so the first step that lets beta go asks for the sectors as they were."""

_SECTOR_SLACK_COSTS = 10.0
"""What a name above a raised cap costs: more than a score can give."""


def choose(field: Field, wanted: UniverseParameters, turnover_cost: float) -> Choice:
    """
    Choose; `turnover_cost` is what each add and each drop costs, in units of the score.

    Raises SelectionFailed without a candidate, and when the solver gives up.
    """
    if not field.size:
        raise SelectionFailed("there is no candidate to choose")
    names = min(wanted.names, field.size)
    asked = Preferences(
        names=names,
        beta_target=wanted.beta_target,
        beta_slack_cost=wanted.beta_slack_cost,
        turnover_cost=turnover_cost,
        sharpe_weight=tie_weight(field.score, field.sharpe),
        may_miss=False,
    )
    steps: list[Step] = []
    for rung in LADDER:
        limits = _limits(asked, rung, wanted)
        held = _most_preferred(field, limits) if wanted.moat is MoatMode.PREFER else 0
        found = None if held is None else _select(field, replace(limits, preferred_least=held))
        steps.append(_step(rung, limits, found))
        if found is not None and held is not None:
            return Choice(
                selection=found, steps=tuple(steps), preferred=held, turnover_cost=turnover_cost
            )
    raise SelectionFailed("not even without limits is there a choice")


def tie_weight(score: Floats, sharpe: Floats) -> float:
    """Weigh the Sharpe ratio so that it decides between equals and nothing else."""
    spread = float(np.ptp(sharpe))
    return 1e-3 * (float(np.ptp(score)) or 1.0) / spread if spread > 0 else 0.0


def _limits(asked: Preferences, rung: _Rung, wanted: UniverseParameters) -> Preferences:
    return replace(
        asked,
        beta_tolerance=wanted.beta_tolerance_wide if rung.wide else wanted.beta_tolerance,
        beta_slack_cost=wanted.beta_slack_cost if rung.soft_beta else None,
        sector_cap=wanted.sector_cap + (wanted.sector_cap_raise if rung.raised else 0),
        sector_slack_cost=_SECTOR_SLACK_COSTS if rung.soft_sectors else None,
    )


def _most_preferred(field: Field, limits: Preferences) -> int | None:
    """Count the names with a moat that can be held, whatever their beta; None: no choice is."""
    free = replace(limits, beta_slack_cost=0.0, sharpe_weight=0.0, turnover_cost=0.0)
    found = select(
        field.moat.astype(float), field.sharpe, field.beta, field.sectors, field.incumbents, free
    )
    return None if found is None else int(field.moat[list(found.chosen)].sum())


def _select(field: Field, limits: Preferences) -> Selection | None:
    return select(
        field.score,
        field.sharpe,
        field.beta,
        field.sectors,
        field.incumbents,
        limits,
        preferred=field.moat,
    )


def _step(rung: _Rung, limits: Preferences, found: Selection | None) -> Step:
    return Step(
        name=rung.name,
        names=limits.names,
        beta_tolerance=limits.beta_tolerance,
        beta_must_hold=limits.beta_slack_cost is None,
        sector_cap=limits.sector_cap,
        sectors_must_hold=limits.sector_slack_cost is None,
        feasible=found is not None,
    )
