"""
The market's state at every close, as it could be told on that day.

At the first close of each quarter a two-state model is fitted to the returns before it;
its parameters stay frozen until the next quarter. The state of a day is what the Hamilton
filter says with those parameters and the days up to it, crossed with the trend. So a state
depends on its own past only: neither on where the data end nor on where they begin.
A fit that does not show two regimes leaves the parameters before it in force; before the
first that does, the state is unknown. Quant.md 1.3 and 1.4.

All windows are columns of one array: one batched fit, one batched filter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tradeengine.model.plan import Regime
from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.fit import Verdict, fit
from tradeengine.regime.hamilton import Filtered, hamilton
from tradeengine.regime.trend import kama, trend

WINDOW = 1260
"""Returns behind a fit: five years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """Parameters that came into force at the close of `day`, or why they did not."""

    day: date
    verdict: Verdict
    used: date | None
    """The day of the parameters in force from here; None: there are none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHistory:
    """What was known of the market at each close (T days)."""

    days: tuple[date, ...]
    states: tuple[Regime, ...]
    high_variance: Filtered
    """Filtered probability of the state of high variance; NaN where there is no model."""

    refits: tuple[Refit, ...]

    @property
    def in_force(self) -> date | None:
        """Give the day of the parameters in force at the last close."""
        return self.refits[-1].used if self.refits else None


def state_history(days: Sequence[date], closes: Floats, window: int = WINDOW) -> StateHistory:
    """
    Tell the states at the closes of `days` (rising; T prices, adjusted for splits).

    The first `window` days are UNKNOWN. Takes a second or two: call it off the event loop.
    """
    returns = np.diff(np.log(closes))
    starts = _refit_rows(days, window)
    probability = np.full(len(days), np.nan)
    refits: list[Refit] = []
    if starts:
        chains_of = np.stack([returns[row - window : row] for row in starts], axis=1)
        fitted = fit(chains_of)
        refits = _in_force([days[row] for row in starts], fitted.verdicts)
        _fill(probability, returns, starts, window, fitted.chains, refits)
    rising = trend(kama(closes[:, None]))[:, 0]
    states = tuple(
        regime_of(float(wild), int(way)) for wild, way in zip(probability, rising, strict=True)
    )
    return StateHistory(
        days=tuple(days),
        states=states,
        high_variance=Filtered(probability),
        refits=tuple(refits),
    )


def regime_of(high_variance: float, rising: int) -> Regime:
    """Cross the probability of high variance (NaN: unknown) with the trend (+1, -1, 0)."""
    if not np.isfinite(high_variance) or rising == 0:
        return Regime.UNKNOWN
    if high_variance < 0.5:
        return Regime.LV_BULL if rising > 0 else Regime.LV_BEAR
    return Regime.HV_BULL if rising > 0 else Regime.HV_BEAR


def _refit_rows(days: Sequence[date], window: int) -> list[int]:
    """Give the first day of each quarter that has a whole window of returns before its close."""
    quarters = [(day.year, (day.month - 1) // 3) for day in days]
    return [row for row in range(window, len(days)) if quarters[row] != quarters[row - 1]]


def _in_force(days: Sequence[date], verdicts: Sequence[Verdict]) -> list[Refit]:
    used: date | None = None
    refits = []
    for day, verdict in zip(days, verdicts, strict=True):
        used = day if verdict is Verdict.ACCEPTED else used
        refits.append(Refit(day=day, verdict=verdict, used=used))
    return refits


def _fill(
    probability: Floats,
    returns: Floats,
    starts: Sequence[int],
    window: int,
    fitted: Chains,
    refits: Sequence[Refit],
) -> None:
    """Filter each quarter with the parameters in force, warmed up by the window before it."""
    ends = [*starts[1:], len(probability)]
    row_of = {refit.day: place for place, refit in enumerate(refits)}
    quarters = [place for place, refit in enumerate(refits) if refit.used is not None]
    if not quarters:
        return
    longest = max(ends[place] - starts[place] for place in quarters)
    y = np.full((window - 1 + longest, len(quarters)), np.nan)
    for column, place in enumerate(quarters):
        piece = returns[starts[place] - window : ends[place] - 1]
        y[: len(piece), column] = piece
    used = [refits[place].used for place in quarters]
    chains = fitted.pick(np.array([row_of[day] for day in used if day is not None])).settled()
    filtered = hamilton(log_densities(y, chains), chains).filtered
    for column, place in enumerate(quarters):
        days = ends[place] - starts[place]
        probability[starts[place] : ends[place]] = filtered[window - 1 :][:days, column]
