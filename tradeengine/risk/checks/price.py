"""Is the order's price one that a sane person would give?"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.orders import OrderType, Side
from tradeengine.risk.checks.verdict import Denied, settled
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def is_limit_order(intent: OrderIntent, _: RiskView, __: RiskLimits) -> Denied | None:
    """Want a limit order with a price: never a naked market order to open."""
    price = intent.limit_price
    if intent.order_type is OrderType.LIMIT and price is not None and price > 0:
        return None
    actual = f"{intent.order_type.value} order, limit price {price}"
    return Denied(Denial.PRICE_COLLAR, "a limit order with a price", actual)


def quote_is_plausible(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want the quote itself near the last bar's close: a quote can be ten times wrong."""
    close = settled(view.last_close(intent.symbol))
    away = _percent_apart(settled(view.middle(intent.symbol)), close)
    if away <= limits.jump_percent:
        return None
    limit = f"quote within {limits.jump_percent} % of the last close {close}"
    return Denied(Denial.PRICE_COLLAR, limit, f"{away:.2f} %")


def is_inside_collar(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want the limit price near the middle of the quote."""
    middle, price = settled(view.middle(intent.symbol)), settled(intent.limit_price)
    away = _percent_apart(price, middle)
    if away <= limits.collar_percent:
        return None
    limit = f"within {limits.collar_percent} % of {middle}"
    return Denied(Denial.PRICE_COLLAR, limit, f"{price}, {away:.2f} % away")


def is_inside_band(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want the limit price inside the limit-up limit-down band, if one is known."""
    band = view.bands.get(intent.symbol)
    price = settled(intent.limit_price)
    if band is None or Decimal(str(band.low)) <= price <= Decimal(str(band.high)):
        return None
    return Denied(Denial.LULD_BAND, f"{band.low} to {band.high}", f"{price}")


def short_is_above_bid(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want a short sale of a share that fell by a tenth above the bid (Regulation SHO, 201)."""
    if intent.side is Side.BUY or not view.is_short_restricted(intent.symbol):
        return None
    price, bid = settled(intent.limit_price), Decimal(str(view.quotes[intent.symbol].bid))
    if price > bid:
        return None
    return Denied(Denial.SHORT_SALE_RULE, f"above the bid of {bid}", f"{price}")


def _percent_apart(price: Decimal, reference: Decimal) -> Decimal:
    return abs(price - reference) / reference * 100
