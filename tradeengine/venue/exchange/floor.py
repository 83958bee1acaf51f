"""
The floor: what every part of the exchange stands on.

It holds the present (instant, session, books, accounts) and the instruments of
the trade (schedule, ids, latencies, fees), and it tells accounts their news.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tradeengine.model.message import Message
from tradeengine.model.sessions import Session, settlement_date
from tradeengine.venue.exchange.account import Account, Execution
from tradeengine.venue.exchange.book import Book
from tradeengine.venue.exchange.fees import Fees
from tradeengine.venue.exchange.hours import window
from tradeengine.venue.exchange.ids import Ids
from tradeengine.venue.exchange.latency import Latency
from tradeengine.venue.exchange.port import Market
from tradeengine.venue.exchange.schedule import Schedule
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import AccountUpdate, Refused

UNEXECUTED: Final = frozenset(
    {"accepted", "pending_new", "held", "pending_cancel", "pending_replace"}
)
"""Events without an execution id (`pending_new` recorded 2026-07-24; the others likewise)."""


@dataclass(slots=True, kw_only=True)
class Floor:
    """The exchange's present, shared by its parts."""

    market: Market
    parameters: VenueParameters
    ids: Ids
    latency: Latency
    fees: Fees
    session: Session
    now: int
    schedule: Schedule = field(default_factory=Schedule)
    books: dict[str, Book] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    closes: dict[str, Decimal] = field(default_factory=dict)
    told: list[AccountUpdate] = field(default_factory=list)
    news: list[Message] = field(default_factory=list)
    tickets: int = 0

    def account(self, account_id: str) -> Account:
        """Find an account. Raises Refused."""
        account = self.accounts.get(account_id)
        if account is None:
            raise Refused(404, 40410000, f"account not found for {account_id}")
        return account

    def price(self, symbol: str) -> Decimal:
        """Give the price a position is marked at: the last one, else the previous close."""
        mark = self.books[symbol].mark()
        return self.previous_close(symbol) if mark is None else mark

    def previous_close(self, symbol: str) -> Decimal:
        """Give the close before the tape's session; looked up once, because that is slow."""
        if symbol not in self.closes:
            self.closes[symbol] = Decimal(str(self.market.previous_close(symbol)))
        return self.closes[symbol]

    def can_trade(self, ticket: Ticket) -> bool:
        """Tell whether the order's hours are on and its symbol is not halted."""
        start, end = window(self.session, ticket.order.extended_hours)
        return start <= self.now < end and not self.books[ticket.order.symbol].halted

    def tell(self, ticket: Ticket, event: str) -> None:
        """Tell the owner what happened to an order."""
        self.told.append(
            AccountUpdate(
                account_id=ticket.order.account_id,
                event=event,
                at=self.now,
                event_id=self.ids.update(self.now),
                order=ticket.snapshot(),
                execution_id=None if event in UNEXECUTED else self.ids.uuid(),
            )
        )

    def tell_execution(
        self, event: str, execution: Execution, position: Decimal, previous: str | None = None
    ) -> None:
        """Tell the owner of an execution, or that one was taken back."""
        self.told.append(
            AccountUpdate(
                account_id=execution.ticket.order.account_id,
                event=event,
                at=self.now,
                event_id=self.ids.update(self.now),
                order=execution.ticket.snapshot(),
                execution_id=self.ids.uuid() if previous else execution.id,
                price=execution.price,
                qty=execution.qty,
                position_qty=position,
                settle_date=settlement_date(self.session.date).isoformat(),
                previous_execution_id=previous,
            )
        )
