"""
An account's cash, holdings and orders.

Cash moves in whole cents per execution, rounded to the nearest: six fills of
2026-10-08 whose exact sum was -0.00777 moved cash by -0.01. The average entry
price is the weighted average, unchanged by what reduces the position.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from tradeengine.venue.exchange.fees import CENT
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import ZERO, Activity, Transfer


@dataclass(slots=True)
class Holding:
    """A position: shares (negative when short) and their average entry price."""

    qty: Decimal = ZERO
    average: Decimal = ZERO

    def add(self, signed_qty: Decimal, price: Decimal) -> None:
        """Take in an execution; `signed_qty` is negative for a sell."""
        after = self.qty + signed_qty
        if self.qty * signed_qty >= 0:
            self.average = (self.qty * self.average + signed_qty * price) / after
        elif self.qty * after < 0:
            self.average = price
        self.qty = after


@dataclass(slots=True, kw_only=True)
class Execution:
    """One trade of the account. `busted` ones no longer count; `split` is new shares for old."""

    id: str
    at: int
    ticket: Ticket
    qty: Decimal
    price: Decimal
    cash: Decimal
    busted: bool = False
    split: Decimal = Decimal(1)

    @property
    def signed_qty(self) -> Decimal:
        """Shares as they count today, negative for a sell."""
        qty = self.qty * self.split
        return qty if self.ticket.order.side == "buy" else -qty


@dataclass(slots=True, kw_only=True)
class Account:
    """Everything the venue keeps for one account."""

    id: str
    uuid: str
    number: str
    created_at: int
    cash: Decimal
    last_equity: Decimal
    last_maintenance: Decimal = ZERO
    fees: Decimal = ZERO
    holdings: dict[str, Holding] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    by_client: dict[str, Ticket] = field(default_factory=dict)
    open: dict[str, Ticket] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    activities: list[Activity | Transfer] = field(default_factory=list)

    def qty(self, symbol: str) -> Decimal:
        """Shares held, negative when short."""
        holding = self.holdings.get(symbol)
        return holding.qty if holding else ZERO

    def admit(self, ticket: Ticket) -> None:
        """Enter an order in the account's lists."""
        self.tickets[ticket.order.id] = ticket
        self.by_client[ticket.order.client_order_id] = ticket
        self.open[ticket.order.id] = ticket

    def settle(self, execution: Execution, fee: Decimal) -> None:
        """Book an execution: cash, fee and position."""
        self.executions[execution.id] = execution
        self.cash += execution.cash - fee
        self.fees += fee
        self._hold(execution)

    def transfer(self, transfer: Transfer) -> None:
        """Book cash that comes or leaves; the last close stays what it was."""
        self.cash += transfer.amount
        self.activities.append(transfer)

    def undo(self, execution: Execution) -> None:
        """Take an execution back and count the position again from those that stand."""
        execution.busted = True
        self.cash -= execution.cash
        symbol = execution.ticket.order.symbol
        self.holdings.pop(symbol, None)
        for standing in self.executions.values():
            if standing.ticket.order.symbol == symbol and not standing.busted:
                self._hold(standing)

    def _hold(self, execution: Execution) -> None:
        symbol = execution.ticket.order.symbol
        holding = self.holdings.setdefault(symbol, Holding())
        holding.add(execution.signed_qty, execution.price / execution.split)
        if not holding.qty:
            del self.holdings[symbol]


def cash_of(side: str, qty: Decimal, price: Decimal) -> Decimal:
    """Give the cash an execution moves: negative for a buy, in whole cents."""
    value = (qty * price).quantize(CENT, ROUND_HALF_UP)
    return -value if side == "buy" else value
