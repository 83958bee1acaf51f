"""
What a share may be worth: ten thousand futures of one company, through the model of `dcf`.

    growth[t] = g + (g0 - g) * 0.75^(t-1) + x[t],   x[t] = 0.3 * x[t-1] + shock
    margin[t] = margin[t-1] + 0.6 * (mean - margin[t-1]) + shock, correlated with growth's by 0.3

Beta, the equity premium, the growth after the last year and the return on new capital then
are drawn once a path; the whole value is multiplied by a model error of 20 percent, without
which the model would be far too sure of itself. The cash flows themselves are
`dcf.worth_over`: there is no second model.

Each draw makes four paths, with the signs of its normals turned in part, so that a quarter of
the draws do and the mean is as steady. The generator is seeded by the company, its latest
filing and the version of the model: until the next filing each day sees the same futures, so a
value moves only when something else does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from math import sqrt

import numpy as np

from tradeengine.fundamentals.dcf import (
    Capital,
    Ends,
    Firm,
    Floats,
    Number,
    Year,
    cost_of_capital,
    worth_over,
)

MODEL_VERSION = 1
"""Counts up with every change that changes values."""

YEARS, EXPLICIT = 10, 5
"""Years of cash flows, and how many of them stay as they are before they fade."""

FADE = 0.75
"""What is left after a year of the distance between growth and its long run."""

GROWTH_PERSISTENCE = 0.3
MARGIN_RETURN = 0.6
"""Part of its distance from the mean that a margin makes good in a year."""

CORRELATION = 0.3
"""Of the shocks to growth and to margin."""

GROWTH_BOUNDS = (-0.30, 0.40)
MARGIN_BOUNDS = (-0.50, 0.80)
BETA_BOUNDS = (0.4, 2.5)
PREMIUM_BOUNDS = (0.03, 0.065)
WACC_BOUNDS = (0.04, 0.20)

TERMINAL_GROWTH, TERMINAL_GROWTH_ERROR = 0.025, 0.005
EXCESS_RETURN, EXCESS_RETURN_ERROR = 0.02, 0.02
"""What capital of the years after earns above WACC."""

GROWTH_BELOW_WACC = 0.02
"""Least distance of the growth after the last year from WACC."""

MODEL_ERROR = 0.20
"""Standard deviation of the log of value over model value."""

SIGNS = 4
"""
Paths of each draw. What is about revenue and its discount has the signs + - + -, the rest + - - +.

So two paths of a draw sell the same at the same discount. As an array the paths of D draws are
2 x 2D: such a pair is a column, and what is about revenue is one row.
"""

TOGETHER = 1_250
"""Draws that are valued together: their arrays stay in the processor's cache."""

_ONCE = 5
"""Draws that are made once a path: beta, premium, growth, return on capital, model error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One company as the model sees it: rates are fractions a year, money is dollars."""

    firm: Firm
    capital: Capital
    growth: float
    """Growth of the first year."""

    growth_spread: float
    margin: float
    """EBITDA a dollar of revenue now."""

    margin_mean: float
    margin_spread: float
    """Of the years around the mean."""

    tax: Floats
    """One number a year."""

    capital_expenditure: Floats
    """Share of revenue, one number a year."""

    beta: float
    beta_error: float
    premium: float
    premium_error: float
    risk_free: float

    @property
    def wacc(self) -> float:
        """The cost of capital without any shock."""
        low, high = WACC_BOUNDS
        return min(max(float(self.cost(self.beta, self.premium)), low), high)

    @property
    def terminal_growth(self) -> float:
        """Growth after the last year without any shock."""
        most = max(min(self.risk_free, self.wacc - GROWTH_BELOW_WACC), 0.0)
        return min(max(TERMINAL_GROWTH, 0.0), most)

    def cost(self, beta: Number, premium: Number) -> Number:
        """Give WACC for betas and premiums, not bounded."""
        tax = float(self.tax[0])
        return cost_of_capital(
            self.capital, risk_free=self.risk_free, premium=premium, beta=beta, tax=tax
        )


def seed_of(cik: int, vintage: date, version: int = MODEL_VERSION) -> int:
    """Give the seed of a company whose latest filing is of a day; the same everywhere."""
    text = f"{cik}:{vintage.isoformat()}:{version}"
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


Draw = Callable[[Floats], object]
"""Fills an array with standard normals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """What was drawn, for paths of 2 x 2D; `years` can be gone through once."""

    years: Iterator[Year]
    """Each is written over by the next."""

    ends: Ends
    beta: Floats
    """One number a column, as `premium`."""

    premium: Floats
    error: Floats
    """Factor on the value of each path."""


class Simulator:
    """Values shares on so many paths, rounded up to a multiple of four."""

    def __init__(self, paths: int) -> None:
        self.draws = -(-paths // SIGNS)

    def per_share(self, outlook: Outlook, seed: int) -> Floats:
        """Value a share on every path, dollars: 4 x draws, a column of one draw's paths."""
        generator = np.random.Generator(np.random.PCG64(seed))
        out = np.empty((SIGNS, self.draws))
        for begin in range(0, self.draws, TOGETHER):
            draws = min(TOGETHER, self.draws - begin)
            futures = drawn(outlook, draws, lambda empty: generator.standard_normal(out=empty))
            found = worth_over(outlook.firm, futures.years, futures.ends, (2, 2 * draws)).per_share
            found *= futures.error
            out[:, begin : begin + draws] = found.reshape(SIGNS, draws)
        return out


def drawn(outlook: Outlook, draws: int, draw: Draw) -> Futures:
    """Draw futures; first what is drawn once a path, then year by year."""
    normals = np.empty((_ONCE, draws))
    draw(normals)
    both = np.concatenate((normals, -normals), axis=1)
    beta = np.clip(outlook.beta + outlook.beta_error * both[0], *BETA_BOUNDS)
    premium = np.clip(outlook.premium + outlook.premium_error * both[1], *PREMIUM_BOUNDS)
    wacc = np.clip(outlook.cost(beta, premium), *WACC_BOUNDS)
    after = _terminal_growth(both[2], wacc, outlook.risk_free)
    excess = EXCESS_RETURN + EXCESS_RETURN_ERROR * np.stack((both[3], -both[3]))
    error = MODEL_ERROR * np.stack((both[4], -both[4]))
    return Futures(
        years=_years(outlook, after, draws, draw),
        ends=Ends(wacc=wacc, terminal_growth=after, terminal_roic=wacc + np.maximum(excess, 0.0)),
        beta=beta,
        premium=premium,
        error=np.exp(error - MODEL_ERROR**2 / 2.0),
    )


def _years(outlook: Outlook, after: Floats, draws: int, draw: Draw) -> Iterator[Year]:
    """Tell growth and margin year by year."""
    growth, margin = np.empty((2, draws)), np.empty((SIGNS, draws))
    sales, costs = np.empty((2, draws))
    off_sales, off_together, off_costs = np.zeros((3, draws))
    work = np.empty(draws)
    # The first year's growth has no past, and all of its spread.
    spread, level, left = outlook.growth_spread, outlook.margin, 1.0
    kept = 1.0 - MARGIN_RETURN
    wide = outlook.margin_spread * sqrt(1.0 - kept**2)
    for tax, spent in zip(outlook.tax, outlook.capital_expenditure, strict=True):
        draw(sales)
        draw(costs)
        _carry(off_sales, GROWTH_PERSISTENCE, sales, spread, work)
        _carry(off_together, kept, sales, wide * CORRELATION, work)
        _carry(off_costs, kept, costs, wide * sqrt(1.0 - CORRELATION**2), work)
        level = outlook.margin_mean + kept * (level - outlook.margin_mean)
        np.multiply(after.reshape(2, draws), 1.0 - left, out=growth)
        growth += outlook.growth * left
        growth[0] += off_sales
        growth[1] -= off_sales
        _spread(level, off_together + off_costs, out=margin[:2])
        _spread(level, off_together - off_costs, out=margin[2:])
        # The method: np.clip costs more than the work.
        growth.clip(*GROWTH_BOUNDS, out=growth)
        margin.clip(*MARGIN_BOUNDS, out=margin)
        yield Year(
            growth=growth.ravel(),
            margin=margin.reshape(2, 2 * draws),
            tax=tax,
            capital_expenditure=spent,
        )
        spread = outlook.growth_spread * sqrt(1.0 - GROWTH_PERSISTENCE**2)
        left *= FADE


def _carry(off: Floats, kept: float, normals: Floats, spread: float, work: Floats) -> None:
    """Keep a part of the distance from the path without shocks, and add a shock to it."""
    off *= kept
    off += np.multiply(normals, spread, out=work)


def _spread(level: float, off: Floats, out: Floats) -> None:
    """Give the two paths that lie off a level by as much, above it and below."""
    np.add(level, off, out=out[0])
    np.subtract(level, off, out=out[1])


def _terminal_growth(normals: Floats, wacc: Floats, risk_free: float) -> Floats:
    most = np.maximum(np.minimum(risk_free, wacc - GROWTH_BELOW_WACC), 0.0)
    drawn = TERMINAL_GROWTH + TERMINAL_GROWTH_ERROR * normals
    return np.asarray(np.clip(drawn, 0.0, most))
