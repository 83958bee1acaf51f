"""
The broker in the engine's own process: the embedded exchange without a socket.

The same commands in, the same messages out as over the wire, because both sides
share the making of them: an answer is written here, an update becomes a `Report`
and passes through `News`. Whoever moves the exchange on calls `hear` with each
update it hands out, as a server would send it as a frame.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from tradeengine.broker.answers import Answers
from tradeengine.broker.durability import may_leave
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.news import News
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import Durable, Inbox
from tradeengine.broker.session_hours import BrokerSession, BrokerTime
from tradeengine.broker.snapshot import Holdings, snapshot_of
from tradeengine.broker.submit import is_duplicate_id
from tradeengine.broker.venue_records import (
    account_row,
    order_request,
    order_rows,
    position_row,
    replace_request,
    report_of,
)
from tradeengine.broker.withdrawals import Withdrawals
from tradeengine.clock import Clock
from tradeengine.errors import RefusedByBroker
from tradeengine.model.commands import AskBroker, CancelOrder, Command, ReplaceOrder, SubmitOrder
from tradeengine.model.events import OrderStreamReady
from tradeengine.model.orders import Question
from tradeengine.model.sessions import is_open, session_on
from tradeengine.quiescence import Quiescence
from tradeengine.venue.records import (
    AccountRecord,
    AccountUpdate,
    OrderRequest,
    PositionRecord,
    Refused,
    ReplaceRequest,
    VenueOrder,
)

_MOST_ORDERS = 500
"""Orders on a page."""


class Exchange(Protocol):
    """What the broker asks of the embedded exchange. Refusals raise `Refused`."""

    @property
    def now(self) -> int: ...
    def next_at(self) -> int | None: ...
    def pass_time(self, at: int) -> None: ...
    def submit(self, account_id: str, request: OrderRequest) -> VenueOrder: ...
    def replace(self, account_id: str, order_id: str, request: ReplaceRequest) -> VenueOrder: ...
    def cancel(self, account_id: str, order_id: str) -> None: ...
    def order_by_client_id(self, account_id: str, client_order_id: str) -> VenueOrder: ...
    def orders(
        self,
        account_id: str,
        *,
        status: str = ...,
        limit: int = ...,
        before_order_id: str | None = ...,
        nested: bool = ...,
    ) -> Sequence[VenueOrder]: ...
    def positions(self, account_id: str) -> Sequence[PositionRecord]: ...
    def account(self, account_id: str) -> AccountRecord: ...


class SimulatedBroker:
    """
    Carries commands out on an exchange, one after the other.

    `settle` is called after each command: at a finite speed whoever owns the
    exchange then hands out what the command caused at once.
    """

    def __init__(
        self,
        exchange: Exchange,
        account_id: str,
        parameters: BrokerParameters,
        *,
        inbox: Inbox,
        clock: Clock,
        durable: Durable,
        quiescence: Quiescence | None = None,
        settle: Callable[[], None] | None = None,
    ) -> None:
        self._exchange, self._account_id = exchange, account_id
        self._inbox, self._clock, self._durable = inbox, clock, durable
        self._quiescence = quiescence or Quiescence()
        self._settle = settle
        self._answers = Answers(inbox, clock)
        memory = OrderMemory(parameters.remembered_orders)
        self._news = News(parameters, memory, inbox, clock)
        self._waiting: deque[Command] = deque()
        self._arrived, self._ready, self._empty = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._empty.set()
        self._closing = False
        self._withdrawals = Withdrawals()

    def send(self, command: Command) -> None:
        """Carry a command out as soon as its turn comes. Never blocks, never raises."""
        self._quiescence.begin()
        self._withdrawals.note(command, self._waiting)
        self._waiting.append(command)
        self._empty.clear()
        self._arrived.set()

    def hear(self, update: AccountUpdate) -> None:
        """Tell what the exchange says of our account's orders."""
        if update.account_id == self._account_id:
            self._news.hear([report_of(update)])

    async def run(self) -> None:
        """Carry commands out, until closed or cancelled."""
        now = self._clock.now()
        self._inbox.put_nowait(OrderStreamReady(at=now, received_at=now))
        self._ready.set()
        while not self._closing:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                command = self._waiting.popleft()
                if await may_leave(command, self._durable, self._answers):
                    self.carry_out(command)
                self._quiescence.end()
            self._empty.set()

    async def connect(self) -> None:
        """Wait until `run` runs."""
        await self._ready.wait()

    async def drained(self) -> None:
        """Wait until every command sent has its answer in the inbox."""
        await self._empty.wait()

    async def close(self) -> None:
        """Carry out what was sent, then end `run`."""
        self._closing = True
        self._arrived.set()

    async def session(self, day: date) -> BrokerSession | None:
        """Give a day's hours; None on a holiday."""
        session = session_on(day)
        if session is None:
            return None
        return BrokerSession(day=day, open_at=session.open_at, close_at=session.close_at)

    async def time(self) -> BrokerTime:
        """Give the time at the broker."""
        now = self._clock.now()
        return BrokerTime(at=now, is_open=is_open(now))

    def carry_out(self, command: Command) -> None:
        """Carry a command out now; its answer is in the inbox afterwards."""
        self._catch_up()
        match command:
            case SubmitOrder() if self._withdrawals.stop(command):
                self._answers.not_found(command, lookups=0)
            case CancelOrder() if self._withdrawals.settle(command):
                pass
            case SubmitOrder():
                self._submit(command)
            case CancelOrder():
                self._cancel(command)
            case ReplaceOrder():
                self._replace(command)
            case AskBroker(why=Question.MISSED):
                pass  # Nothing is lost on the way from this exchange.
            case AskBroker():
                self._inbox.put_many(
                    snapshot_of(self._holdings(), command.why, self._clock.now(), command.at)
                )
            case _:
                raise TypeError(f"no broker command: {type(command).__name__}")
        if self._settle is not None:
            self._settle()

    def _catch_up(self) -> None:
        """Let the exchange see the clock's present, so that the command carries it."""
        now, due = self._clock.now(), self._exchange.next_at()
        present = now if due is None else min(now, due)
        if present > self._exchange.now:
            self._exchange.pass_time(present)

    def _submit(self, command: SubmitOrder) -> None:
        try:
            order = self._exchange.submit(self._account_id, order_request(command))
        except Refused as refusal:
            self._refused(command, RefusedByBroker(refusal.status, refusal.code, refusal.message))
        else:
            self._accepted(order, command.symbol)

    def _refused(self, command: SubmitOrder, refusal: RefusedByBroker) -> None:
        if not is_duplicate_id(refusal):
            self._answers.rejected(command, refusal.status, refusal.code, refusal.message)
            return
        self._answers.unresolved(command.client_order_id, command.symbol, str(refusal))
        order = self._exchange.order_by_client_id(self._account_id, command.client_order_id)
        self._accepted(order, command.symbol)

    def _cancel(self, command: CancelOrder) -> None:
        try:
            order_id = command.order_id or self._id_of(command.client_order_id)
            self._exchange.cancel(self._account_id, order_id)
        except Refused as refusal:
            self._answers.cancel_rejected(command, refusal.message)

    def _replace(self, command: ReplaceOrder) -> None:
        self._news.expect_replacement(command.order_id, command.new_client_order_id)
        try:
            order = self._exchange.replace(
                self._account_id, command.order_id, replace_request(command)
            )
        except Refused as refusal:
            self._answers.replace_rejected(command, refusal.message)
        else:
            self._accepted(order, command.symbol)

    def _accepted(self, order: VenueOrder, symbol: str) -> None:
        self._answers.accepted(
            order.client_order_id, symbol, order.id, order.status, order.created_at
        )

    def _id_of(self, client_order_id: str) -> str:
        return self._exchange.order_by_client_id(self._account_id, client_order_id).id

    def _holdings(self) -> Holdings:
        return Holdings(
            account=account_row(self._exchange.account(self._account_id)),
            positions=[position_row(p) for p in self._exchange.positions(self._account_id)],
            orders=[row for order in self._open_orders() for row in order_rows(order)],
            unreadable=[],
        )

    def _open_orders(self) -> list[VenueOrder]:
        orders: list[VenueOrder] = []
        before: str | None = None
        while page := self._exchange.orders(
            self._account_id,
            status="open",
            limit=_MOST_ORDERS,
            before_order_id=before,
            nested=True,
        ):
            orders += page
            before = page[-1].id
        return orders
