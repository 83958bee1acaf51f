"""
What a company's own years say of its growth and margin, shrunk towards its sector.

A few years of one company say little. So its mean and its spread count with the number of
its years, and those of its sector's middle company with five years more.
A sector of fewer than five companies is the whole cross-section; a cross-section of fewer
than five has the prior of this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log, sqrt
from statistics import fmean, median

from tradeengine.fundamentals.inputs import CompanyInputs, Figure

History = tuple[float, ...]
"""One number a fiscal year, the oldest first."""

SECTOR_YEARS = 5
"""Years that the sector's middle counts for."""

LEAST_PEERS = 5
YEARS = 5
"""Latest fiscal years whose margins count."""

PRIOR_GROWTH, PRIOR_GROWTH_SPREAD = 0.04, 0.08
"""Log growth of revenue a year of a company of which nothing is known, and its spread."""

PRIOR_MARGIN, PRIOR_MARGIN_SPREAD = 0.15, 0.03
"""EBITDA a dollar of revenue of such a company, and its spread over the years."""

_BOUND = 0.5
"""Largest log growth of one year that is believed; beyond it is a merger or a split-off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean and the spread of single years around it, shrunk, and what they rest on."""

    mean: float
    spread: float
    own_years: int
    peers: int
    """Companies whose middle it is drawn to; 0: the prior."""

    group: str
    """Their sector, `all`, or `prior`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """Log growth of revenue a year, and EBITDA a dollar of revenue."""

    growth: Estimate
    margin: Estimate


def prospects(companies: Sequence[CompanyInputs], sectors: Sequence[str]) -> list[Prospects]:
    """Estimate each company within the cross-section of all; `sectors` has one name for each."""
    growth = _shrunk(
        [growths(company) for company in companies],
        sectors,
        (PRIOR_GROWTH, PRIOR_GROWTH_SPREAD),
    )
    margin = _shrunk(
        [margins(company) for company in companies],
        sectors,
        (PRIOR_MARGIN, PRIOR_MARGIN_SPREAD),
    )
    return [Prospects(growth=g, margin=m) for g, m in zip(growth, margin, strict=True)]


def growths(company: CompanyInputs) -> History:
    """Give the log growth of revenue of each fiscal year, as a rate a year, bounded."""
    known = [year for year in company.annual_revenue if year.value > 0]
    rates = [
        log(later.value / earlier.value) * 365.25 / (later.end - earlier.end).days
        for earlier, later in pairwise(known)
        if later.end > earlier.end
    ]
    return tuple(min(max(rate, -_BOUND), _BOUND) for rate in rates)


def margins(company: CompanyInputs) -> History:
    """Give EBITDA a dollar of revenue in the last fiscal years; of the last months if none."""
    revenue = _by_year(company.annual_revenue)
    ebit, added = _by_year(company.annual_ebit), _by_year(company.annual_depreciation)
    years = [year for year in sorted(revenue) if revenue[year] > 0]
    found = [
        (ebit[year] + added[year]) / revenue[year]
        for year in years
        if year in ebit and year in added
    ]
    return tuple(found[-YEARS:]) or (company.ebitda / company.revenue.value,)


def middle_share(company: CompanyInputs, flows: tuple[Figure, ...], latest: Figure) -> float:
    """Give the median share of revenue that a flow has in the last years and months."""
    revenue, flow = _by_year(company.annual_revenue), _by_year(flows)
    shares = [flow[year] / revenue[year] for year in sorted(flow) if revenue.get(year, 0.0) > 0]
    return median([*shares[-YEARS:], latest.value / company.revenue.value])


def _by_year(figures: tuple[Figure, ...]) -> dict[date, float]:
    return {figure.end: figure.value for figure in figures}


def _shrunk(
    histories: Sequence[History], sectors: Sequence[str], prior: tuple[float, float]
) -> list[Estimate]:
    groups: dict[str, list[History]] = {}
    for history, sector in zip(histories, sectors, strict=True):
        if len(history):
            groups.setdefault(sector, []).append(history)
    everybody = [history for group in groups.values() for history in group]
    middles = {
        name: (_middle(group), name, len(group))
        for name, group in {**groups, _ALL: everybody}.items()
        if len(group) >= LEAST_PEERS
    }
    whole = middles.get(_ALL, ((prior[0], None), "prior", 0))

    def drawn(history: History, sector: str) -> Estimate:
        middle, name, peers = middles.get(sector, whole)
        # A sector in which no company has two years does not know its spread.
        mean, spread = middle
        return _drawn(history, (mean, prior[1] if spread is None else spread), name, peers)

    return [drawn(*pair) for pair in zip(histories, sectors, strict=True)]


_ALL = "all"


def _middle(group: Sequence[History]) -> tuple[float, float | None]:
    """Give mean and spread of the middle company; spreads want two years."""
    spreads = [sqrt(_variance(history)) for history in group if len(history) > 1]
    return median(map(fmean, group)), median(spreads) if spreads else None


def _variance(history: History) -> float:
    mean = fmean(history)
    return sum((year - mean) ** 2 for year in history) / (len(history) - 1)


def _drawn(history: History, towards: tuple[float, float], group: str, peers: int) -> Estimate:
    years, (mean, spread) = len(history), towards
    own = fmean(history) if years else 0.0
    # One year has no spread of its own: it counts for none there.
    freedom = max(years - 1, 0)
    variance = _variance(history) if freedom else 0.0
    return Estimate(
        mean=(years * own + SECTOR_YEARS * mean) / (years + SECTOR_YEARS),
        spread=sqrt((freedom * variance + SECTOR_YEARS * spread**2) / (freedom + SECTOR_YEARS)),
        own_years=years,
        peers=peers,
        group=group,
    )
