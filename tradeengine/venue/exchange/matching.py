"""
Price-time matching of our orders against the tape.

A quote can fill what has become marketable; a print can set off stops and fill
orders that rest: whole when it goes through their price, a share of it when it
is at their price. Among our own orders the better price comes first, then the
earlier arrival.
"""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal

from tradeengine.model.events import Trade
from tradeengine.venue.exchange import triggers
from tradeengine.venue.exchange.book import Book, exact
from tradeengine.venue.exchange.fills import (
    FillPolicy,
    InHouseFills,
    Slice,
    fill_policy_from,
    queued,
    within,
)
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.ticket import AUCTIONS, Ticket
from tradeengine.venue.records import ZERO

NINE_PLACES = Decimal("0.000000001")
"""Alpaca's finest quantity."""

HELD_BACK = Decimal("0.01")
"""Kept from a notional buy: 5.00 bought 4.99 worth on 2026-10-08 (one observation)."""

Fill = Callable[[Ticket, Slice], None]
Reached = Callable[[Ticket], None]


def rank(ticket: Ticket) -> tuple[bool, Decimal, int]:
    """Sort key: no limit first, then the better limit, then arrival."""
    limit = ticket.limit
    if limit is None:
        return (False, ZERO, ticket.number)
    return (True, -limit if ticket.order.side == "buy" else limit, ticket.number)


def shares_for(notional: Decimal, side: str, price: Decimal) -> Decimal:
    """Give the shares that a notional order trades at a price, cut to nine places."""
    money = notional - HELD_BACK if side == "buy" else notional
    return (money / price).quantize(NINE_PLACES, ROUND_DOWN)


class Matcher:
    """Decides what trades; `fill` carries it out, `reached` hears of stops set off."""

    def __init__(self, floor: Floor, seed: int, *, fill: Fill, reached: Reached) -> None:
        self._floor = floor
        self._fill = fill
        self._reached = reached
        self._policy: FillPolicy = fill_policy_from(floor.parameters, seed)
        self._in_house = InHouseFills()
        self._share = Decimal(repr(floor.parameters.queue_share))
        self._prints_fill = floor.parameters.fills == "book"

    def on_quote(self, book: Book) -> None:
        """Fill what the new quote makes marketable."""
        for ticket in sorted(book.tickets, key=rank):
            self.look(ticket, book)

    def on_trade(self, book: Book, trade: Trade) -> None:
        """Set off stops and fill resting orders; the print's size is given out once."""
        price, left = exact(trade.price), Decimal(int(trade.size))
        for ticket in sorted(book.tickets, key=rank):
            if not ticket.live or not self._floor.can_trade(ticket):
                continue
            if ticket.order.time_in_force == "opg":
                self._open(ticket, price)
            elif ticket.waits:
                self.watch(ticket, book, price)
            elif self._rests(ticket, book):
                left -= self._rest(ticket, price, left)

    def look(self, ticket: Ticket, book: Book) -> None:
        """Fill an order as far as it is marketable now."""
        order = ticket.order
        if not ticket.live or ticket.waits or order.time_in_force in AUCTIONS:
            return
        if not self._floor.can_trade(ticket):
            return
        if order.qty is None:
            self._size(ticket, book)
        policy = self._in_house if ticket.in_house else self._policy
        taken = book.used(order.side)
        slices = policy.take(book, order.side, ticket.remaining, ticket.limit)
        if order.time_in_force == "fok" and sum(s.qty for s in slices) < ticket.remaining:
            book.use(order.side, taken)
            return
        for part in slices:
            if ticket.is_open():
                self._fill(ticket, part)

    def watch(self, ticket: Ticket, book: Book, price: Decimal) -> None:
        """Let a sleeping stop see a price: a trailing one follows, a reached one wakes."""
        if ticket.order.type == "trailing_stop":
            triggers.follow(ticket.order, price)
        if triggers.is_reached(ticket.order, price):
            ticket.triggered = True
            self._reached(ticket)
            self.look(ticket, book)

    def cross(self, ticket: Ticket, price: Decimal) -> None:
        """Fill an auction order whole at the auction's price, if its limit allows."""
        if within(ticket.order.side, price, ticket.limit):
            self._fill(ticket, Slice(ticket.remaining, price))

    def _open(self, ticket: Ticket, price: Decimal) -> None:
        """Cross an opening order at the session's first print, and never after it."""
        if not ticket.triggered:
            ticket.triggered = True
            self.cross(ticket, price)

    def _rests(self, ticket: Ticket, book: Book) -> bool:
        """Tell whether the order waits at its limit, the quote being out of its reach."""
        if not self._prints_fill or ticket.limit is None or ticket.order.qty is None:
            return False
        touch = book.touch(ticket.order.side)
        return (
            touch is not None
            and ticket.order.time_in_force not in AUCTIONS
            and not within(ticket.order.side, touch[0], ticket.limit)
        )

    def _rest(self, ticket: Ticket, price: Decimal, left: Decimal) -> Decimal:
        """Fill a resting order from a print; give the shares that took of it."""
        limit = ticket.limit
        if limit is None or left <= 0 or not within(ticket.order.side, price, limit):
            return ZERO
        if ticket.in_house:
            if price != limit:
                self._fill(ticket, Slice(ticket.remaining, limit))
            return ZERO
        qty = min(left, ticket.remaining)
        if price == limit:
            qty = queued(left, self._share, ticket.remaining)
        if qty > 0:
            self._fill(ticket, Slice(qty, limit))
        return qty

    def _size(self, ticket: Ticket, book: Book) -> None:
        touch = book.touch(ticket.order.side)
        if touch is not None and ticket.order.notional is not None:
            ticket.estimate = shares_for(ticket.order.notional, ticket.order.side, touch[0])
