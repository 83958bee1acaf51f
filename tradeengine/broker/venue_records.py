"""The embedded exchange's records in the words of the wire, so that one code reads both."""

from decimal import ROUND_HALF_UP, Decimal

from tradeengine.broker.updates import Report
from tradeengine.broker.wire import AccountRow, OrderRow, PositionRow
from tradeengine.model.commands import ReplaceOrder, SubmitOrder
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    OrderRequest,
    PositionRecord,
    ReplaceRequest,
    VenueOrder,
)

_SIX_PLACES = Decimal("0.000001")
"""The wire gives average prices to six places; so does this side."""


def order_request(command: SubmitOrder) -> OrderRequest:
    """Write a new order as the venue parses it from the body of a POST."""
    return OrderRequest(
        symbol=command.symbol,
        side=command.side.value,
        type=command.order_type.value,
        time_in_force=command.time_in_force.value,
        qty=command.quantity,
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        extended_hours=command.extended_hours,
        client_order_id=command.client_order_id,
    )


def replace_request(command: ReplaceOrder) -> ReplaceRequest:
    """Write a replacement as the venue parses it from the body of a PATCH."""
    return ReplaceRequest(
        qty=command.quantity,
        limit_price=command.limit_price,
        stop_price=command.stop_price,
        client_order_id=command.new_client_order_id,
    )


def report_of(update: AccountUpdate) -> Report:
    """Give an update in neutral words."""
    order = update.order
    return Report(
        word=update.event,
        at=update.at,
        client_order_id=order.client_order_id,
        order_id=order.id,
        symbol=order.symbol,
        side=order.side,
        status=order.status,
        filled=order.filled_qty,
        event_id=update.event_id,
        execution_id=update.execution_id or "",
        previous_execution_id=update.previous_execution_id or "",
        quantity=update.qty,
        price=update.price,
        position=update.position_qty,
        replaced_by=order.replaced_by or "",
        created_at=order.created_at,
    )


def order_rows(order: VenueOrder) -> list[OrderRow]:
    """Give an order and then its legs, as REST nests them and `with_legs` unfolds them."""
    row = OrderRow(
        id=order.id,
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        status=order.status,
        qty=order.qty,
        filled_qty=order.filled_qty,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        leg_ids=tuple(leg.id for leg in order.legs),
    )
    return [row, *(leg_row for leg in order.legs for leg_row in order_rows(leg))]


def position_row(record: PositionRecord) -> PositionRow:
    """Give a position, its average price rounded as the wire rounds it."""
    return PositionRow(
        symbol=record.symbol,
        qty=record.qty,
        qty_available=record.qty_available,
        avg_entry_price=record.avg_entry_price.quantize(_SIX_PLACES, ROUND_HALF_UP),
        current_price=record.current_price,
    )


def account_row(record: AccountRecord) -> AccountRow:
    """Give an account's money."""
    return AccountRow(
        account_number=record.account_number,
        cash=record.cash,
        equity=record.equity,
        buying_power=record.buying_power,
        last_equity=record.last_equity,
    )
