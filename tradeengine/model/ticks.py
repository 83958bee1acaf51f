"""
Price ticks: $0.01 at and above a dollar, $0.0001 below (Rule 612 of Regulation NMS).

Rounding has a direction: the caller says which, because it decides who pays.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")


def tick_at(price: Decimal) -> Decimal:
    """Give the smallest price step at a price."""
    return _CENT if price >= 1 else _FINE


def tick_down(price: Decimal) -> Decimal:
    """Round a price down to a tick."""
    return price.quantize(tick_at(price), rounding=ROUND_FLOOR)


def tick_up(price: Decimal) -> Decimal:
    """Round a price up to a tick."""
    return price.quantize(tick_at(price), rounding=ROUND_CEILING)
