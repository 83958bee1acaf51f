"""Is it too much of the same? (RTS 6 article 15(3); duplicates, 15c3-5 (c)(1)(ii))"""

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def nothing_alike(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want no position in the symbol and no open order that works the same way."""
    book = view.exposure
    orders = sum(1 for r in book.open_orders(intent.symbol) if r.side is intent.side)
    held = book.held(intent.symbol).quantity
    if not orders and not held:
        return None
    actual = f"position {held}, open {intent.side.value} orders {orders}"
    return Denied(Denial.DUPLICATE_INTENT, "no position, no open order", actual)


def no_opposite_order(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want no open order that this one could trade with."""
    opposite = intent.side.opposite
    if not any(r.side is opposite for r in view.exposure.open_orders(intent.symbol)):
        return None
    return Denied(Denial.WASH_TRADE, f"no open {opposite.value}", f"open {opposite.value}")


def cooled_down(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want time since the last buy of the symbol."""
    bought = view.last_buy.get(intent.symbol)
    if bought is None or view.seconds_since(bought) >= limits.cooldown_seconds:
        return None
    actual = f"{view.seconds_since(bought):.0f} s since the last buy"
    return Denied(Denial.COOLDOWN, f"{limits.cooldown_seconds} s", actual)


def entries_are_few(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want few entries lately: in the symbol, in all, and in the symbol this session."""
    symbol = intent.symbol
    for actual, most, what in (
        (view.symbol_entries[symbol], limits.entries_per_symbol_per_hour, f"{symbol} per hour"),
        (len(view.entries), limits.entries_per_hour, "all symbols per hour"),
        (
            view.session_entries[symbol],
            limits.entries_per_symbol_per_session,
            f"{symbol} per session",
        ),
    ):
        if actual >= most:
            return Denied(Denial.ENTRY_THROTTLE, f"{most} entries, {what}", f"{actual} made")
    return None


def budget_has_room(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want few orders of any kind in the last minute: exits need the broker's requests more."""
    lately = len(view.approvals)
    if lately < limits.orders_per_minute:
        return None
    return Denied(Denial.MESSAGE_BUDGET, f"{limits.orders_per_minute} a minute", f"{lately} sent")
