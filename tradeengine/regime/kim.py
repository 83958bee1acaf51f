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
    stay = np.divide(chains.stay[1], later)
    stay *= filtered
    leave = 1.0 - later
    np.divide(1.0 - chains.stay[1], leave, out=leave)
    leave *= filtered
    slope = stay - leave
    smoothed = np.empty_like(forward.filtered)
    smoothed[-1] = forward.filtered[-1]
    multiply, add = np.multiply, np.add
    backwards = zip(smoothed[:0:-1], slope[::-1], leave[::-1], smoothed[-2::-1], strict=True)
    for after, steep, level, before in backwards:
        multiply(after, steep, before)
        add(before, level, before)
    ends = smoothed[1:]
    stayed_wild = np.einsum("tb,tb->b", stay, ends)
    all_but_one = smoothed[1:-1].sum(axis=0)
    left_wild = all_but_one + smoothed[0] - stayed_wild
    left_calm = all_but_one + smoothed[-1] - stayed_wild
    stayed_calm = len(ends) - all_but_one - smoothed[0] - left_calm
    # Differences of sums may be below nothing by a rounding.
    return Backward(
        smoothed=Smoothed(smoothed),
        stayed=np.maximum(np.stack((stayed_calm, stayed_wild)), 0.0),
        left=np.maximum(np.stack((left_calm, left_wild)), 0.0),
    )
