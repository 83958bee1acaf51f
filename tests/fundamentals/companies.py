"""Companies made of round numbers, for tests of valuations."""

from datetime import date
from typing import Any

import msgspec

from tradeengine.fundamentals.inputs import CompanyInputs, Figure
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts

AS_OF = date(2010, 7, 1)
FILED = date(2010, 5, 3)

ASSUMED = Assumptions(
    as_of=AS_OF,
    risk_free=0.03,
    premium=0.045,
    premium_error=0.007,
    premium_date=date(2026, 1, 1),
)


def figure(value: float, year: int = 2010, rule: str = "Tag") -> Figure:
    return Figure(value=value, rule=rule, end=date(year, 3, 31), filed=FILED)


def years(*values: float) -> tuple[Figure, ...]:
    """Give fiscal years, the last of them 2009."""
    return tuple(
        Figure(value=value, rule="Tag", end=date(2009 - len(values) + place, 12, 31), filed=FILED)
        for place, value in enumerate(values, start=1)
    )


def company(symbol: str = "AAA", cik: int = 1, **changes: Any) -> CompanyInputs:  # noqa: ANN401 - of any field
    """Give a firm with revenue 1,000, EBITDA 250 and 100 shares; millions without the zeros."""
    given = CompanyInputs(
        symbol=symbol,
        cik=cik,
        name=f"{symbol} Inc",
        sic=3571,
        as_of=AS_OF,
        revenue=figure(1000.0, rule="Revenues"),
        ebit=figure(200.0),
        depreciation=figure(50.0),
        capex=figure(60.0),
        pretax=figure(180.0),
        tax=figure(45.0),
        interest=figure(20.0),
        operating_cash_flow=figure(190.0),
        net_income=figure(135.0),
        working_capital=figure(100.0),
        debt=figure(400.0),
        debt_year_ago=figure(420.0, 2009),
        cash=figure(100.0),
        equity=figure(800.0),
        equity_year_ago=None,
        noncontrolling=None,
        preferred=None,
        assets=figure(1500.0),
        shares=figure(100.0),
        dilution=1.0,
        annual_revenue=years(850.0, 900.0, 960.0),
        annual_ebit=years(160.0, 175.0, 190.0),
        annual_depreciation=years(42.0, 45.0, 48.0),
        annual_capex=years(51.0, 54.0, 58.0),
        annual_working_capital=(),
    )
    return msgspec.structs.replace(given, **changes)


def market(symbol: str = "AAA", price: float = 20.0, **changes: float | str) -> MarketFacts:
    given = MarketFacts(symbol=symbol, price=price, beta=1.1, beta_error=0.05, sector="Technology")
    return msgspec.structs.replace(given, **changes)
