"""
Trading records as JSON objects: the exact keys and types of Alpaca's answers.

Money and quantities are strings with trailing zeros trimmed; an unset value is
null with its key present. Keys follow recordings of paper accounts (2026-07-24
and 2026-10-08). `group_id` and `group_role` are left out of simple orders, as
the vendor's changelog of 2026-10-08 says.
"""

from decimal import ROUND_HALF_UP, Decimal

from tradeengine.model.instants import format_instant, new_york
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    Activity,
    PositionRecord,
    Transfer,
    VenueOrder,
)
from tradeengine.venue.server.json_value import Json, JsonObject

_MICROS = 1_000
_SIX_PLACES = Decimal("0.000001")
_FIVE_PLACES = Decimal("0.00001")


def plain(value: Decimal) -> str:
    """Write a number without exponent or trailing zeros: `86.88`, `0`, `-3`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def order(record: VenueOrder, *, nested: bool) -> JsonObject:
    """Write an order as REST answers it; `nested` puts its legs inside."""
    legs = [order(leg, nested=False) for leg in record.legs] if nested else []
    return {
        **_life(record),
        **_terms(record, legs),
        "subtag": None,
        "source": None,
        "expires_at": _instant(record.expires_at),
        **_group(record),
    }


def order_in_update(record: VenueOrder) -> JsonObject:
    """Write the order inside a trade update: no subtag or source, one more instant."""
    legs = [order_in_update(leg) for leg in record.legs]
    return {
        **_life(record),
        "cancel_requested_at": _instant(record.cancel_requested_at),
        **_terms(record, legs),
        "expires_at": _instant(record.expires_at),
        **_group(record),
    }


def _life(record: VenueOrder) -> JsonObject:
    return {
        "id": record.id,
        "client_order_id": record.client_order_id,
        "created_at": _instant(record.created_at),
        "updated_at": _instant(record.updated_at),
        "submitted_at": _instant(record.submitted_at),
        "filled_at": _instant(record.filled_at),
        "expired_at": _instant(record.expired_at),
        "canceled_at": _instant(record.canceled_at),
        "failed_at": _instant(record.failed_at),
        "replaced_at": _instant(record.replaced_at),
        "replaced_by": record.replaced_by,
        "replaces": record.replaces,
    }


def _terms(record: VenueOrder, legs: list[JsonObject]) -> JsonObject:
    return {
        "asset_id": record.asset_id,
        "symbol": record.symbol,
        "asset_class": "us_equity",
        "notional": _number(record.notional),
        "qty": _number(record.qty),
        "filled_qty": plain(record.filled_qty),
        "filled_avg_price": _number(record.filled_avg_price),
        "order_class": record.order_class,
        "order_type": record.type,
        "type": record.type,
        "side": record.side,
        "position_intent": record.position_intent,
        "time_in_force": record.time_in_force,
        "limit_price": _number(record.limit_price),
        "stop_price": _number(record.stop_price),
        "status": record.status,
        "extended_hours": record.extended_hours,
        "legs": legs or None,
        "trail_percent": _number(record.trail_percent),
        "trail_price": _number(record.trail_price),
        "hwm": _number(record.hwm),
    }


def _group(record: VenueOrder) -> JsonObject:
    if record.group_id is None:
        return {}
    return {"group_id": record.group_id, "group_role": record.group_role}


def trade_update(update: AccountUpdate) -> JsonObject:
    """
    Write a trade update. `at` has microseconds and `timestamp` nanoseconds.

    `execution_id`, `price` and the others are there only when the event has them
    (recorded: `pending_new` has none, `new` an execution id, `fill` all).
    """
    execution: JsonObject = {
        "execution_id": update.execution_id,
        "previous_execution_id": update.previous_execution_id,
        "price": _number(update.price),
        "qty": _number(update.qty),
        "position_qty": _number(update.position_qty),
        "settle_date": update.settle_date,
    }
    return {
        "at": format_instant(update.at // _MICROS * _MICROS),
        "event_id": update.event_id,
        "event": update.event,
        "timestamp": format_instant(update.at),
        "order": order_in_update(update.order),
        **{key: value for key, value in execution.items() if value is not None},
    }


def activity(row: Activity) -> JsonObject:
    """Write a FILL activity; its instant is rounded to microseconds, as recorded."""
    return {
        "activity_type": "FILL",
        "id": row.id,
        "transaction_time": format_instant((row.at + 500) // _MICROS * _MICROS),
        "type": row.type,
        "price": plain(row.price),
        "qty": plain(row.qty),
        "side": row.side,
        "symbol": row.symbol,
        "leaves_qty": plain(row.leaves_qty),
        "order_id": row.order_id,
        "cum_qty": plain(row.cum_qty),
        "order_status": row.order_status,
    }


def transfer(row: Transfer) -> JsonObject:
    """Write an activity of cash that came or left."""
    return {
        "id": row.id,
        "activity_type": row.kind,
        "date": f"{new_york(row.at):%Y-%m-%d}",
        "created_at": format_instant(row.at),
        "net_amount": plain(row.amount),
        "description": "",
        "status": "executed",
        "currency": "USD",
    }


def deposit(record: AccountRecord) -> JsonObject:
    """Write the journal entry that opened the account with its cash."""
    opened = new_york(record.created_at)
    return {
        "id": f"{opened:%Y%m%d}000000000::{record.id}",
        "activity_type": "JNLC",
        "date": f"{opened:%Y-%m-%d}",
        "created_at": format_instant(record.created_at),
        "net_amount": plain(record.last_equity),
        "description": "",
        "status": "executed",
        "currency": "USD",
    }


def position(record: PositionRecord, *, exchange: str, marginable: bool) -> JsonObject:
    """Write a position: values to 6 decimals, fractions to 5, as recorded."""
    value = record.qty * record.current_price
    cost = record.qty * record.avg_entry_price
    profit = value - cost
    change = record.current_price - record.lastday_price
    return {
        "asset_id": record.asset_id,
        "symbol": record.symbol,
        "exchange": exchange,
        "asset_class": "us_equity",
        "asset_marginable": marginable,
        "qty": plain(record.qty),
        "qty_available": plain(record.qty_available),
        "avg_entry_price": _rounded(record.avg_entry_price, _SIX_PLACES),
        "side": "long" if record.qty > 0 else "short",
        "market_value": _rounded(value, _SIX_PLACES),
        "cost_basis": _rounded(cost, _SIX_PLACES),
        "unrealized_pl": _rounded(profit, _SIX_PLACES),
        "unrealized_plpc": _fraction(profit, cost),
        "unrealized_intraday_pl": _rounded(profit, _SIX_PLACES),
        "unrealized_intraday_plpc": _fraction(profit, cost),
        "current_price": plain(record.current_price),
        "lastday_price": plain(record.lastday_price),
        "change_today": _fraction(change, record.lastday_price),
    }


def _rounded(value: Decimal, places: Decimal) -> str:
    return plain(value.quantize(places, ROUND_HALF_UP))


def _fraction(part: Decimal, whole: Decimal) -> str:
    return "0" if whole == 0 else _rounded(part / abs(whole), _FIVE_PLACES)


def account(record: AccountRecord, *, suspended: bool, legacy: bool) -> JsonObject:
    """Write an account; `legacy` adds the day-trading fields removed on 2026-07-06."""
    settled = max(record.cash, Decimal(0))
    return {
        "id": record.id,
        "admin_configurations": {},
        "user_configurations": None,
        "account_number": record.account_number,
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "options_approved_level": 3,
        "options_trading_level": 3,
        "currency": "USD",
        "buying_power": plain(record.buying_power),
        "regt_buying_power": plain(record.regt_buying_power),
        "effective_buying_power": plain(record.buying_power),
        "non_marginable_buying_power": plain(settled),
        "options_buying_power": plain(settled),
        "cash": plain(record.cash),
        "accrued_fees": plain(record.accrued_fees),
        "portfolio_value": plain(record.equity),
        "trading_blocked": False,
        "transfers_blocked": False,
        "account_blocked": False,
        "created_at": format_instant(record.created_at),
        "trade_suspended_by_user": suspended,
        "multiplier": str(record.multiplier),
        "shorting_enabled": record.shorting_enabled,
        "equity": plain(record.equity),
        "last_equity": plain(record.last_equity),
        "long_market_value": plain(record.long_market_value),
        "short_market_value": plain(record.short_market_value),
        "position_market_value": plain(record.long_market_value + record.short_market_value),
        "initial_margin": plain(record.initial_margin),
        "maintenance_margin": plain(record.maintenance_margin),
        "last_maintenance_margin": plain(record.last_maintenance_margin),
        "sma": plain(record.equity),
        "balance_asof": record.balance_asof,
        "crypto_tier": 1,
        "intraday_adjustments": "0",
        "pending_reg_taf_fees": "0",
        **(_day_trading(record) if legacy else {}),
    }


def _day_trading(record: AccountRecord) -> JsonObject:
    return {
        "pattern_day_trader": False,
        "daytrade_count": 0,
        "daytrading_buying_power": plain(record.buying_power),
    }


def refusal(code: int, message: str, extra: dict[str, str | Decimal]) -> JsonObject:
    """Write the body of a refusal by the trading host."""
    details: dict[str, Json] = {
        key: plain(value) if isinstance(value, Decimal) else value for key, value in extra.items()
    }
    return {"code": code, "message": message, **details}
