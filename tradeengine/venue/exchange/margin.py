"""
What an account may still do: shares it can sell, dollars it can spend.

Open orders reserve: a closing order its shares, an opening one its price times
what is left of it. An order that is being replaced reserves the larger of both.
A flat account has four times its equity (two under Regulation T, recorded
2026-10-08); a position uses its market value of that.
"""

from decimal import Decimal

from tradeengine.model.sessions import previous_session
from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import ZERO, AccountRecord, PositionRecord

INITIAL = Decimal("0.5")
"""Regulation T: half of a position's value."""

MAINTENANCE = Decimal("0.3")
"""`margin_requirement_long` and `_short` of an ordinary asset: 30 percent."""

REGT_MULTIPLIER = 2


def left_of(ticket: Ticket) -> Decimal:
    """Give the shares an order keeps busy: the larger of its own and its successor's."""
    new = ticket.successor
    if new is None or new.order.qty is None or new.keeps_size:
        return ticket.remaining
    return max(ticket.remaining, new.order.qty - ticket.order.filled_qty)


def reserve_of(ticket: Ticket) -> Decimal:
    """Give the dollars an opening order keeps busy."""
    if ticket.closes or not ticket.reserves:
        return ZERO
    if ticket.order.notional is not None:
        return ticket.order.notional
    new = ticket.successor
    price = ticket.reserve_price
    if new is not None:
        price = max(price, new.reserve_price)
    return price * left_of(ticket)


def held_for_orders(account: Account, symbol: str) -> Decimal:
    """Give the shares of a position that open closing orders keep busy."""
    return sum(
        (
            left_of(ticket)
            for ticket in account.open.values()
            if ticket.order.symbol == symbol and ticket.closes and ticket.reserves
        ),
        ZERO,
    )


def reserved(account: Account) -> Decimal:
    """Give the dollars that open opening orders keep busy."""
    return sum((reserve_of(ticket) for ticket in account.open.values()), ZERO)


def position(floor: Floor, account: Account, symbol: str) -> PositionRecord:
    """Describe a position with its marks."""
    holding = account.holdings[symbol]
    held = held_for_orders(account, symbol)
    free = max(abs(holding.qty) - held, ZERO)
    return PositionRecord(
        symbol=symbol,
        asset_id=floor.market.instruments[symbol].asset_id,
        qty=holding.qty,
        qty_available=free if holding.qty > 0 else -free,
        avg_entry_price=holding.average,
        current_price=floor.price(symbol),
        lastday_price=floor.previous_close(symbol),
    )


def values(floor: Floor, account: Account) -> tuple[Decimal, Decimal]:
    """Give the market value of the long and of the short positions (not positive)."""
    long_value = short_value = ZERO
    for symbol, holding in account.holdings.items():
        value = holding.qty * floor.price(symbol)
        if value > 0:
            long_value += value
        else:
            short_value += value
    return long_value, short_value


def buying_power(floor: Floor, account: Account) -> Decimal:
    """Give the dollars an account may still commit; negative when a loss ate them."""
    long_value, short_value = values(floor, account)
    equity = account.cash + long_value + short_value
    gross = long_value - short_value
    return equity * floor.parameters.margin_multiplier - gross - reserved(account)


def record(floor: Floor, account: Account) -> AccountRecord:
    """Describe an account's money now."""
    long_value, short_value = values(floor, account)
    equity = account.cash + long_value + short_value
    gross = long_value - short_value
    kept = reserved(account)
    regt = min(REGT_MULTIPLIER, floor.parameters.margin_multiplier)
    return AccountRecord(
        id=account.uuid,
        account_number=account.number,
        created_at=account.created_at,
        cash=account.cash,
        equity=equity,
        last_equity=account.last_equity,
        long_market_value=long_value,
        short_market_value=short_value,
        buying_power=max(equity * floor.parameters.margin_multiplier - gross - kept, ZERO),
        regt_buying_power=max(equity * regt - gross - kept, ZERO),
        initial_margin=gross * INITIAL,
        maintenance_margin=gross * MAINTENANCE,
        last_maintenance_margin=account.last_maintenance,
        multiplier=floor.parameters.margin_multiplier,
        accrued_fees=ZERO,
        shorting_enabled=floor.parameters.shorting_enabled,
        balance_asof=previous_session(floor.session.date).date.isoformat(),
    )
