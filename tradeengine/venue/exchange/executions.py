"""
Executions: what a trade does to the order, the account and its activities.

A bust takes an execution back: cash and position as if it had never been, the
order's filled quantity less, its status untouched (it is over).
"""

from decimal import Decimal

from tradeengine.venue.exchange.account import Execution, cash_of
from tradeengine.venue.exchange.fills import Slice
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.states import PENDING
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import Activity, Refused

SIX_PLACES = Decimal("0.000001")
"""Average fill prices are kept to six places."""


class Executions:
    """Carries out trades and takes them back."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def carry_out(self, ticket: Ticket, part: Slice) -> None:
        """Fill an order by a slice and tell its owner."""
        order, now = ticket.order, self._floor.now
        self._count(ticket, part.qty, part.qty * part.price)
        complete = ticket.remaining <= 0
        if complete:
            order.filled_at = now
            ticket.move("filled", now)
        elif order.status not in PENDING:
            ticket.move("partially_filled", now)
        execution = Execution(
            id=self._floor.ids.uuid(),
            at=now,
            ticket=ticket,
            qty=part.qty,
            price=part.price,
            cash=cash_of(order.side, part.qty, part.price),
        )
        account = self._floor.account(order.account_id)
        account.settle(execution, self._floor.fees.charge(order.side, part.qty, part.price))
        account.activities.append(self._activity(execution, complete=complete))
        event = "fill" if complete else "partial_fill"
        self._floor.tell_execution(event, execution, account.qty(order.symbol))

    def bust(self, account_id: str, execution_id: str) -> None:
        """Take an execution back. Raises Refused when there is none of that id."""
        account = self._floor.account(account_id)
        execution = account.executions.get(execution_id)
        if execution is None or execution.busted:
            raise Refused(404, 40410000, f"execution not found for {execution_id}")
        account.undo(execution)
        ticket = execution.ticket
        self._count(ticket, -execution.qty, -execution.qty * execution.price)
        ticket.order.updated_at = self._floor.now
        position = account.qty(ticket.order.symbol)
        self._floor.tell_execution("trade_bust", execution, position, previous=execution_id)

    def _count(self, ticket: Ticket, qty: Decimal, value: Decimal) -> None:
        order = ticket.order
        order.filled_qty += qty
        ticket.cost += value
        order.filled_avg_price = (
            (ticket.cost / order.filled_qty).quantize(SIX_PLACES) if order.filled_qty else None
        )

    def _activity(self, execution: Execution, *, complete: bool) -> Activity:
        ticket, order = execution.ticket, execution.ticket.order
        return Activity(
            id=self._floor.ids.activity(execution.at),
            at=execution.at,
            type="fill" if complete else "partial_fill",
            symbol=order.symbol,
            side=order.side,
            qty=execution.qty,
            price=execution.price,
            cum_qty=order.filled_qty,
            leaves_qty=ticket.remaining,
            order_id=order.id,
            order_status="filled" if complete else "partially_filled",
        )
