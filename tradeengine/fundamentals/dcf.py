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

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = Floats | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """
    One company, money in one unit; shares of revenue are fractions.

    Each is one number, or N of them when every path is of a company of its own.
    """

    revenue: Number
    """Of the last twelve months."""

    depreciation: Number
    capital_expenditure: Number
    working_capital: Number
    """Share of each additional dollar of revenue that it ties up."""

    net_debt: Number
    """Debt less cash and marketable securities."""

    minorities: Number
    """Preferred shares and the part of others in consolidated equity."""

    shares: Number
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
    """Values of each path (N, or R x C), money in the firm's unit."""

    explicit: Floats
    terminal: Floats
    """Present value of what comes after the last year."""

    enterprise: Floats
    per_share: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One year of R x C paths: each one number, one a column (C), or one a path."""

    growth: Number
    """One number, or C: paths of one column sell the same."""

    margin: Number
    tax: Number
    capital_expenditure: Number
    """Share of revenue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """What holds for the whole of each path: each one number, or one a column (C)."""

    wacc: Number
    terminal_growth: Number
    terminal_roic: Number
    """This one may be one number a path too."""


def worth(firm: Firm, paths: Paths, *, mid_year: bool = True) -> Worth:
    """Value a firm on every path. Raises ValueError unless WACC exceeds terminal growth."""
    count, yearly = paths.growth.shape[1], paths.capital_expenditure
    spent = np.asarray(firm.capital_expenditure if yearly is None else yearly)
    margin, tax = np.asarray(paths.margin), np.asarray(paths.tax)

    def row(values: Floats, year: int) -> Floats:
        return values[year] if values.ndim == 2 else values

    years = (
        Year(
            growth=paths.growth[year],
            margin=row(margin, year),
            tax=row(tax, year),
            capital_expenditure=row(spent, year),
        )
        for year in range(len(paths.growth))
    )
    ends = Ends(
        wacc=paths.wacc, terminal_growth=paths.terminal_growth, terminal_roic=paths.terminal_roic
    )
    return worth_over(firm, years, ends, (count,), mid_year=mid_year)


def worth_over(
    firm: Firm, years: Iterable[Year], ends: Ends, shape: tuple[int, ...], *, mid_year: bool = True
) -> Worth:
    """
    Value a firm on paths of a shape, told year by year: a year may be written over by the next.

    At least one year, and revenue above 0. Paths of one column have revenue and discount in
    common, which so are reckoned once. Raises ValueError unless WACC exceeds terminal growth on
    every path.
    """
    if not np.all(np.asarray(ends.wacc) > np.asarray(ends.terminal_growth)):
        raise ValueError("the terminal growth must be below WACC on every path")
    # Written into the same few arrays every year: new ones would cost more than the sums. Revenue
    # is discounted as it grows, and all else is a share of it.
    revenue, added, gained = np.zeros((3, shape[-1]))
    revenue += firm.revenue * (np.sqrt(1.0 + ends.wacc) if mid_year else 1.0)
    yearly = 1.0 / (1.0 + np.asarray(ends.wacc))
    explicit, profit, flow = np.zeros((3, *shape))
    for year in years:
        revenue *= yearly
        revenue += np.multiply(revenue, year.growth, out=added)
        gained += added
        np.subtract(year.margin, firm.depreciation, out=profit)
        _tax(profit, 1.0 - year.tax, out=flow)
        flow += firm.depreciation - year.capital_expenditure
        flow *= revenue
        explicit += flow
    explicit -= firm.working_capital * gained
    profit *= revenue * (1.0 + ends.terminal_growth)
    last = _tax(profit, 1.0 - year.tax, out=flow)
    reinvested = np.asarray(ends.terminal_growth) / ends.terminal_roic
    terminal = last * (1.0 - reinvested) / (ends.wacc - ends.terminal_growth)
    enterprise = explicit + terminal
    equity = enterprise - firm.net_debt - firm.minorities
    per_share = np.maximum(equity, 0.0) / firm.shares
    return Worth(explicit=explicit, terminal=terminal, enterprise=enterprise, per_share=per_share)


def _tax(profit: Floats, kept: Number, out: Floats) -> Floats:
    """Take the tax off profits; a loss brings nothing back."""
    np.multiply(profit, kept, out=out)
    return np.minimum(profit, out, out=out)


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
