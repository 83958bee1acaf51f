"""
What a company is worth: free cash flow to the firm, on many paths at once.

    revenue[t] = revenue[t-1] * (1 + growth[t])
    NOPAT[t]   = (EBITDA margin - depreciation) * revenue[t], taxed if it is a profit
    FCFF[t]    = NOPAT + depreciation - capital expenditure - change of working capital
    terminal   = NOPAT[T+1] * (1 - g / ROIC) / (WACC - g)

The terminal value is that of value drivers: growth that earns no more than it costs is
worth nothing. Cash flows come in the middle of the year unless said otherwise. Koller,
Goedhart and Wessels, "Valuation", chapter 2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = Floats | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """One company, money in one unit; shares of revenue are fractions. Each one number."""

    revenue: float
    """Of the last twelve months."""

    depreciation: float
    capital_expenditure: float
    working_capital: float
    """Share of each additional dollar of revenue that it ties up."""

    net_debt: float
    """Debt less cash and marketable securities."""

    minorities: float
    """Preferred shares and the part of others in consolidated equity."""

    shares: float
    """Diluted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Futures of one company: `growth` is T x N, the others T x N, N or one number."""

    growth: Floats
    margin: Number
    """EBITDA a dollar of revenue."""

    tax: Number
    wacc: Number
    terminal_growth: Number
    terminal_roic: Number
    capital_expenditure: Number | None = None
    """Share of revenue, one number a year (T x 1 or T x N); None: the firm's, every year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Values of each path (N), money in the firm's unit."""

    explicit: Floats
    terminal: Floats
    """Present value of what comes after the last year."""

    enterprise: Floats
    per_share: Floats


def worth(firm: Firm, paths: Paths, *, mid_year: bool = True) -> Worth:
    """Value a firm on every path. Raises ValueError unless WACC exceeds terminal growth."""
    if not np.all(np.asarray(paths.wacc) > np.asarray(paths.terminal_growth)):
        raise ValueError("the terminal growth must be below WACC on every path")
    years, count = paths.growth.shape
    revenue = np.full(count, float(firm.revenue))
    yearly = 1.0 / (1.0 + np.broadcast_to(paths.wacc, (count,)))
    discount = np.sqrt(1.0 + paths.wacc) * np.ones(count) if mid_year else np.ones(count)
    explicit = np.zeros(count)
    kept = _yearly(1.0 - np.asarray(paths.tax), years)
    margins = _yearly(np.asarray(paths.margin), years)
    spent: Number = firm.capital_expenditure
    if paths.capital_expenditure is not None:
        spent = paths.capital_expenditure
    spare = _yearly(firm.depreciation - np.asarray(spent), years)
    for year in range(years):
        added = revenue * paths.growth[year]
        revenue += added
        discount *= yearly
        operating = _taxed((margins[year] - firm.depreciation) * revenue, kept[year])
        explicit += (operating + spare[year] * revenue - firm.working_capital * added) * discount
    grown = revenue * (1.0 + paths.terminal_growth)
    last = _taxed((margins[-1] - firm.depreciation) * grown, kept[-1])
    reinvested = np.asarray(paths.terminal_growth) / paths.terminal_roic
    terminal = last * (1.0 - reinvested) / (paths.wacc - paths.terminal_growth) * discount
    enterprise = explicit + terminal
    equity = enterprise - firm.net_debt - firm.minorities
    per_share = np.maximum(equity, 0.0) / firm.shares
    return Worth(explicit=explicit, terminal=terminal, enterprise=enterprise, per_share=per_share)


def _yearly(values: Floats, years: int) -> Floats:
    """Give one row a year of what is T x N, T x 1, N or one number."""
    width = values.shape[-1] if values.ndim else 1
    return np.broadcast_to(values, (years, width))


def _taxed(profit: Floats, kept: Floats) -> Floats:
    """Take the tax off profits; a loss brings nothing back."""
    return np.asarray(np.minimum(profit, profit * kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Capital:
    """What a company is financed with, and what that costs."""

    equity: float
    """Market value, in the unit of `debt`."""

    debt: float
    interest: float
    """Of the last twelve months."""

    average_debt: float
    """Of the same months; what the interest was paid on."""


def cost_of_capital(
    capital: Capital, *, risk_free: float, premium: Number, beta: Number, tax: float
) -> Number:
    """
    Give WACC; all rates are fractions a year. Premium and beta may be one number a path.

    The cost of debt is what was paid on it, at least half a percent and at most ten above
    the risk-free rate.
    """
    of_equity = risk_free + beta * premium
    paid = capital.interest / capital.average_debt if capital.average_debt > 0 else 0.0
    of_debt = min(max(paid, risk_free + 0.005), risk_free + 0.10)
    whole = capital.equity + capital.debt
    return (capital.equity * of_equity + capital.debt * of_debt * (1.0 - tax)) / whole
