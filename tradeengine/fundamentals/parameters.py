"""What the operator can choose about fundamentals and about valuations."""

from datetime import date

from pydantic import Field

from tradeengine.model.parameters import Parameters


class FundamentalsParameters(Parameters):
    """The `fundamentals` section: where filings come from, and what they must satisfy."""

    contact: str = Field(default="", pattern=r"^$|^([!-~]+ )*[!-~]+@[!-~]+\.[!-~]+$")
    """Who asks: `Name mail@example.com`. The SEC wants it in every request and blocks who does
    not say; needed for the real site, never for the embedded venue."""

    requests_per_second: float = Field(default=5.0, gt=0, le=10)
    """Requests to the SEC, over the whole process; its own limit is 10 for everybody together."""

    request_timeout_seconds: float = Field(default=30.0, ge=1, le=300)
    """How long one request may take, its body included."""

    request_attempts: int = Field(default=4, ge=1, le=10)
    """Times that one request is tried when the failure is of the passing kind."""

    backoff_first_seconds: float = Field(default=1.0, gt=0, le=60)
    """The first pause after a failure; it doubles. A Retry-After of the site counts as well."""

    backoff_cap_seconds: float = Field(default=30.0, gt=0, le=600)
    """The longest such pause, whatever the site asks for."""

    run_seconds_max: float = Field(default=1800.0, ge=10, le=14400)
    """How long fetching may take in all; companies not reached by then keep what they had."""

    failures_in_a_row_max: int = Field(default=5, ge=1, le=100)
    """Companies in a row that could not be fetched, after which the rest is not tried."""

    last_good_sessions_max: int = Field(default=5, ge=1, le=60)
    """Sessions for which filings count that could not be looked at anew; then nothing enters."""

    history_years_min: int = Field(default=3, ge=1, le=15)
    """Fiscal years that growth and margin are judged by. Five would be better; but XBRL began in
    2009, so that filings of 2010 hold three, and each later year one more."""

    revenue_dollars_min: float = Field(default=50e6, ge=0, le=1e12)
    """Revenue of twelve months below which a valuation by cash flow says nothing."""

    stale_days: int = Field(default=200, ge=100, le=400)
    """Age of a period's end beyond which a new filing is overdue."""

    balance_error_max_fraction: float = Field(default=0.01, gt=0, le=0.2)
    """How far assets may be from liabilities plus equity, as a share of assets."""

    shares_jump_max_fraction: float = Field(default=0.2, gt=0, le=1)
    """Change of the number of shares between two quarters that needs a split to explain it."""


class ValuationParameters(Parameters):
    """The `valuation` section of `config/config.yaml`."""

    paths: int = Field(default=10_000, ge=1_000, le=1_000_000)
    """Futures that are drawn for each company; at 10,000 the probability is right to 0.005."""

    equity_premium_fraction: float = Field(default=0.045, ge=0.03, le=0.065)
    """What the market is expected to return above 10-year Treasuries, fraction a year."""

    equity_premium_error_fraction: float = Field(default=0.007, ge=0, le=0.02)
    """Standard deviation of what is not known of that premium, fraction a year."""

    equity_premium_date: date = date(2026, 1, 1)
    """The day that the premium was estimated; valuations carry it."""
