"""
What the market says of companies on a day: the last close, and beta to the market.

Betas are of daily excess returns, bounded at six median deviations and drawn to the middle
of all by how little is known of each. A company that did not trade on the
last day, or has too few returns, has no facts.
"""

from collections.abc import Callable

import numpy as np

from tradeengine.bars.panel import Floats, Panel
from tradeengine.fundamentals.outlook import MarketFacts
from tradeengine.universe.beta import Betas, least_squares, vasicek, winsorised

DAYS = 504
"""Returns behind a beta."""

LEAST_DAYS = 400

PRIOR_BETA, PRIOR_SPREAD = 1.0, 0.35
"""Mean and spread of all betas, when fewer than `_LEAST_SHARES` can be measured."""

_LEAST_SHARES = 10
_SESSIONS_A_YEAR = 252
_PERCENT = 100.0


def market_facts(
    panel: Panel, rates: Floats, sector_of: Callable[[str], str], market: str = "SPY"
) -> list[MarketFacts]:
    """
    Measure every symbol of a panel but the market's own.

    `rates` is the risk-free rate known at each close of the panel, percent a year; its last
    row is the day. Raises ValueError when the market's symbol is not in it.
    """
    daily = np.log1p(rates / _PERCENT) / _SESSIONS_A_YEAR
    excess = (panel.total_return - daily[:, None])[-DAYS:]
    own = panel.column(market)
    measured = [
        column
        for column in range(len(panel.symbols))
        if column != own
        and np.isfinite(panel.raw_close[-1, column])
        and _both(excess, column, own).sum() >= LEAST_DAYS
    ]
    found = [_beta(excess, column, own) for column in measured]
    raw = np.array([each.beta[0] for each in found])
    errors = np.array([each.standard_error[0] for each in found])
    mean, spread = _prior(raw)
    drawn = vasicek(raw, errors, mean, spread)
    return [
        MarketFacts(
            symbol=panel.symbols[column],
            price=float(panel.raw_close[-1, column]),
            beta=float(drawn[place]),
            beta_error=float(errors[place]),
            sector=sector_of(panel.symbols[column]),
        )
        for place, column in enumerate(measured)
    ]


def _both(excess: Floats, column: int, own: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isfinite(excess[:, column]) & np.isfinite(excess[:, own])


def _beta(excess: Floats, column: int, own: int) -> Betas:
    # Both are bounded: with the share's alone, a day of a crash would make beta too small.
    pairs = winsorised(excess[_both(excess, column, own)][:, [column, own]])
    return least_squares(pairs[:, :1], pairs[:, 1])


def _prior(betas: Floats) -> tuple[float, float]:
    if len(betas) < _LEAST_SHARES:
        return PRIOR_BETA, PRIOR_SPREAD
    return float(betas.mean()), float(betas.std(ddof=1))
