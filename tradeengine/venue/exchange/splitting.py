"""
A split as the broker books it: positions, what they cost, and open orders.

What is filled stays as it was; the rest of an open order is multiplied and its
prices divided, buys rounded down and sells up to a cent. The owner may also
choose what real brokers do: cancel open orders (usual for a reverse split), or
leave them as they are (alpacahq/alpaca-py #469).
"""

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Literal

from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.fees import CENT
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.matching import NINE_PLACES
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.ticket import Ticket

OpenOrders = Literal["adjust", "cancel", "keep"]
"""What becomes of the symbol's open orders."""


class Splitting:
    """Books splits."""

    def __init__(self, floor: Floor, life: OrderLife) -> None:
        self._floor, self._life = floor, life

    def book(self, symbol: str, ratio: Decimal, orders: OpenOrders) -> None:
        """Turn each share of all accounts into `ratio` shares."""
        self._floor.closes[symbol] = self._floor.previous_close(symbol) / ratio
        for account in self._floor.accounts.values():
            _split_holding(account, symbol, ratio)
            for ticket in [*account.open.values()]:
                if ticket.order.symbol == symbol and ticket.is_open():
                    self._order(ticket, ratio, orders)

    def _order(self, ticket: Ticket, ratio: Decimal, orders: OpenOrders) -> None:
        if orders == "adjust":
            _adjust(ticket, ratio)
            ticket.order.updated_at = self._floor.now
        if orders == "cancel" or (ticket.order.qty is not None and ticket.remaining <= 0):
            self._life.end(ticket, "canceled")
        elif orders == "adjust":
            self._floor.tell(ticket, "restated")


def _split_holding(account: Account, symbol: str, ratio: Decimal) -> None:
    for execution in account.executions.values():
        if execution.ticket.order.symbol == symbol:
            execution.split *= ratio
    holding = account.holdings.get(symbol)
    if holding is not None:
        holding.qty = (holding.qty * ratio).quantize(NINE_PLACES, ROUND_DOWN).normalize()
        holding.average /= ratio


def _adjust(ticket: Ticket, ratio: Decimal) -> None:
    order = ticket.order
    if order.qty is not None:
        whole = order.qty == order.qty.to_integral_value()
        step = Decimal(1) if whole else NINE_PLACES
        left = (ticket.remaining * ratio).quantize(step, ROUND_DOWN)
        order.qty = order.filled_qty + left
    rounding = ROUND_FLOOR if order.side == "buy" else ROUND_CEILING

    def divided(price: Decimal | None) -> Decimal | None:
        return None if price is None else (price / ratio).quantize(CENT, rounding)

    order.limit_price, order.stop_price = divided(order.limit_price), divided(order.stop_price)
    order.trail_price, order.hwm = divided(order.trail_price), divided(order.hwm)
    ticket.collar = divided(ticket.collar)
    ticket.reserve_price /= ratio
