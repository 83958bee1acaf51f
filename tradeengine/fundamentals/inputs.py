"""What a valuation needs to know of a company, each figure with its origin."""

from datetime import date

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True, gc=False):
    """A number in dollars (or shares), the tag rule that gave it, its period's end, its filing."""

    value: float
    rule: str
    end: date
    filed: date
    method: str = ""
    """How the period was made: `FY`, `FY+6M-prior6M`, `4Q`, `instant`, `average`."""

    accessions: tuple[str, ...] = ()
    """The filings behind it."""


class CompanyInputs(Struct, frozen=True, kw_only=True):
    """
    Validated inputs of one company for the session `as_of`.

    All of it was filed before that day (a filing counts from the next open on).

    Flows are of the trailing twelve months; stocks are those of the latest balance sheet.
    Dollars, except `shares` (outstanding) and `dilution` (a factor of at least 1).
    """

    symbol: str
    cik: int
    name: str
    sic: int
    as_of: date

    revenue: Figure
    ebit: Figure
    depreciation: Figure
    capex: Figure
    pretax: Figure
    tax: Figure
    interest: Figure
    operating_cash_flow: Figure
    net_income: Figure

    working_capital: Figure
    """Operating working capital: current assets less cash, less current liabilities but debt."""

    debt: Figure
    debt_year_ago: Figure | None
    cash: Figure
    """Cash and short-term investments."""

    long_term_investments: Figure | None = None
    """Marketable securities that are held for more than a year."""

    equity: Figure
    equity_year_ago: Figure | None
    noncontrolling: Figure | None
    preferred: Figure | None
    assets: Figure
    shares: Figure
    dilution: float

    annual_revenue: tuple[Figure, ...]
    """Fiscal years, the oldest first; one tag for all."""

    annual_ebit: tuple[Figure, ...]
    annual_depreciation: tuple[Figure, ...]
    annual_capex: tuple[Figure, ...]
    annual_working_capital: tuple[Figure, ...]
    """At the ends of fiscal years, where a balance sheet has all of its parts."""

    warnings: tuple[str, ...] = ()
    """Checks that failed without refusing the company: `CODE:input`."""

    @property
    def ebitda(self) -> float:
        """Earnings before interest, tax, depreciation: never a tag of its own."""
        return self.ebit.value + self.depreciation.value
