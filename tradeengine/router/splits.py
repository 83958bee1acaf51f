"""
Splits, told by what they leave unchanged.

A split changes how many shares there are and not what they cost. The broker books
it on the position; what becomes of the stop differs from broker to broker and from
split to split: adjusted, cancelled, or left as it was.
"""

from decimal import Decimal
from fractions import Fraction

from tradeengine.model.events import BrokerPosition

_LARGEST_PART = 100
"""Splits are ratios of small whole numbers: 3:2, 1:10, 20:1."""

_COST_TOLERANCE = Decimal("0.001")
"""Fraction by which equal costs may differ: brokers round the average to a cent or finer."""


def ratio_of(before: Decimal, after: Decimal) -> Decimal | None:
    """Give new shares for each old one; None where no split makes `after` of `before`."""
    if not before or not after or before == after or before * after < 0:
        return None
    exact = Fraction(after) / Fraction(before)
    simple = exact.limit_denominator(_LARGEST_PART)
    # Fractions of a share are paid out: the whole shares may be one less than the ratio says.
    if not simple or abs(simple * Fraction(before) - Fraction(after)) >= 1:
        return None
    if max(simple.numerator, simple.denominator) > _LARGEST_PART or simple == 1:
        return None
    return Decimal(simple.numerator) / Decimal(simple.denominator)


def split_of(quantity: Decimal, average_price: Decimal, told: BrokerPosition) -> Decimal | None:
    """Give the ratio of a split between our position and the broker's; None if it is none."""
    ratio = ratio_of(quantity, told.quantity)
    ours, theirs = quantity * average_price, told.quantity * told.average_price
    if ratio is None or not ours or abs(theirs - ours) > _COST_TOLERANCE * abs(ours):
        return None
    return ratio


def is_beyond(price: Decimal, market: Decimal, quantity: Decimal) -> bool:
    """Tell whether a stop at `price` would trigger at once at the market."""
    return price >= market if quantity > 0 else price <= market


def level_after(
    level: Decimal, stopped: Decimal, position: BrokerPosition, market: Decimal
) -> Decimal:
    """
    Give where a stop found at the broker belongs now, dollars.

    `level` is its price, `stopped` its shares. A stop that a split has passed by is
    through the market, or far from what the shares cost; divided by the ratio of
    shares it is near again.
    """
    ratio = ratio_of(stopped, abs(position.quantity))
    if ratio is None:
        return level
    moved = level / ratio
    candidates = [p for p in (level, moved) if not is_beyond(p, market, position.quantity)]
    return min(candidates or [level], key=lambda price: abs(price - position.average_price))
