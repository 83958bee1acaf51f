"""
What a Sharpe ratio proves: probabilistic, deflated by trials, and how long it must last.

Every ratio here is of one period (a day, a month), never annualised; the kurtosis is that
of which a normal distribution has 3.

Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012);
"The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014).
"""

from dataclasses import dataclass
from math import e, sqrt
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EULER_MASCHERONI = 0.5772156649015329
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A Sharpe ratio and what its error depends on."""

    sharpe: float
    """Mean return over its standard deviation, of one period."""

    periods: float
    skew: float = 0.0
    kurtosis: float = 3.0
    """Not the excess: a normal distribution has 3."""

    @classmethod
    def of(cls, returns: Floats) -> Self:
        """Measure a series of returns (fractions), at least 3 that are not all alike."""
        if len(returns) < 3 or returns.max() == returns.min():
            raise ValueError("a record wants three returns that are not all alike")
        apart = (returns - returns.mean()) / returns.std()
        return cls(
            sharpe=float(returns.mean() / returns.std(ddof=1)),
            periods=len(returns),
            skew=float((apart**3).mean()),
            kurtosis=float((apart**4).mean()),
        )

    @property
    def unrest(self) -> float:
        """Variance of the Sharpe ratio's estimate, times the periods less one."""
        return 1.0 - self.skew * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe**2


def probability_above(record: Record, benchmark: float = 0.0) -> float:
    """Give the probability that the true Sharpe ratio exceeds a benchmark's (PSR)."""
    distance = (record.sharpe - benchmark) * sqrt(record.periods - 1.0)
    return float(_NORMAL.cdf(distance / sqrt(record.unrest)))


def expected_best(trials: int, variance: float) -> float:
    """
    Give the Sharpe ratio that the best of so many worthless trials is expected to show.

    `variance` is that of the trials' ratios, of one period. Wants two trials at least.
    """
    if trials < 2:
        raise ValueError("the best of fewer than two trials is no choice")
    rare, rarer = _NORMAL.inv_cdf(1.0 - 1.0 / trials), _NORMAL.inv_cdf(1.0 - 1.0 / (trials * e))
    return sqrt(variance) * float((1.0 - EULER_MASCHERONI) * rare + EULER_MASCHERONI * rarer)


def deflated(record: Record, trials: int, variance: float) -> float:
    """Give the probability that the ratio exceeds what luck gives the best of all trials (DSR)."""
    return probability_above(record, expected_best(trials, variance))


def least_periods(record: Record, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """Give the periods after which the ratio would be above a benchmark's, as sure as that."""
    if record.sharpe <= benchmark:
        return float("inf")
    return float(
        1.0 + record.unrest * (_NORMAL.inv_cdf(confidence) / (record.sharpe - benchmark)) ** 2
    )
