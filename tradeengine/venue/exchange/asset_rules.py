"""
What the asset, the hours and the order class allow.

Words marked "not recorded" are ours, in the manner of the broker's.
"""

from decimal import Decimal

from tradeengine.venue.exchange.draft import Draft
from tradeengine.venue.exchange.refusals import forbidden, malformed, plain, unprocessable
from tradeengine.venue.exchange.request_rules import check_increment

CENT = Decimal("0.01")
STOP_GAP = Decimal("1.001")
"""A protective stop keeps a tenth of a percent away from the base price."""


def check(draft: Draft) -> None:
    """Refuse what the asset, the hours or the class do not allow. Raises Refused."""
    for rule in (_tradable, _fraction, _extended_hours, _class, _legs, _leg_prices):
        rule(draft)


def _tradable(draft: Draft) -> None:
    if not draft.instrument.tradable:
        raise unprocessable(f"asset {draft.request.symbol} is not tradable")


def _fraction(draft: Draft) -> None:
    if not draft.fractional:
        return
    if not draft.instrument.fractionable:
        raise forbidden(f'asset "{draft.request.symbol}" is not fractionable')
    if draft.request.time_in_force != "day":
        raise unprocessable("fractional orders must be DAY orders")
    if not draft.simple:
        raise unprocessable("fractional orders must be simple orders")
    if draft.request.type == "trailing_stop":
        # Not recorded.
        raise unprocessable("fractional orders must be market, limit, stop or stop_limit orders")
    if draft.intent == "sell_to_open":
        raise unprocessable("fractional orders cannot be sold short")


def _extended_hours(draft: Draft) -> None:
    request = draft.request
    if not request.extended_hours:
        return
    if request.type in {"stop", "stop_limit", "trailing_stop"}:
        raise unprocessable("stop orders are not eligible for extended hours trading")
    if request.type != "limit" or request.time_in_force not in {"day", "gtc"}:
        raise unprocessable("extended hours order must be DAY or GTC limit orders")
    if not draft.simple:
        # Not recorded.
        raise unprocessable("extended hours orders must be simple orders")


def _class(draft: Draft) -> None:
    request, name = draft.request, draft.request.order_class
    if draft.simple:
        return
    if request.time_in_force not in {"day", "gtc"}:
        # Not recorded.
        raise malformed(f"{name} orders must be DAY or GTC orders")
    if name == "oco":
        if request.type != "limit":
            # Not recorded.
            raise malformed("oco orders must be limit orders")
        if draft.opens:
            # Not recorded.
            raise unprocessable("oco orders must be exit orders")
        return
    if request.type not in {"market", "limit"}:
        raise malformed(f"{name} orders must be market or limit orders")
    if not draft.opens:
        raise unprocessable(f"{name} orders must be entry orders")


def _legs(draft: Draft) -> None:
    request, name = draft.request, draft.request.order_class
    profit, loss = request.take_profit_limit is not None, request.stop_loss_stop is not None
    if name == "bracket" and not profit:
        raise malformed("bracket orders require take_profit.limit_price")
    if name in {"bracket", "oco"} and not loss:
        raise malformed(f"{name} orders require stop_loss.stop_price")
    if name == "oto" and profit == loss:
        # Not recorded.
        raise malformed("oto orders require exactly one of take_profit or stop_loss")


def _leg_prices(draft: Draft) -> None:
    if draft.simple:
        return
    request = draft.request
    stop = request.stop_loss_stop
    for name, price in (
        ("take_profit.limit_price", request.take_profit_limit),
        ("stop_loss.stop_price", stop),
        ("stop_loss.limit_price", request.stop_loss_limit),
    ):
        if price is not None and price <= 0:
            # Not recorded.
            raise malformed(f"{name} must be > 0")
        check_increment(name, price)
    profit = request.limit_price if request.order_class == "oco" else request.take_profit_limit
    base = draft.price if request.order_class == "oco" else draft.base_price
    entry_is_buy = (request.side == "buy") != (request.order_class == "oco")
    sign = 1 if entry_is_buy else -1
    if profit is not None:
        _beyond("take_profit.limit_price", profit, base, sign)
    if stop is not None:
        _beyond("stop_loss.stop_price", stop, base, -sign)
        _gap(stop, base, sign)


def _beyond(name: str, price: Decimal, base: Decimal, sign: int) -> None:
    """Refuse an exit price that is not a cent on its side of the base price."""
    if (price - base) * sign < CENT:
        bound = ">= base_price + 0.01" if sign > 0 else "<= base_price - 0.01"
        raise unprocessable(f"{name} must be {bound}", base_price=plain(base))


def _gap(stop: Decimal, base: Decimal, sign: int) -> None:
    if sign > 0 and stop > base / STOP_GAP:
        raise unprocessable(
            "stop price must not be greater than base price / 1.001", base_price=plain(base)
        )
    if sign < 0 and stop < base * STOP_GAP:
        # Not recorded; the mirror image of the words above.
        raise unprocessable(
            "stop price must not be less than base price * 1.001", base_price=plain(base)
        )
