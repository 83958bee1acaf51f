"""
The exchange and broker as one object.

`advance` carries out everything due at `next_at`. Requests are carried out
between two advances and never move time: what they cause at once is in `drain`,
what they cause later comes with the turns. A request that breaks a rule raises
`Refused` with the broker's status, code and words.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from tradeengine.model.events import Quote, Trade
from tradeengine.venue.exchange import margin, queries
from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.book import Book
from tradeengine.venue.exchange.ending import Ending
from tradeengine.venue.exchange.fees import fees_from
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.hours import session_at
from tradeengine.venue.exchange.ids import Ids
from tradeengine.venue.exchange.intake import Intake
from tradeengine.venue.exchange.latency import Latency
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.port import Market
from tradeengine.venue.exchange.queries import FILL, MOST_ACTIVITIES, OrderQuery
from tradeengine.venue.exchange.refusals import not_found
from tradeengine.venue.exchange.replacing import Replacing
from tradeengine.venue.exchange.tampering import Tampering
from tradeengine.venue.exchange.turns import Turn, Turns
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    Activity,
    OrderRequest,
    PositionRecord,
    Refused,
    ReplaceRequest,
    Transfer,
    VenueOrder,
)


class Exchange:
    """The embedded venue without its wires. `start` is its first instant, ns UTC."""

    def __init__(
        self, market: Market, *, parameters: VenueParameters, seed: int, start: int
    ) -> None:
        self._floor = Floor(
            market=market,
            parameters=parameters,
            ids=Ids(seed),
            latency=Latency(parameters, seed),
            fees=fees_from(parameters),
            session=session_at(start),
            now=start,
            books={symbol: Book(symbol) for symbol in market.instruments},
        )
        self._symbols = {share.asset_id: name for name, share in market.instruments.items()}
        self._life = OrderLife(self._floor, seed)
        self._intake = Intake(self._floor, self._life)
        self._replacing = Replacing(self._floor, self._life)
        self._ending = Ending(self._floor, self._life, self._intake)
        self._turns = Turns(self._floor, self._life.matcher)
        self.tampering = Tampering(self._floor, self._life, self._intake, self._turns)
        """What only faults do."""

    # Time.

    @property
    def now(self) -> int:
        """The present instant, ns UTC."""
        return self._floor.now

    def next_at(self) -> int | None:
        """Give the instant of the next thing, None when the tape has ended."""
        return self._turns.next_at()

    def pass_time(self, at: int) -> None:
        """Let the clock show `at`, at most `next_at`, so that requests carry it."""
        self._turns.pass_time(at)

    def advance(self) -> Turn:
        """Carry out everything due at `next_at`. Raises ValueError when nothing is."""
        return self._turns.advance()

    def drain(self) -> list[AccountUpdate]:
        """Take the updates that requests have caused at the present instant."""
        told, self._floor.told = self._floor.told, []
        return told

    # Accounts.

    def open_account(self, account_id: str, *, cash: Decimal | None = None) -> None:
        """
        Open an account with `cash` dollars (None: the parameters' start cash).

        Raises ValueError when it is open already.
        """
        if account_id in self._floor.accounts:
            raise ValueError(f"the account {account_id} is open already")
        money = self._floor.parameters.start_cash_dollars if cash is None else cash
        self._floor.accounts[account_id] = Account(
            id=account_id,
            uuid=self._floor.ids.named(account_id),
            number=self._floor.ids.account_number(account_id),
            created_at=self._floor.now,
            cash=money,
            last_equity=money,
        )

    def account(self, account_id: str) -> AccountRecord:
        """Give an account's money now."""
        return margin.record(self._floor, self._floor.account(account_id))

    def position(self, account_id: str, symbol: str) -> PositionRecord:
        """Give the position in a symbol or asset id. Raises Refused when there is none."""
        account, name = self._floor.account(account_id), self._symbol(symbol)
        if name not in account.holdings:
            raise not_found("position does not exist")
        return margin.position(self._floor, account, name)

    def positions(self, account_id: str) -> list[PositionRecord]:
        """Give all positions, by symbol."""
        account = self._floor.account(account_id)
        return [margin.position(self._floor, account, name) for name in sorted(account.holdings)]

    def activities(
        self,
        account_id: str,
        *,
        kinds: Collection[str] = (FILL,),
        order_id: str | None = None,
        after: int | None = None,
        until: int | None = None,
        direction: str = "desc",
        page_size: int = MOST_ACTIVITIES,
        page_token: str | None = None,
    ) -> list[Activity | Transfer]:
        """Give a page of some kinds; `page_token` is the id of the last row already seen."""
        return queries.activities(
            self._floor.account(account_id),
            kinds=kinds,
            order_id=order_id,
            after=after,
            until=until,
            direction=direction,
            page_size=page_size,
            page_token=page_token,
        )

    # Orders.

    def submit(self, account_id: str, request: OrderRequest) -> VenueOrder:
        """Take in an order; the answer is `pending_new`, or `accepted` for a later session."""
        account = self._floor.account(account_id)
        named = replace(request, symbol=self._symbol(request.symbol))
        return self._intake.submit(account, named).snapshot()

    def replace(self, account_id: str, order_id: str, request: ReplaceRequest) -> VenueOrder:
        """Take in a replace; the answer is the new order, which may still be refused."""
        account = self._floor.account(account_id)
        old = queries.ticket_of(account, order_id)
        return self._replacing.replace(account, old, request).snapshot()

    def cancel(self, account_id: str, order_id: str) -> None:
        """Take in a cancel; a fill may still come first."""
        account = self._floor.account(account_id)
        self._ending.cancel(account, queries.ticket_of(account, order_id))

    def cancel_all(self, account_id: str) -> list[tuple[str, int]]:
        """Take in a cancel of every open order: order id and HTTP status of each."""
        return self._ending.cancel_all(self._floor.account(account_id))

    def close_position(
        self,
        account_id: str,
        symbol: str,
        qty: Decimal | None = None,
        percentage: Decimal | None = None,
    ) -> VenueOrder:
        """Close a position, or a part of it, with a market order."""
        account = self._floor.account(account_id)
        return self._ending.close(account, self._symbol(symbol), qty, percentage).snapshot()

    def close_all(
        self, account_id: str, cancel_orders: bool = False
    ) -> list[tuple[str, int, VenueOrder | Refused]]:
        """Close every position: symbol, HTTP status, and the order or the refusal."""
        account = self._floor.account(account_id)
        return self._ending.close_all(account, cancel_orders=cancel_orders)

    def order(self, account_id: str, order_id: str) -> VenueOrder:
        """Find an order by its id."""
        return queries.ticket_of(self._floor.account(account_id), order_id).snapshot()

    def order_by_client_id(self, account_id: str, client_order_id: str) -> VenueOrder:
        """Find an order by the client's own id."""
        return queries.by_client_id(self._floor.account(account_id), client_order_id).snapshot()

    def orders(
        self,
        account_id: str,
        *,
        status: str = "open",
        symbols: Sequence[str] = (),
        side: str | None = None,
        after: int | None = None,
        until: int | None = None,
        limit: int = 50,
        direction: str = "desc",
        before_order_id: str | None = None,
        after_order_id: str | None = None,
        nested: bool = False,
    ) -> list[VenueOrder]:
        """Give the orders that fit; legs are rows of their own unless `nested`."""
        query = OrderQuery(
            status=status,
            symbols=tuple(symbols),
            side=side,
            after=after,
            until=until,
            limit=limit,
            direction=direction,
            before_order_id=before_order_id,
            after_order_id=after_order_id,
            nested=nested,
        )
        return queries.orders(self._floor.account(account_id), query)

    # The market.

    def quote(self, symbol: str) -> Quote | None:
        """Give the last quote."""
        return self._book(symbol).quote

    def last_trade(self, symbol: str) -> Trade | None:
        """Give the last trade."""
        return self._book(symbol).trade

    def halted(self) -> frozenset[str]:
        """Give the symbols in which trading is halted."""
        return frozenset(name for name, book in self._floor.books.items() if book.halted)

    # Faults.

    def set_halt(self, symbol: str, halted: bool) -> None:
        """Halt or resume a symbol; the next turn, due at once, carries the status message."""
        self._turns.set_halt(self._book(symbol).symbol, halted=halted)

    def bust(self, account_id: str, execution_id: str) -> None:
        """Take an execution back (`trade_bust`)."""
        self._life.executions.bust(account_id, execution_id)

    def reject_next(self, account_id: str, reason: str) -> None:
        """Let the account's next order be taken and then `rejected`."""
        self._intake.reject_next(account_id, reason)

    def reject_next_replace(self, account_id: str, reason: str) -> None:
        """Let the account's next replace be answered and then refused."""
        self._replacing.reject_next(account_id, reason)

    def stick_next_cancel(self, account_id: str) -> None:
        """Let the account's next cancel stay `pending_cancel` until asked again."""
        self._ending.stick_next_cancel(account_id)

    def _symbol(self, symbol_or_asset_id: str) -> str:
        return self._symbols.get(symbol_or_asset_id, symbol_or_asset_id)

    def _book(self, symbol: str) -> Book:
        book = self._floor.books.get(self._symbol(symbol))
        if book is None:
            raise not_found(f"asset not found for {symbol}")
        return book
