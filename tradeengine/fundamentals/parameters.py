"""What the operator can choose about valuations."""

from datetime import date

from pydantic import Field

from tradeengine.model.parameters import Parameters


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
