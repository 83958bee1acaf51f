"""Stops: when they are reached, how a trailing one follows, how a buy stop is collared."""

from decimal import Decimal

from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.venue.records import VenueOrder

CHEAP = Decimal(50)
"""Stop price below which the wider collar applies, in dollars."""


def collar_of(kind: str, side: str, stop_price: Decimal | None) -> Decimal | None:
    """
    Give the limit of a converted buy stop: +4 % below $50, else +2.5 %.

    Alpaca sends buy stops as stop-limits (docs, order types); others have none.
    """
    if kind != "stop" or side != "buy" or stop_price is None:
        return None
    factor = Decimal("1.04") if stop_price < CHEAP else Decimal("1.025")
    return tick_down(stop_price * factor)


def is_reached(order: VenueOrder, price: Decimal) -> bool:
    """Tell whether a trade at `price` sets the stop off."""
    if order.stop_price is None:
        return False
    return price >= order.stop_price if order.side == "buy" else price <= order.stop_price


def follow(order: VenueOrder, price: Decimal) -> None:
    """Move a trailing stop's high-water mark (low-water for a buy) and its stop price."""
    better = order.hwm is None or (price > order.hwm if order.side == "sell" else price < order.hwm)
    if not better:
        return
    order.hwm = price
    distance = order.trail_price
    if distance is None:
        distance = price * (order.trail_percent or 0) / 100
    order.stop_price = (
        tick_down(price - distance) if order.side == "sell" else tick_up(price + distance)
    )
