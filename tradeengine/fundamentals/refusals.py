"""
What the model refuses, by which rule, with the number and the limit.

Growth after the last year has no rule: it is drawn at least two points below WACC.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite

from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.monte_carlo import MARGIN_BOUNDS, WACC_BOUNDS, Outlook
from tradeengine.fundamentals.outlook import Assumptions, MarketFacts
from tradeengine.model.rejections import Rejection, Stage, Weight

TERMINAL_SHARE_MOST = 0.90
"""Of the enterprise value, that may come after the last year."""

PLAUSIBLE = (0.1, 10.0)
"""Median value over price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """A company on the one path without shocks, dollars."""

    enterprise: float
    terminal: float
    """Present value of what comes after the last year."""

    per_share: float


class Refusal(StrEnum):
    """Why a company has no value."""

    MARKET_MISSING = "MARKET_MISSING"
    NONFINITE = "NONFINITE"
    NONPOSITIVE = "NONPOSITIVE"
    EV_NEGATIVE = "EV_NEGATIVE"
    MODEL_DOMAIN = "MODEL_DOMAIN"
    VALUE_IMPLAUSIBLE = "VALUE_IMPLAUSIBLE"


@dataclass(frozen=True, slots=True)
class Refuser:
    """Refuses one company, with the rule, the number and the limit."""

    company: CompanyInputs
    as_of: date

    def __call__(self, code: Refusal, field: str, found: str, limit: str) -> Rejection:
        transient = code in (Refusal.MARKET_MISSING, Refusal.NONFINITE)
        return Rejection(
            symbol=self.company.symbol,
            stage=Stage.VALUATION,
            code=code,
            field=field,
            value=found,
            limit=limit,
            source=f"inputs of CIK {self.company.cik} as of {self.company.as_of}",
            as_of=self.as_of,
            weight=Weight.TRANSIENT if transient else Weight.STRUCTURAL,
        )

    def without_market(self) -> Rejection:
        """Refuse a company without a price and a beta."""
        return self(Refusal.MARKET_MISSING, "market facts", "none", "a price and a beta")

    def odd_numbers(self, market: MarketFacts, assumed: Assumptions) -> Rejection | None:
        """Refuse what is no number, and what must be above nothing and is not."""
        numbers = {
            "price": market.price,
            "beta": market.beta,
            "beta_error": market.beta_error,
            "risk_free": assumed.risk_free,
        }
        for name, number in numbers.items():
            if not isfinite(number):
                return self(Refusal.NONFINITE, name, f"{number}", "a number")
        above = {
            "price": market.price,
            "revenue": self.company.revenue.value,
            "shares": self.company.shares.value,
        }
        for name, number in above.items():
            if not number > 0:
                return self(Refusal.NONPOSITIVE, name, f"{number:g}", "above 0")
        return None

    def outside(self, outlook: Outlook, middle: Middle) -> Rejection | None:
        """Refuse what the model was not made for; `middle` is the path without shocks."""
        return self._no_enterprise(outlook, middle) or self._out_of_domain(outlook, middle)

    def implausible(self, median: float, price: float) -> Rejection | None:
        """Refuse a value that says more of the inputs than of the share."""
        low, high = PLAUSIBLE
        if low <= median / price <= high:
            return None
        ratio, limit = f"{median / price:.3g}", f"{low:g} to {high:g}"
        return self(Refusal.VALUE_IMPLAUSIBLE, "median value / price", ratio, limit)

    def _no_enterprise(self, outlook: Outlook, middle: Middle) -> Rejection | None:
        firm = outlook.firm
        at_market = outlook.capital.equity + firm.net_debt + firm.minorities
        by_model = middle.enterprise
        for name, number in (("at the market", at_market), ("by the model", by_model)):
            if number <= 0:
                code, field = Refusal.EV_NEGATIVE, f"enterprise value {name}"
                return self(code, field, f"{number:,.0f}", "above 0")
        return None

    def _out_of_domain(self, outlook: Outlook, middle: Middle) -> Rejection | None:
        cost = float(outlook.cost(outlook.beta, outlook.premium))
        after = middle.terminal / middle.enterprise
        limits = (
            ("EBITDA margin", outlook.margin, MARGIN_BOUNDS),
            ("WACC", cost, WACC_BOUNDS),
            ("value after the last year", after, (-float("inf"), TERMINAL_SHARE_MOST)),
        )
        for name, number, (low, high) in limits:
            if not low <= number <= high:
                code, limit = Refusal.MODEL_DOMAIN, f"{low:.0%} to {high:.0%}"
                return self(code, name, f"{number:.1%}", limit.replace("-inf% to", "at most"))
        return None
