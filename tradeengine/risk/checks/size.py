"""Is the order of a reasonable size?"""

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.orders import TimeInForce
from tradeengine.risk.checks.verdict import Denied, dollars, settled
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def volume_is_known(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want the 20-day average volume, or no size can be right."""
    if view.symbol_plan(intent.symbol).adv20_shares:
        return None
    return Denied(Denial.ADV_LIMIT, f"{limits.adv_percent} % of the average volume", "not known")


def has_size(intent: OrderIntent, _: RiskView, __: RiskLimits) -> Denied | None:
    """Want more than nothing."""
    if settled(intent.quantity) > 0:
        return None
    return Denied(Denial.SIZE_ZERO, "more than nothing", f"{intent.quantity} shares")


def fractions_are_allowed(intent: OrderIntent, _: RiskView, limits: RiskLimits) -> Denied | None:
    """Want whole shares, or a day order where fractions are allowed."""
    quantity = settled(intent.quantity)
    if quantity == quantity.to_integral_value():
        return None
    actual = f"{quantity} shares, {intent.time_in_force.value}"
    if not limits.fractions_allowed:
        return Denied(Denial.FRACTIONAL_RULE, "whole shares", actual)
    if intent.time_in_force is not TimeInForce.DAY:
        return Denied(Denial.FRACTIONAL_RULE, "fractions in day orders only", actual)
    return None


def quantity_is_small(intent: OrderIntent, _: RiskView, limits: RiskLimits) -> Denied | None:
    """Want no more shares than any order may have."""
    if settled(intent.quantity) <= limits.max_order_shares:
        return None
    limit = f"{limits.max_order_shares} shares"
    return Denied(Denial.MAX_ORDER_QUANTITY, limit, f"{intent.quantity} shares")


def notional_is_small(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want no more dollars than any order may be worth."""
    notional = settled(intent.quantity) * settled(intent.limit_price)
    most = min(
        limits.max_order_notional_dollars,
        limits.max_order_notional_fraction * settled(view.equity),
    )
    if notional <= most:
        return None
    return Denied(Denial.MAX_ORDER_NOTIONAL, dollars(most), dollars(notional))


def volume_can_take_it(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a small part of the symbol's average daily volume."""
    volume = view.symbol_plan(intent.symbol).adv20_shares or 0
    most = volume * limits.adv_percent / 100
    if settled(intent.quantity) <= most:
        return None
    limit = f"{limits.adv_percent} % of {volume} shares a day = {most:.0f} shares"
    return Denied(Denial.ADV_LIMIT, limit, f"{intent.quantity} shares")
