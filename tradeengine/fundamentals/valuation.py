"""
What shares are worth on a day, and how probable it is that they cost less: `value`.

A probability of the model, not of the world. What the model does not understand it refuses,
with the rule, the number and the limit; a refusal is never a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

import numpy as np
from msgspec import Struct

from tradeengine.fundamentals.central import central
from tradeengine.fundamentals.dcf import Floats, Number, Worth
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.monte_carlo import (
    MODEL_VERSION,
    Simulator,
    seed_of,
)
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts, Reading, read
from tradeengine.fundamentals.prospects import Prospects, prospects
from tradeengine.fundamentals.refusals import Middle, Refuser
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
    """A valuation with its paths, dollars a share, in no order."""

    valuation: Valuation
    per_share: Floats


def value(
    companies: Sequence[CompanyInputs],
    market: Sequence[MarketFacts],
    assumed: Assumptions,
    paths: int = 10_000,
) -> list[Valuation | Rejection]:
    """
    Value each company, in the order given; `paths` is rounded up to a multiple of four.

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
    every = zip(companies, prospects(companies, sectors), strict=True)
    read_or_refused = [
        _read(company, facts.get(company.symbol), assumed, expected)
        for company, expected in every
        if only in (None, company.symbol)
    ]
    outlooks = [each.reading.outlook for each in read_or_refused if isinstance(each, _Case)]
    middles = iter(_alone(central(outlooks), len(outlooks)) if outlooks else ())
    simulator = Simulator(paths)
    for each in read_or_refused:
        yield each.appraised(next(middles), simulator) if isinstance(each, _Case) else each


def _sector(facts: Mapping[str, MarketFacts], company: CompanyInputs) -> str:
    found = facts.get(company.symbol)
    return "unknown" if found is None else found.sector


def _read(
    company: CompanyInputs, market: MarketFacts | None, assumed: Assumptions, expected: Prospects
) -> "_Case | Rejection":
    refuse = Refuser(company, assumed.as_of)
    if market is None:
        return refuse.without_market()
    if (odd := refuse.odd_numbers(market, assumed)) is not None:
        return odd
    reading = read(company, market, assumed, expected)
    return _Case(company=company, market=market, assumed=assumed, reading=reading)


def _alone(worths: Worth, count: int) -> list[Middle]:
    """Take the companies of one calculation apart."""
    return [
        Middle(
            enterprise=float(worths.enterprise[column]),
            terminal=float(worths.terminal[column]),
            per_share=float(worths.per_share[column]),
        )
        for column in range(count)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One company that can be looked at."""

    company: CompanyInputs
    market: MarketFacts
    assumed: Assumptions
    reading: Reading

    def appraised(self, middle: Middle, simulator: Simulator) -> Appraisal | Rejection:
        """Value the company, or refuse it; `middle` is the path without shocks."""
        refuse = Refuser(self.company, self.assumed.as_of)
        if (outside := refuse.outside(self.reading.outlook, middle)) is not None:
            return outside
        seed = seed_of(self.company.cik, self.reading.vintage)
        drawn = simulator.per_share(self.reading.outlook, seed)
        found = self._valuation(middle, drawn, seed)
        if (odd := refuse.implausible(found.median, found.price)) is not None:
            return odd
        return Appraisal(valuation=found, per_share=drawn.ravel())

    def _valuation(self, middle: Middle, drawn: Floats, seed: int) -> Valuation:
        # The paths of one draw belong together: the error is that of the draws' means.
        means = (drawn > self.market.price).mean(axis=0)
        return Valuation(
            symbol=self.company.symbol,
            cik=self.company.cik,
            as_of=self.assumed.as_of,
            price=self.market.price,
            p_undervalued=float(means.mean()),
            standard_error=float(means.std()) / sqrt(len(means)),
            mean=float(drawn.mean()),
            percentiles=_percentiles(drawn.ravel()),
            central=middle.per_share,
            terminal_share=middle.terminal / middle.enterprise,
            paths=drawn.size,
            seed=seed,
            model_version=MODEL_VERSION,
            vintage=self.reading.vintage,
            assumptions=_assumptions(self.reading, self.assumed),
            premium_date=self.assumed.premium_date,
            rules=self.reading.rules,
        )


def _percentiles(drawn: Floats) -> dict[int, float]:
    """Give the paths below which so many percent of all lie; none is made between two paths."""
    places = [(len(drawn) - 1) * percent // 100 for percent in PERCENTILES]
    parted = np.partition(drawn, places)
    return {
        percent: float(parted[place]) for percent, place in zip(PERCENTILES, places, strict=True)
    }


def _assumptions(reading: Reading, assumed: Assumptions) -> dict[str, float]:
    outlook, firm = reading.outlook, reading.outlook.firm
    numbers: dict[str, Number] = {
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
    return {name: float(number) for name, number in numbers.items()}
