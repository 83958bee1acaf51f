"""
What the whole sample says of the state at each instant: the Kim smoother.

Smoothed probabilities know the future. They estimate parameters and draw pictures;
their type keeps them away from decisions.

Kim, "Dynamic Linear Models with Markov-Switching", Journal of Econometrics 60 (1994).
"""

from dataclasses import dataclass
from typing import NewType

import numpy as np

from tradeengine.regime.chains import Chains, Floats
from tradeengine.regime.hamilton import Forward

Smoothed = NewType("Smoothed", Floats)
"""Probabilities of state 1 given the whole sample, T x B. Never fit for decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backward:
    """What the backward pass found."""

    smoothed: Smoothed
    stayed: Floats
    """Expected number of steps that stayed in each state, 2 x B."""

    left: Floats
    """Expected number of steps that left each state, 2 x B."""


def kim(forward: Forward, chains: Chains) -> Backward:
    """Smooth what the filter found."""
    filtered, later = forward.filtered[:-1], forward.predicted[1:]
    stay = filtered * (chains.stay[1] / later)
    leave = filtered * ((1.0 - chains.stay[1]) / (1.0 - later))
    slope = stay - leave
    smoothed = np.empty_like(forward.filtered)
    smoothed[-1] = forward.filtered[-1]
    for t in range(len(slope) - 1, -1, -1):
        row = smoothed[t]
        np.multiply(smoothed[t + 1], slope[t], out=row)
        np.add(row, leave[t], out=row)
    after = smoothed[1:]
    stayed_wild = np.einsum("tb,tb->b", stay, after)
    wild, wild_after = smoothed[:-1].sum(axis=0), after.sum(axis=0)
    left_wild = wild - stayed_wild
    left_calm = wild_after - stayed_wild
    stayed_calm = len(after) - wild - left_calm
    return Backward(
        smoothed=Smoothed(smoothed),
        stayed=np.stack((stayed_calm, stayed_wild)),
        left=np.stack((left_calm, left_wild)),
    )
