"""
What a share may be worth: ten thousand futures of one company, through the model of `dcf`.

    growth[t] = g + (g0 - g) * 0.75^(t-1) + x[t],   x[t] = 0.3 * x[t-1] + shock
    margin[t] = margin[t-1] + 0.6 * (mean - margin[t-1]) + shock, correlated with growth's by 0.3

Beta, the equity premium, the growth after the last year and the return on new capital then
are drawn once a path; the whole value is multiplied by a model error of 20 percent, without
which the model would be far too sure of itself (quant.md 3.2). The cash flows themselves are
`dcf.worth`: there is no second model.

Paths come in pairs with opposite draws, so half the draws do and the mean is steadier. The
generator is seeded by the company, its latest filing and the version of the model: until the
next filing each day sees the same futures, so a value moves only when something else does.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np

from tradeengine.fundamentals.dcf import (
    Capital,
    Firm,
    Floats,
    Number,
    Paths,
    Worth,
    cost_of_capital,
    worth,
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
        return float(np.clip(self.cost(self.beta, self.premium), *WACC_BOUNDS))

    @property
    def terminal_growth(self) -> float:
        """Growth after the last year without any shock."""
        return float(_terminal_growth(np.zeros(1), np.array([self.wacc]), self.risk_free)[0])

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """What was drawn: `growth` and `margin` years x paths, the others one number a path."""

    growth: Floats
    margin: Floats
    beta: Floats
    premium: Floats
    wacc: Floats
    terminal_growth: Floats
    terminal_roic: Floats
    error: Floats
    """Factor on the value."""


class Simulator:
    """Draws futures into arrays that are made once. Not for two threads."""

    def __init__(self, paths: int) -> None:
        self.paths = paths + paths % 2
        self._half = self.paths // 2
        self._normals = np.empty((2 * YEARS + _ONCE, self._half))
        self._once = np.empty((_ONCE, self.paths))
        self._growth = np.empty((YEARS, self.paths))
        self._margin = np.empty((YEARS, self.paths))

    def per_share(self, outlook: Outlook, seed: int) -> Floats:
        """Value a share on every path, dollars; path n and path n + half have opposite draws."""
        futures = self.futures(outlook, seed)
        return worth(outlook.firm, paths_of(outlook, futures)).per_share * futures.error

    def futures(self, outlook: Outlook, seed: int) -> Futures:
        """Draw; the arrays are valid until the next call."""
        normals = np.random.Generator(np.random.PCG64(seed)).standard_normal(out=self._normals)
        return self.from_normals(outlook, normals)

    def from_normals(self, outlook: Outlook, normals: Floats) -> Futures:
        """Make futures of given normals, (2 x years + 5) x half the paths."""
        once = self._once
        once[:, : self._half] = normals[:_ONCE]
        np.negative(normals[:_ONCE], out=once[:, self._half :])
        beta = np.clip(outlook.beta + outlook.beta_error * once[0], *BETA_BOUNDS)
        premium = np.clip(outlook.premium + outlook.premium_error * once[1], *PREMIUM_BOUNDS)
        wacc = np.clip(outlook.cost(beta, premium), *WACC_BOUNDS)
        after = _terminal_growth(once[2], wacc, outlook.risk_free)
        excess = np.maximum(EXCESS_RETURN + EXCESS_RETURN_ERROR * once[3], 0.0)
        self._draw_growth(outlook, after, normals[_ONCE : _ONCE + YEARS])
        self._draw_margin(outlook, normals[_ONCE : _ONCE + YEARS], normals[_ONCE + YEARS :])
        return Futures(
            growth=self._growth,
            margin=self._margin,
            beta=beta,
            premium=premium,
            wacc=wacc,
            terminal_growth=after,
            terminal_roic=wacc + excess,
            error=np.exp(MODEL_ERROR * once[4] - MODEL_ERROR**2 / 2.0),
        )

    def _draw_growth(self, outlook: Outlook, after: Floats, shocks: Floats) -> None:
        spread = outlook.growth_spread * np.sqrt(1.0 - GROWTH_PERSISTENCE**2)
        off, left = outlook.growth_spread * shocks[0], 1.0
        for year, row in enumerate(self._growth):
            if year:
                off *= GROWTH_PERSISTENCE
                off += spread * shocks[year]
            np.multiply(after, 1.0 - left, out=row)
            row += outlook.growth * left
            self._apart(row, off)
            left *= FADE
        np.clip(self._growth, *GROWTH_BOUNDS, out=self._growth)

    def _draw_margin(self, outlook: Outlook, growth: Floats, own: Floats) -> None:
        kept = 1.0 - MARGIN_RETURN
        spread = outlook.margin_spread * np.sqrt(1.0 - kept**2)
        off, level = np.zeros(self._half), outlook.margin
        for year, row in enumerate(self._margin):
            level = outlook.margin_mean + kept * (level - outlook.margin_mean)
            off *= kept
            off += (spread * CORRELATION) * growth[year]
            off += (spread * np.sqrt(1.0 - CORRELATION**2)) * own[year]
            row[:] = level
            self._apart(row, off)
        np.clip(self._margin, *MARGIN_BOUNDS, out=self._margin)

    def _apart(self, row: Floats, off: Floats) -> None:
        """Move each pair of paths apart by the same."""
        row[: self._half] += off
        row[self._half :] -= off


def paths_of(outlook: Outlook, futures: Futures) -> Paths:
    """Give drawn futures as the paths of `dcf.worth`."""
    return Paths(
        growth=futures.growth,
        margin=futures.margin,
        tax=outlook.tax[:, None],
        wacc=futures.wacc,
        terminal_growth=futures.terminal_growth,
        terminal_roic=futures.terminal_roic,
        capital_expenditure=outlook.capital_expenditure[:, None],
    )


def central(outlook: Outlook) -> Worth:
    """Value the company on the one path without any shock; model error 1."""
    simulator = Simulator(2)
    futures = simulator.from_normals(outlook, np.zeros((2 * YEARS + _ONCE, 1)))
    return worth(outlook.firm, paths_of(outlook, futures))


def _terminal_growth(normals: Floats, wacc: Floats, risk_free: float) -> Floats:
    most = np.maximum(np.minimum(risk_free, wacc - GROWTH_BELOW_WACC), 0.0)
    drawn = TERMINAL_GROWTH + TERMINAL_GROWTH_ERROR * normals
    return np.asarray(np.clip(drawn, 0.0, most))
