"""
Orders that take risk away: exits, broker-held stops and the flatten.

They always pass, but never for more than is held: a sale of shares that are not
there would open a short. What an ended order has sold and no fill has told yet is
not there any more. A second exit beside an open one is refused; a stop covers what
no other stop covers. The flatten follows the broker's truth with
cancels of its own, so nothing but the position bounds it.
"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.orders import Purpose
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.exposure import ExposureBook

ZERO = Decimal(0)

# Orders found at the broker do not count as exits: the router cancels them.
_EXITS = {Purpose.EXIT, Purpose.FLATTEN}


def closing_quantity(intent: OrderIntent, book: ExposureBook) -> Decimal | Denied:
    """Settle the shares of an order that closes; all there is when none are named."""
    held = book.held(intent.symbol).quantity
    closable = max(ZERO, -intent.side.sign * held)
    if intent.purpose is not Purpose.FLATTEN:
        closable = max(ZERO, closable - book.missing(intent.symbol, intent.side))
    if intent.purpose is Purpose.EXIT and _is_open(intent, book):
        return Denied(Denial.DUPLICATE_INTENT, "one open exit", "another exit is open")
    if intent.purpose is Purpose.PROTECT:
        protected = _protected(intent, book)
        if closable and protected >= closable:
            return Denied(Denial.DUPLICATE_INTENT, f"{closable} shares", f"{protected} covered")
        closable -= protected
    wanted = closable if intent.quantity is None else intent.quantity
    quantity = min(wanted, closable)
    if quantity > 0:
        return quantity
    return Denied(Denial.SIZE_ZERO, f"position {held}", f"{intent.side.value} of {wanted}")


def _is_open(intent: OrderIntent, book: ExposureBook) -> bool:
    return any(
        r.purpose in _EXITS and r.side is intent.side and not (r.is_found or r.has_ended)
        for r in book.open_orders(intent.symbol)
    )


def _protected(intent: OrderIntent, book: ExposureBook) -> Decimal:
    orders = book.open_orders(intent.symbol)
    stops = (r for r in orders if r.purpose is Purpose.PROTECT and r.side is intent.side)
    return sum((stop.left for stop in stops if not stop.has_ended), ZERO)
