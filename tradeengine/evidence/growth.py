"""
What a record of trades would bet if it were the whole truth: for reports, never for sizes.

Sizes come from `risk/kelly.py`, which shrinks the record first. These numbers are far larger
on purpose: they show how much the shrinkage holds back. Kelly, Bell System Technical Journal
35 (1956).
"""

from collections.abc import Callable, Sequence

import numpy as np


def binary(returns: Sequence[float]) -> float:
    """
    Give the Kelly fraction of a bet with the record's win rate and payoff ratio.

    `returns` are net, fractions of the position; a return of zero is a loss. A record
    without wins or without losses has the payoff ratio 1.
    """
    every = np.asarray(returns)
    wins, losses = every[every > 0], -every[every <= 0]
    rate = len(wins) / len(every)
    payoff = float(wins.mean() / losses.mean()) if len(wins) and losses.any() else 1.0
    return rate - (1.0 - rate) / payoff


def by_moments(returns: Sequence[float]) -> float:
    """Give mean return over mean squared return: the position, a multiple of equity."""
    every = np.asarray(returns)
    return float(every.mean() / (every**2).mean())


def exact(returns: Sequence[float]) -> float | None:
    """
    Give the position, a multiple of equity, at which the record's log growth is greatest.

    None when it has no greatest: without a loss (or without a win) more is always better.
    """
    every = np.asarray(returns)
    if every.min() >= 0 or every.max() <= 0:
        return None

    def marginal(position: float) -> float:
        return float((every / (1.0 + position * every)).mean())

    # Ruin is at -1 / the worst loss on one side, -1 / the best win on the other.
    ruin, other = -1.0 / every.min(), -1.0 / every.max()
    inside = 1.0 - 1e-9
    return _where_it_ends(marginal, other * inside, ruin * inside)


def _where_it_ends(falling: Callable[[float], float], low: float, high: float) -> float:
    """Give where a falling function is zero between two places, to the last bit, by halves."""
    middle = (low + high) / 2.0
    while low < middle < high:
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
        middle = (low + high) / 2.0
    return middle
