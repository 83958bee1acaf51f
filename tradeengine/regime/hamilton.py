"""
What the data up to each instant says of the state: the Hamilton filter.

With two states one number holds everything: the probability of state 1. A step is
seven numpy calls on all models at once, written into arrays that are made once.
"""

from dataclasses import dataclass
from typing import NewType

import numpy as np

from tradeengine.regime.chains import Chains, Floats

Filtered = NewType("Filtered", Floats)
"""Probabilities of state 1 given the data up to each instant, T x B. Fit for decisions."""


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
    top = np.maximum(densities[0], densities[1])
    calm, wild = np.exp(densities[0] - top), np.exp(densities[1] - top)
    steps, count = top.shape
    predicted, filtered = np.empty((steps + 1, count)), np.empty((steps, count))
    total, rest = np.empty((steps, count)), np.empty(count)
    enter = 1.0 - chains.stay[0]
    carry = chains.stay[1] - enter
    predicted[0] = chains.start[1]
    for t in range(steps):
        now, joint, both = predicted[t], filtered[t], total[t]
        np.multiply(now, wild[t], out=joint)
        np.multiply(now, calm[t], out=rest)
        np.subtract(calm[t], rest, out=rest)
        np.add(joint, rest, out=both)
        np.divide(joint, both, out=joint)
        after = predicted[t + 1]
        np.multiply(joint, carry, out=after)
        np.add(after, enter, out=after)
    logs = np.log(total) + top
    return Forward(
        predicted=predicted[:steps],
        filtered=Filtered(filtered),
        log_densities=logs,
        log_likelihood=logs.sum(axis=0),
    )
