"""
Replacing an order: what PATCH may change, and the order that takes the other's place.

The answer is a new order with a new id. It takes effect later, and not at all
if the old one is filled or cancelled before (`order_replace_rejected`).
"""

from copy import copy
from decimal import Decimal
from functools import partial

from tradeengine.venue.exchange import request_rules
from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.account_rules import insufficient_buying_power, insufficient_qty
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.hours import timing
from tradeengine.venue.exchange.margin import (
    buying_power,
    held_for_orders,
    left_of,
    reserve_of,
)
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.refusals import forbidden, malformed, unprocessable
from tradeengine.venue.exchange.schedule import Rank
from tradeengine.venue.exchange.states import NOT_SENT, PENDING
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.exchange.triggers import collar_of
from tradeengine.venue.records import ZERO, OrderRequest, ReplaceRequest, VenueOrder


class Replacing:
    """Takes in replace requests."""

    def __init__(self, floor: Floor, life: OrderLife) -> None:
        self._floor = floor
        self._life = life
        self._rejects: dict[str, list[str]] = {}

    def reject_next(self, account_id: str, reason: str) -> None:
        """Let the account's next replace be answered 200 and then be refused."""
        self._rejects.setdefault(account_id, []).append(reason)

    def replace(self, account: Account, old: Ticket, request: ReplaceRequest) -> Ticket:
        """Take a replace in. Raises Refused."""
        _check_state(old)
        _check_change(account, old, request)
        new = self._successor(old, request)
        self._check_means(account, old, new)
        reasons = self._rejects.get(account.id)
        if reasons:
            new.reject_reason = reasons.pop(0)
        old.successor, old.fallback = new, old.order.status
        old.move("pending_replace", self._floor.now)
        account.admit(new)
        self._floor.tell(old, "pending_replace")
        at = self._floor.now + self._floor.latency.replace()
        self._floor.schedule.add(at, Rank.REPLACE, partial(self._life.replace, old, new))
        return new

    def _successor(self, old: Ticket, request: ReplaceRequest) -> Ticket:
        """Write the new order: a copy of the old one with the changes."""
        now = self._floor.now
        order = copy(old.order)
        order.id, order.client_order_id = (
            self._floor.ids.uuid(),
            (request.client_order_id or self._floor.ids.uuid()),
        )
        order.status = "held" if old.order.status == "held" else "pending_new"
        order.created_at = order.updated_at = order.submitted_at = now
        order.filled_qty, order.filled_avg_price = ZERO, None
        order.replaces, order.legs = old.order.id, []
        _apply(order, request)
        ends_at = old.ends_at
        if order.time_in_force != old.order.time_in_force:
            ends_at = timing(_as_request(order), now, self._floor.session).expires_at
        order.expires_at = ends_at
        self._floor.tickets += 1
        return Ticket(
            order=order,
            number=self._floor.tickets,
            ends_at=ends_at,
            in_house=old.in_house,
            reserve_price=_reserve_price(old, order),
            reserves=False,
            collar=collar_of(order.type, order.side, order.stop_price),
            keeps_size=request.qty is None,
        )

    def _check_means(self, account: Account, old: Ticket, new: Ticket) -> None:
        """Refuse a replacement for which the shares or the buying power are missing."""
        old_left, old_kept = left_of(old), reserve_of(old)
        size = old.remaining if new.keeps_size else (new.order.qty or ZERO) - old.order.filled_qty
        if old.closes:
            symbol = old.order.symbol
            held = abs(account.qty(symbol))
            busy = held_for_orders(account, symbol) - old_left
            if old.reserves and size > held - busy:
                raise insufficient_qty(symbol, size, held, busy)
            return
        power = buying_power(self._floor, account) + old_kept
        cost = new.reserve_price * size
        if cost > old_kept and cost > power:
            raise insufficient_buying_power(power, cost)


def _check_state(old: Ticket) -> None:
    if old.order.status in NOT_SENT:
        raise malformed("unable to replace order, order isn't sent to exchange yet")
    if not old.is_open() or old.order.status in PENDING:
        raise unprocessable("unable to replace order, order is not open")
    if old.order.notional is not None:
        # Words not recorded; the rule is documented.
        raise unprocessable("unable to replace order, notional orders cannot be replaced")


def _check_change(account: Account, old: Ticket, request: ReplaceRequest) -> None:
    order = old.order
    if request.qty is not None and request.qty != order.qty and order.order_class:
        raise unprocessable("qty cannot be changed for advanced orders")
    if request.qty is not None and request.qty != request.qty.to_integral_value():
        # Words not recorded; the rule is documented.
        raise malformed("qty must be a whole number of shares")
    if request.qty is not None and request.qty <= order.filled_qty:
        # Words not recorded for a quantity that is filled already.
        words = "qty must be > 0" if request.qty <= 0 else "qty must be > filled_qty"
        raise malformed(words)
    if request.client_order_id in account.by_client:
        raise malformed("client_order_id must be unique")
    changed = copy(order)
    _apply(changed, request)
    if changed == order and request.client_order_id is None:
        raise forbidden("order parameters are not changed")
    request_rules.check(_as_request(changed, request.client_order_id))


def _apply(order: VenueOrder, request: ReplaceRequest) -> None:
    order.qty = order.qty if request.qty is None else request.qty
    order.time_in_force = request.time_in_force or order.time_in_force
    if request.limit_price is not None:
        order.limit_price = request.limit_price
    if order.type != "trailing_stop":
        if request.stop_price is not None:
            order.stop_price = request.stop_price
    elif request.trail is not None and order.trail_percent is not None:
        order.trail_percent = request.trail
    elif request.trail is not None:
        order.trail_price = request.trail


def _as_request(order: VenueOrder, client_order_id: str | None = None) -> OrderRequest:
    """Describe a changed order as a request, so that the same rules judge it."""
    return OrderRequest(
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        time_in_force=order.time_in_force,
        qty=order.qty,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        trail_price=order.trail_price,
        trail_percent=order.trail_percent,
        extended_hours=order.extended_hours,
        client_order_id=client_order_id,
    )


def _reserve_price(old: Ticket, order: VenueOrder) -> Decimal:
    """Price the new order's reserve: its limit, else what the old one was taken at."""
    if old.closes:
        return ZERO
    if order.side == "sell":
        return max(order.limit_price or ZERO, old.reserve_price)
    collar = collar_of(order.type, order.side, order.stop_price)
    return order.limit_price or collar or old.reserve_price
