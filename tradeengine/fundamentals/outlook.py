"""
From what a company filed to what the model asks: the outlook, and the rules that made it.

Shares of revenue are medians of the last years and months. What is outside of sense is
bounded, and every bound that bit is named.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from msgspec import Struct

from tradeengine.fundamentals.dcf import Capital, Firm, Floats
from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.fundamentals.monte_carlo import (
    EXCESS_RETURN,
    EXPLICIT,
    YEARS,
    Outlook,
)
from tradeengine.fundamentals.prospects import Estimate, Prospects, middle_share

GROWTH_MOST = 0.25
"""Growth of the first year, at most."""

TAX_BOUNDS = (0.10, 0.30)
TAX_AFTER = 0.25
"""What every tax rate fades to."""

LONG_TERM_HAIRCUT = 0.10
"""What securities that are held for more than a year may lose when they are wanted."""

WORKING_CAPITAL_BOUNDS = (-0.30, 0.50)
"""Share of revenue, winsorised."""


class MarketFacts(Struct, frozen=True, kw_only=True):
    """What the market says of a company: dollars a share, beta to SPY and its standard error."""

    symbol: str
    price: float
    beta: float
    beta_error: float
    sector: str


class Assumptions(Struct, frozen=True, kw_only=True):
    """What is the same for every company on a day; fractions a year."""

    as_of: date
    risk_free: float
    """Yield of 10-year Treasuries."""

    premium: float
    premium_error: float
    premium_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An outlook, and in words which rule gave each number."""

    outlook: Outlook
    rules: tuple[str, ...]
    vintage: date
    """Latest filing among the inputs."""


def read(
    company: CompanyInputs, market: MarketFacts, assumed: Assumptions, expected: Prospects
) -> Reading:
    """Make the outlook of one company."""
    rules = _Rules()
    revenue, tax = company.revenue.value, _tax(company, rules)
    depreciation = middle_share(company, company.annual_depreciation, company.depreciation)
    spent = middle_share(company, company.annual_capex, company.capex)
    tied = middle_share(company, company.annual_working_capital, company.working_capital)
    tied = rules.bounded("working capital", tied, WORKING_CAPITAL_BOUNDS)
    capital = capital_of(company, market.price)
    outlook = Outlook(
        firm=Firm(
            revenue=revenue,
            depreciation=depreciation,
            capital_expenditure=spent,
            working_capital=tied,
            net_debt=company.debt.value - company.cash.value - _later_cash(company),
            minorities=_of_others(company),
            shares=diluted(company),
        ),
        capital=capital,
        growth=_first_growth(expected.growth, rules),
        growth_spread=expected.growth.spread,
        margin=company.ebitda / revenue,
        margin_mean=expected.margin.mean,
        margin_spread=expected.margin.spread,
        tax=faded(tax, TAX_AFTER),
        capital_expenditure=np.full(YEARS, spent),
        beta=market.beta,
        beta_error=market.beta_error,
        premium=assumed.premium,
        premium_error=assumed.premium_error,
        risk_free=assumed.risk_free,
    )
    rules.tell("growth", _drawn(expected.growth, float(np.expm1(expected.growth.mean))))
    rules.tell("margin", _drawn(expected.margin, expected.margin.mean))
    after = sustaining(outlook)
    whole = replace(outlook, capital_expenditure=faded(spent, after))
    return Reading(
        outlook=whole, rules=(*_figures(company), *rules.told), vintage=vintage_of(company)
    )


def faded(now: float, after: float) -> Floats:
    """Give one number a year: as it is in the explicit years, then in a line to what is after."""
    steps = np.maximum(np.arange(1, YEARS + 1) - EXPLICIT, 0) / (YEARS - EXPLICIT)
    return np.asarray(now + (after - now) * steps, dtype=np.float64)


def sustaining(outlook: Outlook) -> float:
    """
    Give the capital expenditure, a share of revenue, that the growth after the last year wants.

    Replaces depreciation, and adds what growth over the return on new capital asks of the
    profit, less what working capital takes of that.
    """
    firm, growth = outlook.firm, outlook.terminal_growth
    profit = max(outlook.margin_mean - float(firm.depreciation), 0.0) * (1.0 - TAX_AFTER)
    added = profit * growth / (outlook.wacc + EXCESS_RETURN)
    tied = float(firm.working_capital) * growth / (1.0 + growth)
    return float(firm.depreciation) + max(added - tied, 0.0)


def diluted(company: CompanyInputs) -> float:
    """Give the diluted shares."""
    return company.shares.value * company.dilution


def capital_of(company: CompanyInputs, price: float) -> Capital:
    """Give what the company is financed with, at a share's price in dollars."""
    ago = company.debt_year_ago
    average = company.debt.value if ago is None else (company.debt.value + ago.value) / 2.0
    return Capital(
        equity=price * diluted(company),
        debt=company.debt.value,
        interest=company.interest.value,
        average_debt=average,
    )


def vintage_of(company: CompanyInputs) -> date:
    """Give the day of the latest filing among the inputs."""
    return max(figure.filed for figure in _every(company).values())


def _of_others(company: CompanyInputs) -> float:
    parts = (company.noncontrolling, company.preferred)
    return sum(part.value for part in parts if part is not None)


def _later_cash(company: CompanyInputs) -> float:
    held = company.long_term_investments
    return 0.0 if held is None else (1.0 - LONG_TERM_HAIRCUT) * held.value


def _tax(company: CompanyInputs, rules: "_Rules") -> float:
    if company.pretax.value <= 0:
        rules.tell("tax", f"no profit before tax: {TAX_AFTER:.0%}")
        return TAX_AFTER
    return rules.bounded("tax", company.tax.value / company.pretax.value, TAX_BOUNDS)


def _first_growth(growth: Estimate, rules: "_Rules") -> float:
    return rules.bounded("growth of year 1", float(np.expm1(growth.mean)), (-1.0, GROWTH_MOST))


def _drawn(estimate: Estimate, mean: float) -> str:
    middle = "the prior" if not estimate.peers else f"{estimate.peers} of {estimate.group}"
    return f"{mean:.1%} from {estimate.own_years} own years and {middle}"


def _every(company: CompanyInputs) -> dict[str, Figure]:
    found = {name: getattr(company, name) for name in company.__struct_fields__}
    return {name: value for name, value in found.items() if isinstance(value, Figure)}


def _figures(company: CompanyInputs) -> list[str]:
    return [f"{name}: {figure.rule}" for name, figure in _every(company).items()]


@dataclass(slots=True)
class _Rules:
    """What was done to the numbers, told in words."""

    told: list[str] = field(default_factory=list)

    def tell(self, name: str, words: str) -> None:
        self.told.append(f"{name}: {words}")

    def bounded(self, name: str, value: float, bounds: tuple[float, float]) -> float:
        low, high = bounds
        kept = min(max(value, low), high)
        if kept != value:
            self.tell(name, f"{value:.1%} bounded to {kept:.1%}")
        return kept
