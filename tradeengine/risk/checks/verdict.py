"""What a check is: a pure function of the intent, the view and the limits."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView

T = TypeVar("T")


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


def settled(value: T | None) -> T:
    """Give what an earlier step has made sure of. Raises ValueError if it did not."""
    if value is None:
        raise ValueError("a value that the checks rely on is missing")
    return value
