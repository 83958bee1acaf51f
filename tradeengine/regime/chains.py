"""
Two-state Markov-switching regressions, many at once.

Each model says of one series y, in each of two hidden states k,

    y[t] = mean[k] + slope[k] * y[t-1] + error,   error ~ N(0, variance[k])

and the state stays where it is with probability stay[k]. Arrays hold one model a
column, so one numpy call does a step of all of them. State 0 is the one with the
lower variance after `in_order`.

Hamilton, "A New Approach to the Economic Analysis of Nonstationary Time Series and
the Business Cycle", Econometrica 57 (1989).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EDGE = 1e-6
"""How near to 0 and 1 an estimated probability may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chains:
    """The parameters of B models; every array is 2 x B, one row a state."""

    mean: Floats
    variance: Floats
    stay: Floats
    """Probability of the same state at the next step."""

    start: Floats
    """Probability of each state at the first observation."""

    slope: Floats | None = None
    """Weight of the observation before; None: there is none in the model."""

    @classmethod
    def side_by_side(cls, chains: "Sequence[Chains]") -> Self:
        """Put models without slopes together, in their order."""
        return cls(
            mean=np.hstack([each.mean for each in chains]),
            variance=np.hstack([each.variance for each in chains]),
            stay=np.hstack([each.stay for each in chains]),
            start=np.hstack([each.start for each in chains]),
        )

    @property
    def count(self) -> int:
        """How many models there are."""
        return int(self.mean.shape[1])

    def pick(self, columns: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """Give some of the models."""
        slope = None if self.slope is None else self.slope[:, columns]
        return type(self)(
            mean=self.mean[:, columns],
            variance=self.variance[:, columns],
            stay=self.stay[:, columns],
            start=self.start[:, columns],
            slope=slope,
        )

    def in_order(self) -> Self:
        """Give the same models with the state of lower variance first."""
        first = np.argmin(self.variance, axis=0)
        rows = np.stack((first, 1 - first))

        def ordered(values: Floats) -> Floats:
            return np.take_along_axis(values, rows, axis=0)

        return type(self)(
            mean=ordered(self.mean),
            variance=ordered(self.variance),
            stay=ordered(self.stay),
            start=ordered(self.start),
            slope=None if self.slope is None else ordered(self.slope),
        )

    def settled(self) -> Self:
        """Give the same models, begun in the long-run shares of their states."""
        leave = 1.0 - self.stay
        long_run = leave[::-1] / leave.sum(axis=0)
        return type(self)(
            mean=self.mean,
            variance=self.variance,
            stay=self.stay,
            start=long_run,
            slope=self.slope,
        )


def log_densities(y: Floats, chains: Chains, before: Floats | None = None) -> Floats:
    """
    Give the log density of each observation in each state: 2 x T x B.

    `y` is T x B, or T x 1 for the same series in every model; `before` is the
    observation before each, wanted when the models have slopes.
    """
    out = np.empty((2, y.shape[0], chains.count))
    for state in (0, 1):
        row = out[state]
        np.subtract(y, chains.mean[state], out=row)
        if chains.slope is not None:
            if before is None:
                raise ValueError("models with slopes want the observations before")
            row -= before * chains.slope[state]
        np.multiply(row, row, out=row)
        row *= -0.5 / chains.variance[state]
        row -= 0.5 * np.log(2.0 * np.pi * chains.variance[state])
    return out


def free(chains: Chains) -> Floats:
    """Write models as numbers without bounds, one model a column; the last row is the start."""
    rows = [
        chains.mean,
        np.log(chains.variance),
        np.log(chains.stay / (1.0 - chains.stay)),
        *(() if chains.slope is None else (chains.slope,)),
        _logit(chains.start[1:]),
    ]
    return np.concatenate(rows)


def chains_of(numbers: Floats) -> Chains:
    """Read what `free` wrote: 7 rows, or 9 for models with slopes."""
    with np.errstate(over="ignore"):
        stay = 1.0 / (1.0 + np.exp(-numbers[4:6]))
        wild = 1.0 / (1.0 + np.exp(-numbers[-1]))
    return Chains(
        mean=numbers[0:2],
        variance=np.exp(np.clip(numbers[2:4], -60.0, 60.0)),
        stay=np.clip(stay, EDGE, 1.0 - EDGE),
        start=np.stack((1.0 - wild, wild)),
        slope=numbers[6:8] if len(numbers) > 7 else None,
    )


def _logit(share: Floats) -> Floats:
    bounded = np.clip(share, 1e-300, 1.0 - 1e-16)
    return np.asarray(np.log(bounded) - np.log1p(-bounded))
