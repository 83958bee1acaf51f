"""
Tampering: what only faults do to the exchange, the tape and the accounts.

Everything goes through the schedule, so equal commands at equal instants give
equal tapes.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from tradeengine.model.events import Trade
from tradeengine.model.message import Message
from tradeengine.venue.exchange import queries
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.intake import Intake
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.refusals import not_found
from tradeengine.venue.exchange.schedule import Rank
from tradeengine.venue.exchange.splitting import OpenOrders, Splitting
from tradeengine.venue.exchange.turns import Turns
from tradeengine.venue.exchange.warps import Warp, divided
from tradeengine.venue.records import Transfer


class Tampering:
    """The hooks of market and account faults."""

    def __init__(self, floor: Floor, life: OrderLife, intake: Intake, turns: Turns) -> None:
        self._floor, self._life, self._intake, self._turns = floor, life, intake, turns
        self._splitting = Splitting(floor, life)

    def later(self, at: int, action: Callable[[], None]) -> None:
        """Do something at an instant, as the last thing of it."""
        self._floor.schedule.add(max(at, self._floor.now), Rank.FAULT, action)

    def announce(self, message: Message) -> None:
        """Let the next turn, due at once, show a message as if it were on the tape."""
        self._turns.add(message)

    def warp(self, symbol: str, warp: Warp, until: int | None) -> None:
        """Bend a symbol's tape from now `until` an instant (None: for good)."""
        self._require(symbol)
        self.later(self._floor.now, partial(self._bend, symbol, warp))
        if until is not None:
            self.later(until, partial(self._straighten, symbol, warp))

    def split(self, symbol: str, ratio: Decimal, orders: OpenOrders) -> None:
        """Turn each share into `ratio` shares: positions, open orders and the tape."""
        self._require(symbol)
        self.later(self._floor.now, partial(self._split, symbol, ratio, orders))

    def hurry(self, account_id: str, order_id: str) -> None:
        """Let the exchange have an order, and look at it, without any latency."""
        ticket = queries.ticket_of(self._floor.account(account_id), order_id)
        if ticket.order.status == "pending_new":
            self._life.hurry(ticket)

    def cut_next(self, account_id: str, share: Decimal) -> None:
        """Let the account's next order be filled by a share at most and then cancelled."""
        self._intake.cut_next(account_id, share)

    def transfer(self, account_id: str, kind: str, amount: Decimal) -> None:
        """Let cash come into an account, or leave it (negative), at once."""
        now, ids = self._floor.now, self._floor.ids
        booked = Transfer(id=ids.activity(now), at=now, kind=kind, amount=amount)
        self._floor.account(account_id).transfer(booked)

    def last_execution(self, account_id: str, symbol: str | None = None) -> str:
        """Give the id of the last execution that stands. Raises Refused when none does."""
        for execution in reversed(self._floor.account(account_id).executions.values()):
            if not execution.busted and symbol in (None, execution.ticket.order.symbol):
                return execution.id
        raise not_found("no execution stands")

    def price(self, symbol: str) -> float:
        """Give a symbol's last price, else its previous close. Raises Refused."""
        self._require(symbol)
        return float(self._floor.price(symbol))

    def _bend(self, symbol: str, warp: Warp) -> None:
        self._turns.warps.add(symbol, warp)
        self._show(symbol)

    def _straighten(self, symbol: str, warp: Warp) -> None:
        self._turns.warps.remove(symbol, warp)
        self._show(symbol)

    def _split(self, symbol: str, ratio: Decimal, orders: OpenOrders) -> None:
        """Book a split. Its new price is no print: nothing trades because of it."""
        self._splitting.book(symbol, ratio, orders)
        self._turns.warps.add(symbol, divided(float(ratio)))
        for message in self._turns.warps.present(symbol, self._floor.now):
            if isinstance(message, Trade):
                self._floor.books[symbol].trade = message
            else:
                self._turns.add(message)

    def _show(self, symbol: str) -> None:
        for message in self._turns.warps.present(symbol, self._floor.now):
            self._turns.add(message)

    def _require(self, symbol: str) -> None:
        if symbol not in self._floor.books:
            raise not_found(f"asset not found for {symbol}")
