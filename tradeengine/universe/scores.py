"""
What is measured of every candidate, from daily returns up to the day before the session.

    beta        least squares on winsorised excess returns of two years, drawn to the
                cross-section's mean (Vasicek)
    difference  mean return difference of what beta does not explain, drawn to the common
                mean (empirical Bayes)
    Sharpe      ratio of two years' excess returns, drawn in the same way: its standard
                error is about 0.7 with two years, so little of it is left

Each on the days that a share has; a share with too few is not scored and says why.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tradeengine.model.plan import Regime
from tradeengine.universe.beta import Floats, dimson, least_squares, vasicek, winsorised
from tradeengine.universe.mapping import ENTRY_AND_EXIT, Mapping
from tradeengine.universe.mean_return_difference import YEAR, Shrunk, differences, drawn
from tradeengine.universe.own_days import whole_and_holed
from tradeengine.universe.parameters import UniverseParameters

_NORMAL = NormalDist()

DIMSON_APART = 0.3
"""Distance of Dimson's beta from the usual one that hints at stale prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """Log total returns of N shares and the market on the same T days, the last one known."""

    symbols: tuple[str, ...]
    shares: Floats
    """T x N; NaN where there is no price."""

    market: Floats
    """T, without holes."""

    risk_free: Floats
    """T, log return of the day."""

    states: tuple[Regime, ...]
    """T, the market's state at the close of each day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """One number a share (N) in each array; NaN where it could not be measured."""

    days: NDArray[np.int64]
    """Days behind the beta."""

    beta: Floats
    """Drawn to the mean."""

    beta_error: Floats
    """Standard error of the least-squares beta."""

    beta_dimson: Floats
    difference: Floats
    """Log return a year, as measured."""

    difference_error: Floats
    difference_drawn: Floats
    posterior_error: Floats
    """Standard error that is left after the draw; 0 when nothing tells shares apart."""

    kept: Floats
    """Weight of the share's own difference in the drawn one, 0 to 1."""

    confidence: Floats
    """Probability that the difference is above the mean of all; 0.5: nobody knows."""

    sharpe: Floats
    sharpe_drawn: Floats
    entry_days: NDArray[np.int64]
    exit_days: NDArray[np.int64]

    @property
    def stale(self) -> NDArray[np.bool_]:
        """Tell which shares follow the market on other days too: their prices may be stale."""
        return np.abs(self.beta_dimson - self.beta) > DIMSON_APART


def score(histories: Histories, mapping: Mapping, wanted: UniverseParameters) -> Scores:
    """Measure all shares at once."""
    excess = histories.shares - histories.risk_free[:, None]
    market = histories.market - histories.risk_free
    recent, recent_market = excess[-wanted.beta_days :], market[-wanted.beta_days :]
    days = np.isfinite(recent).sum(axis=0)
    enough = days >= wanted.beta_days_min
    beta, error, neighbours = _betas(recent, recent_market, enough)
    found = _Differences.measured(histories, beta, mapping, wanted)
    prior = _drawn(found.value, found.error)
    sharpe, sharpe_error = _sharpe(recent, enough)
    noise = found.error**2
    left = np.sqrt(prior.spread * noise / (prior.spread + noise))
    return Scores(
        days=days,
        beta=beta,
        beta_error=error,
        beta_dimson=neighbours,
        difference=found.value,
        difference_error=found.error,
        difference_drawn=prior.value,
        posterior_error=left,
        kept=prior.weights,
        confidence=_confidence(prior.value - prior.mean, left),
        sharpe=sharpe,
        sharpe_drawn=_drawn(sharpe, sharpe_error).value,
        entry_days=found.entry_days,
        exit_days=found.exit_days,
    )


def _betas(
    shares: Floats, market: Floats, enough: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Give the drawn beta, the standard error, and Dimson's beta of each column."""
    beta, error, neighbours = (np.full(shares.shape[1], np.nan) for _ in range(3))
    if not enough.any():
        return beta, error, neighbours
    candidates = np.flatnonzero(enough)
    bounded = winsorised(shares[:, candidates])
    bounded_market = winsorised(market[:, None])[:, 0]
    for group, days in whole_and_holed(bounded):
        columns, returns = candidates[group], bounded[np.ix_(days, group)]
        found = least_squares(returns, bounded_market[days])
        beta[columns], error[columns] = found.beta, found.standard_error
        neighbours[columns] = dimson(returns, bounded_market[days])
    own = beta[enough]
    if len(own) > 1 and (spread := float(own.std(ddof=1))) > 0:
        beta[enough] = vasicek(own, error[enough], float(own.mean()), spread)
    return beta, error, neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Differences:
    value: Floats
    error: Floats
    entry_days: NDArray[np.int64]
    exit_days: NDArray[np.int64]

    @classmethod
    def measured(
        cls, histories: Histories, beta: Floats, mapping: Mapping, wanted: UniverseParameters
    ) -> "_Differences":
        """Compare what each share earned beside its beta; NaN with too few days of a kind."""
        count = len(histories.symbols)
        value, error = np.full(count, np.nan), np.full(count, np.nan)
        entries, exits = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        states = ENTRY_AND_EXIT[mapping]
        last = slice(-wanted.history_days - 1, None)
        if states is not None:
            buy, leave = (
                np.array([s is state for s in histories.states])[last] for state in states
            )
            own = (histories.shares - np.outer(histories.market, beta))[last]
            # The first row is nobody's next day, so its hole is no hole.
            for columns, days in whole_and_holed(own[1:]):
                bought, left = buy[:-1][days], leave[:-1][days]
                entries[columns], exits[columns] = bought.sum(), left.sum()
                if min(bought.sum(), left.sum()) < wanted.state_days_min:
                    continue
                found = differences(
                    np.vstack((np.zeros((1, len(columns))), own[1:][np.ix_(days, columns)])),
                    np.append(bought, False),
                    np.append(left, False),
                )
                value[columns], error[columns] = found.value, found.standard_error
        return cls(value=value, error=error, entry_days=entries, exit_days=exits)


def _sharpe(shares: Floats, enough: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Give the ratio a year and its standard error. Lo, Financial Analysts Journal 58 (2002)."""
    ratio = np.full(shares.shape[1], np.nan)
    deviation = np.nanstd(shares[:, enough], axis=0, ddof=1)
    daily = np.divide(
        np.nanmean(shares[:, enough], axis=0),
        deviation,
        out=np.full_like(deviation, np.nan),
        where=deviation > 0,
    )
    ratio[enough] = sqrt(YEAR) * daily
    years = np.isfinite(shares).sum(axis=0) / YEAR
    with np.errstate(divide="ignore"):
        return ratio, np.sqrt((1.0 + ratio**2 / 2.0) / years)


def _drawn(value: Floats, error: Floats) -> Shrunk:
    """Draw the numbers that are known; the others stay unknown."""
    known = np.isfinite(value) & np.isfinite(error) & (error > 0)
    if not known.any():
        return Shrunk(value=value, weights=np.zeros_like(value), mean=0.0, spread=0.0)
    found = drawn(value[known], error[known])
    drawn_value, weights = np.full_like(value, np.nan), np.full_like(value, np.nan)
    drawn_value[known], weights[known] = found.value, found.weights
    return Shrunk(value=drawn_value, weights=weights, mean=found.mean, spread=found.spread)


def _confidence(above: Floats, error: Floats) -> Floats:
    z = np.divide(above, error, out=np.zeros_like(above), where=error > 0)
    return np.array([_NORMAL.cdf(each) for each in np.nan_to_num(z)])
