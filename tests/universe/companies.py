"""A company whose figures a test names."""

from datetime import date

from tradeengine.fundamentals.inputs import CompanyInputs, Figure

FILED = date(2010, 2, 20)


def figure(value: float, filed: date = FILED) -> Figure:
    return Figure(value=value, rule="Tag", end=date(2009, 12, 31), filed=filed)


ZERO = figure(0.0)

GOOD = CompanyInputs(
    symbol="GOOD", cik=1, name="Good", sic=2000, as_of=date(2010, 7, 1),
    revenue=ZERO, ebit=ZERO, depreciation=ZERO, pretax=ZERO, tax=ZERO, interest=ZERO,
    working_capital=ZERO, cash=ZERO, assets=ZERO,
    net_income=figure(20.0), equity=figure(110.0), equity_year_ago=figure(90.0),
    debt=figure(33.0), debt_year_ago=None,
    operating_cash_flow=figure(30.0), capex=figure(10.0), shares=figure(10.0),
    noncontrolling=None, preferred=None, dilution=1.0,
    annual_revenue=(), annual_ebit=(), annual_depreciation=(), annual_capex=(),
    annual_working_capital=(),
)  # fmt: skip
"""Earns 20 on 100, owes 33 on 110, gives 20; ten shares."""
