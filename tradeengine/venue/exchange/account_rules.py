"""What the account may do: its ids, its shares, its other orders, its buying power."""

from decimal import ROUND_HALF_UP, Decimal

from tradeengine.venue.exchange.draft import Draft
from tradeengine.venue.exchange.fees import CENT
from tradeengine.venue.exchange.margin import buying_power, held_for_orders, values
from tradeengine.venue.exchange.refusals import forbidden, malformed, plain, unprocessable
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import Refused

SMALLEST_COST = 1
"""Least cost of a fractional order, in dollars; one share of less is fine (recorded)."""

LARGEST_POSITION = 6
"""A position larger than this many times the equity may only be closed (docs)."""


def check(draft: Draft) -> None:
    """Refuse what the account may not do. Raises Refused."""
    for rule in (
        _intent,
        _cross_sides,
        _available,
        _short,
        _wash,
        _cost_basis,
        _position_limit,
        _buying_power,
    ):
        rule(draft)


def check_unique(draft: Draft) -> None:
    """Refuse a client order id that was ever used, also by an order that is over."""
    if draft.request.client_order_id in draft.account.by_client:
        raise malformed("client_order_id must be unique")


def insufficient_qty(symbol: str, asked: Decimal, held: Decimal, busy: Decimal) -> Refused:
    """Say that a position has fewer free shares than an order asks for."""
    free = plain(held - busy)
    return forbidden(
        f"insufficient qty available for order (requested: {plain(asked)}, available: {free})",
        available=free,
        existing_qty=plain(held),
        held_for_orders=plain(busy),
        symbol=symbol,
    )


def insufficient_buying_power(power: Decimal, cost: Decimal) -> Refused:
    """Say that an order costs more than the account may spend."""
    return forbidden(
        "insufficient buying power",
        buying_power=str(power.quantize(CENT)),
        cost_basis=str(cost.quantize(CENT, ROUND_HALF_UP)),
    )


def _intent(draft: Draft) -> None:
    specified = draft.request.position_intent
    if specified is not None and specified != draft.intent:
        raise unprocessable(
            f"position intent mismatch, inferred: {draft.intent}, specified: {specified}"
        )


def _cross_sides(draft: Draft) -> None:
    """Refuse to open one side while an order that opens the other is alive."""
    opposite, words = {
        "buy_to_open": (
            "sell_to_open",
            "cannot open a long buy while a short sell order is open",
        ),
        "sell_to_open": (
            "buy_to_open",
            "cannot open a short sell while a long buy order is open",
        ),
    }.get(draft.intent, ("", ""))
    if any(ticket.order.position_intent == opposite for ticket in _others(draft)):
        raise forbidden(words)


def _available(draft: Draft) -> None:
    if draft.opens:
        return
    symbol = draft.request.symbol
    held = abs(draft.account.qty(symbol))
    busy = held_for_orders(draft.account, symbol)
    if draft.shares > held - busy:
        raise insufficient_qty(symbol, draft.shares, held, busy)


def _short(draft: Draft) -> None:
    if draft.intent != "sell_to_open":
        return
    parameters, symbol = draft.floor.parameters, draft.request.symbol
    long_value, short_value = values(draft.floor, draft.account)
    equity = draft.account.cash + long_value + short_value
    if not parameters.shorting_enabled or equity < parameters.minimum_short_equity_dollars:
        raise forbidden("account is not allowed to short")
    if not (draft.instrument.shortable and draft.instrument.easy_to_borrow):
        raise unprocessable(f"asset {symbol} cannot be sold short")


def _wash(draft: Draft) -> None:
    """Refuse an order that could trade with another of the same account."""
    if not draft.simple or draft.request.type == "trailing_stop":
        return
    for ticket in _others(draft):
        other = ticket.order
        exempt = other.group_role is not None or other.type == "trailing_stop"
        if exempt or other.side == draft.request.side or not _could_meet(draft, ticket):
            continue
        kind = "market/stop" if other.type in {"market", "stop"} else "limit"
        raise forbidden(
            "potential wash trade detected. use complex orders",
            existing_order_id=other.id,
            reject_reason=f"opposite side {kind} order exists",
        )


def _could_meet(draft: Draft, ticket: Ticket) -> bool:
    ours, theirs = draft.request.limit_price, ticket.order.limit_price
    if ours is None or theirs is None:
        return True
    return ours >= theirs if draft.request.side == "buy" else ours <= theirs


def _cost_basis(draft: Draft) -> None:
    if draft.fractional and draft.opens and draft.cost < SMALLEST_COST:
        raise forbidden("cost basis must be >= minimal amount of order 1")


def _position_limit(draft: Draft) -> None:
    holding = draft.account.holdings.get(draft.request.symbol)
    if not draft.opens or holding is None:
        return
    long_value, short_value = values(draft.floor, draft.account)
    equity = draft.account.cash + long_value + short_value
    price = draft.floor.price(draft.request.symbol)
    if abs(holding.qty * price) > LARGEST_POSITION * equity:
        # Words not recorded; the rule is documented.
        raise forbidden("position exceeds 600% of equity, only closing orders are allowed")


def _buying_power(draft: Draft) -> None:
    if not draft.opens:
        return
    power = buying_power(draft.floor, draft.account)
    if draft.cost > power:
        raise insufficient_buying_power(power, draft.cost)


def _others(draft: Draft) -> list[Ticket]:
    symbol = draft.request.symbol
    return [ticket for ticket in draft.account.open.values() if ticket.order.symbol == symbol]
