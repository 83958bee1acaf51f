"""
What the data up to each instant says of the state: the Hamilton filter.

With two states one number holds everything: the probability p of state 1. With r the ratio
of the two densities of an observation, one step of prediction to prediction is

    p' = (enter + p * (enter * (r - 1) + carry * r)) / (1 + p * (r - 1))

so numerator and denominator are straight lines in p, and a step of all models is three numpy
calls, written into arrays that are made once.
"""

from dataclasses import dataclass
from typing import NewType

import numpy as np

from tradeengine.regime.chains import Chains, Floats

Filtered = NewType("Filtered", Floats)
"""Probabilities of state 1 given the data up to each instant, T x B. Fit for decisions."""

_MOST = 500.0
"""Log ratio of densities beyond which state 0 has no say; exp of it is still a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """What the forward pass found. All but `log_likelihood` (B) are T x B."""

    predicted: Floats
    """Probability of state 1 before the observation."""

    filtered: Filtered
    log_densities: Floats
    """Of each observation, given those before."""

    log_likelihood: Floats


def hamilton(densities: Floats, chains: Chains) -> Forward:
    """Filter; `densities` are the log densities of `log_densities`, 2 x T x B."""
    steps, count = densities.shape[1:]
    logs = densities[1] - densities[0]
    ratio = np.clip(logs, -_MOST, _MOST)
    logs -= ratio
    np.maximum(logs, 0.0, out=logs)  # What is beyond the most belongs to state 1's density.
    np.exp(ratio, out=ratio)
    enter = 1.0 - chains.stay[0]
    lines = np.empty((steps, 2, count))
    np.multiply(ratio, chains.stay[1], out=lines[:, 0])
    lines[:, 0] -= enter
    np.subtract(ratio, 1.0, out=lines[:, 1])
    predicted, filtered = np.empty((steps + 1, count)), np.empty((steps, count))
    predicted[0] = chains.start[1]
    first, filtered[0] = _begin(densities[:, 0], chains)
    predicted[1] = enter + (chains.stay[1] - enter) * filtered[0]
    constants = np.stack((enter, np.ones(count)))
    multiply, add, divide = np.multiply, np.add, np.divide
    for now, line, after in zip(predicted[1:], lines[1:], predicted[2:], strict=False):
        multiply(line, now, line)
        add(line, constants, line)
        divide(line[0], line[1], after)
    total = lines[1:, 1]
    np.multiply(predicted[1:steps], ratio[1:], out=filtered[1:])
    filtered[1:] /= total
    logs[1:] += np.log(total, out=ratio[1:])
    logs += densities[0]
    logs[0] = first
    return Forward(
        predicted=predicted[:steps],
        filtered=Filtered(filtered),
        log_densities=logs,
        log_likelihood=logs.sum(axis=0),
    )


def _begin(densities: Floats, chains: Chains) -> tuple[Floats, Floats]:
    """Give log density and filtered probability of the first observation; a start may be sure."""
    with np.errstate(divide="ignore"):
        weighted = densities + np.log(chains.start)
    whole = np.logaddexp(weighted[0], weighted[1])
    return whole, np.exp(weighted[1] - whole)
