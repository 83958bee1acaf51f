"""
Betas of many shares at once: by least squares, shrunk, and with neighbours in time.

Returns are excess returns, T x B for shares and T for the market; the same degrees of
freedom stand everywhere, so that a share with the market's returns has beta 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Betas:
    """Least squares of each share on the market (each B)."""

    beta: Floats
    standard_error: Floats
    alpha: Floats
    """Daily return that the market does not explain."""


def least_squares(shares: Floats, market: Floats) -> Betas:
    """Fit share = alpha + beta * market + error, for each column. Wants 3 days at least."""
    days = len(market)
    x = market - market.mean()
    spread = x @ x
    beta = x @ shares / spread
    alpha = shares.mean(axis=0) - beta * market.mean()
    errors = shares - alpha - np.outer(market, beta)
    variance = (errors**2).sum(axis=0) / (days - 2)
    return Betas(beta=beta, standard_error=np.sqrt(variance / spread), alpha=alpha)


def vasicek(beta: Floats, standard_error: Floats, mean: float, spread: float) -> Floats:
    """
    Draw each beta towards the cross-section's mean by how little is known of it.

    `mean` and `spread` are the cross-section's mean and standard deviation.
    Vasicek, Journal of Finance 28 (1973).
    """
    own, prior = 1.0 / standard_error**2, 1.0 / spread**2
    return np.asarray((beta * own + mean * prior) / (own + prior))


def dimson(shares: Floats, market: Floats, reach: int = 1) -> Floats:
    """
    Sum the slopes on the market's lags, its own day and its leads, from one regression.

    For shares that trade too seldom to follow on the day. Dimson, Journal of Financial
    Economics 7 (1979).
    """
    days = len(market) - 2 * reach
    columns = [market[shift : shift + days] for shift in range(2 * reach + 1)]
    design = np.column_stack((np.ones(days), *columns))
    slopes, *_ = np.linalg.lstsq(design, shares[reach : reach + days], rcond=None)
    return np.asarray(slopes[1:].sum(axis=0))


def winsorised(returns: Floats, deviations: float = 6.0) -> Floats:
    """Bound each column at so many median absolute deviations from its median."""
    middle = np.nanmedian(returns, axis=0)
    mad = np.nanmedian(np.abs(returns - middle), axis=0)
    return np.clip(returns, middle - deviations * mad, middle + deviations * mad)
