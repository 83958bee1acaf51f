"""
What shares are worth on a day, and how probable it is that they cost less: `value`.

A probability of the model, not of the world. What the model does not understand it refuses,
with the rule, the number and the limit (quant.md 3.7); a refusal is never a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
from msgspec import Struct

from tradeengine.fundamentals.dcf import Floats, Worth
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.monte_carlo import (
    MODEL_VERSION,
    Simulator,
    central,
    seed_of,
)
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts, Reading, read
from tradeengine.fundamentals.prospects import Prospects, prospects
from tradeengine.fundamentals.refusals import Refuser
from tradeengine.model.rejections import Rejection

PERCENTILES = (5, 25, 50, 75, 95)


class Valuation(Struct, frozen=True, kw_only=True):
    """What a share is worth, dollars, on so many paths."""

    symbol: str
    cik: int
    as_of: date
    price: float
    p_undervalued: float
    """Share of paths on which the value exceeds the price, 0 to 1."""

    standard_error: float
    """Of `p_undervalued`, from the drawing alone."""

    mean: float
    percentiles: dict[int, float]
    central: float
    """On the one path without shocks."""

    terminal_share: float
    """Part of the enterprise value that comes after the last year, on that path."""

    paths: int
    seed: int
    model_version: int
    vintage: date
    """Latest filing behind it."""

    assumptions: dict[str, float]
    premium_date: date
    rules: tuple[str, ...]

    @property
    def median(self) -> float:
        """The middle of the paths, dollars a share."""
        return self.percentiles[50]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """A valuation with its paths: dollars a share; path n and n + half are opposites."""

    valuation: Valuation
    per_share: Floats


def value(
    companies: Sequence[CompanyInputs],
    market: Sequence[MarketFacts],
    assumed: Assumptions,
    paths: int = 10_000,
) -> list[Valuation | Rejection]:
    """
    Value each company, in the order given; `paths` is made even.

    The companies are also each other's cross-section: growth and margins are drawn to the
    middle of their sector. Market facts are found by symbol; a company without is refused.
    """
    every = _appraisals(companies, market, assumed, paths)
    return [each.valuation if isinstance(each, Appraisal) else each for each in every]


def appraise(
    symbol: str,
    companies: Sequence[CompanyInputs],
    market: Sequence[MarketFacts],
    assumed: Assumptions,
    paths: int = 10_000,
) -> Appraisal | Rejection:
    """
    Value one of the companies as `value` does, and keep its paths.

    Raises KeyError for a symbol that is not among them.
    """
    for each in _appraisals(companies, market, assumed, paths, only=symbol):
        return each
    raise KeyError(symbol)


def _appraisals(
    companies: Sequence[CompanyInputs],
    market: Sequence[MarketFacts],
    assumed: Assumptions,
    paths: int,
    only: str | None = None,
) -> Iterator[Appraisal | Rejection]:
    facts = {each.symbol: each for each in market}
    sectors = [_sector(facts, company) for company in companies]
    expected = prospects(companies, sectors)
    simulator = Simulator(paths)
    for company, each in zip(companies, expected, strict=True):
        if only in (None, company.symbol):
            yield _appraised(company, facts.get(company.symbol), assumed, each, simulator)


def _sector(facts: Mapping[str, MarketFacts], company: CompanyInputs) -> str:
    found = facts.get(company.symbol)
    return "unknown" if found is None else found.sector


def _appraised(
    company: CompanyInputs,
    market: MarketFacts | None,
    assumed: Assumptions,
    expected: Prospects,
    simulator: Simulator,
) -> Appraisal | Rejection:
    refuse = Refuser(company, assumed.as_of)
    if market is None:
        return refuse.without_market()
    if (odd := refuse.odd_numbers(market, assumed)) is not None:
        return odd
    reading = read(company, market, assumed, expected)
    middle = central(reading.outlook)
    if (outside := refuse.outside(reading.outlook, middle)) is not None:
        return outside
    drawn = simulator.per_share(reading.outlook, seed_of(company.cik, reading.vintage))
    found = _valuation(company, market, assumed, reading, middle, drawn)
    if (odd := refuse.implausible(found.median, market.price)) is not None:
        return odd
    return Appraisal(valuation=found, per_share=drawn)


def _valuation(
    company: CompanyInputs,
    market: MarketFacts,
    assumed: Assumptions,
    reading: Reading,
    middle: Worth,
    drawn: Floats,
) -> Valuation:
    cheap, rising, half = drawn > market.price, np.sort(drawn), len(drawn) // 2
    pairs = (cheap[:half].astype(np.float64) + cheap[half:]) / 2.0
    return Valuation(
        symbol=company.symbol,
        cik=company.cik,
        as_of=assumed.as_of,
        price=market.price,
        p_undervalued=float(cheap.mean()),
        standard_error=float(pairs.std()) / sqrt(half),
        mean=float(rising.mean()),
        percentiles={percent: _quantile(rising, percent) for percent in PERCENTILES},
        central=float(middle.per_share[0]),
        terminal_share=float(middle.terminal[0] / middle.enterprise[0]),
        paths=len(rising),
        seed=seed_of(company.cik, reading.vintage),
        model_version=MODEL_VERSION,
        vintage=reading.vintage,
        assumptions=_assumptions(reading, assumed),
        premium_date=assumed.premium_date,
        rules=reading.rules,
    )


def _quantile(rising: Floats, percent: int) -> float:
    """Give a quantile between the two nearest values, as numpy's default does."""
    place = (len(rising) - 1) * percent / 100.0
    below = int(place)
    above = min(below + 1, len(rising) - 1)
    return float(rising[below] + (rising[above] - rising[below]) * (place - below))


def _assumptions(reading: Reading, assumed: Assumptions) -> dict[str, float]:
    outlook, firm = reading.outlook, reading.outlook.firm
    return {
        "risk_free": assumed.risk_free,
        "premium": outlook.premium,
        "premium_error": outlook.premium_error,
        "beta": outlook.beta,
        "beta_error": outlook.beta_error,
        "wacc": outlook.wacc,
        "revenue": firm.revenue,
        "growth": outlook.growth,
        "growth_spread": outlook.growth_spread,
        "terminal_growth": outlook.terminal_growth,
        "margin": outlook.margin,
        "margin_mean": outlook.margin_mean,
        "margin_spread": outlook.margin_spread,
        "depreciation": firm.depreciation,
        "capital_expenditure": float(outlook.capital_expenditure[0]),
        "capital_expenditure_after": float(outlook.capital_expenditure[-1]),
        "working_capital": firm.working_capital,
        "tax": float(outlook.tax[0]),
        "tax_after": float(outlook.tax[-1]),
        "net_debt": firm.net_debt,
        "minorities": firm.minorities,
        "shares": firm.shares,
    }
