"""What a check is: a pure function of the intent, the view and the limits."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


class Denied(NamedTuple):
    """A no: the reason, the limit and the actual, as text with units."""

    reason: Denial
    limit: str
    actual: str


Check = Callable[[OrderIntent, RiskView, RiskLimits], Denied | None]
"""Returns None to let the intent pass. From the size on, `intent.quantity` is settled."""


def dollars(amount: Decimal) -> str:
    """Write an amount of money for people."""
    return f"${amount:,.2f}"


def settled(amount: Decimal | None) -> Decimal:
    """Give an amount that an earlier check has made sure of. Raises ValueError if it did not."""
    if amount is None:
        raise ValueError("an amount that the checks rely on is missing")
    return amount
