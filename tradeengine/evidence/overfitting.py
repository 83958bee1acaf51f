"""
How often the best of many trials is a bad choice: the probability of backtest overfitting.

The days are cut into S blocks. Every half of the blocks chooses the best trial, and the
other half says how it did there. Combinatorially symmetric cross-validation: Bailey, Borwein,
Lopez de Prado and Zhu, Journal of Computational Finance 20 (2017).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tradeengine.evidence.sharpe import Floats

BLOCKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting:
    """What all splits say together, and each of them (C)."""

    probability: float
    """Share of splits whose best trial was in the worse half of all outside (PBO)."""

    loss: float
    """Share of splits whose best trial lost outside."""

    slope: float
    """Of the Sharpe ratio outside on that inside, over the splits."""

    intercept: float
    logits: Floats
    chosen: NDArray[np.intp]
    """Column of the best trial inside."""


def overfitting(returns: Floats, blocks: int = BLOCKS) -> Overfitting:
    """
    Judge trials by their returns of each period (T x N, fractions).

    The first periods that do not fill a block are left out. Raises ValueError for an odd
    number of blocks, for fewer than two trials, and for blocks of less than two periods.
    """
    size, trials = len(returns) // blocks, returns.shape[1]
    if blocks % 2 or size < 2 or trials < 2:
        raise ValueError("wants an even number of blocks, two periods each, and two trials")
    inside = _halves(blocks)
    cut = returns[len(returns) - blocks * size :].reshape(blocks, size, trials)
    sums, squares = cut.sum(axis=1), (cut**2).sum(axis=1)
    periods = size * blocks // 2
    within = _sharpe(inside @ sums, inside @ squares, periods)
    without = _sharpe((1.0 - inside) @ sums, (1.0 - inside) @ squares, periods)
    chosen = within.argmax(axis=1)
    rows = np.arange(len(inside))
    best_within, best_without = within[rows, chosen], without[rows, chosen]
    rank = (without < best_without[:, None]).sum(axis=1) + 1.0
    place = rank / (trials + 1.0)
    logits = np.log(place / (1.0 - place))
    slope, intercept = np.polyfit(best_within, best_without, 1)
    return Overfitting(
        probability=float((logits <= 0).mean()),
        loss=float((best_without < 0).mean()),
        slope=float(slope),
        intercept=float(intercept),
        logits=logits,
        chosen=chosen,
    )


def _halves(blocks: int) -> Floats:
    """Give every choice of half of the blocks as a row of ones and zeros."""
    choices = np.array(list(combinations(range(blocks), blocks // 2)))
    rows = np.zeros((len(choices), blocks))
    np.put_along_axis(rows, choices, 1.0, axis=1)
    return rows


def _sharpe(sums: Floats, squares: Floats, periods: int) -> Floats:
    mean = sums / periods
    variance = (squares - periods * mean**2) / (periods - 1)
    return np.asarray(mean / np.sqrt(np.maximum(variance, np.finfo(np.float64).tiny)))
