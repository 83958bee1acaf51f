"""
The life of an order from the moment the broker has taken it.

    pending_new / accepted --route--> new --enter--> in the book --> filled
                                       |                |
                                       +-- cancel, replace, expiry end it --+

Every step is an action in the schedule, so a request never moves time and
races (a fill before a cancel) come out of the instants alone.
"""

from decimal import ROUND_DOWN, Decimal
from functools import partial

from tradeengine.venue.exchange import triggers
from tradeengine.venue.exchange.executions import Executions
from tradeengine.venue.exchange.fills import Slice
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.groups import Groups
from tradeengine.venue.exchange.matching import NINE_PLACES, Matcher
from tradeengine.venue.exchange.schedule import Rank
from tradeengine.venue.exchange.ticket import AUCTIONS, Ticket


class OrderLife:
    """Moves tickets through their lives."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self._floor = floor
        self.executions = Executions(floor)
        self.groups = Groups(floor, send=self.send, end=self.end)
        self.matcher = Matcher(floor, seed, fill=self.fill, reached=self.groups.reached)

    def time_out(self, ticket: Ticket) -> None:
        """Set the end of an order: its expiry, and the auction it is for."""
        schedule, ends_at = self._floor.schedule, ticket.ends_at
        schedule.add(ends_at, Rank.EXPIRE, partial(self._expire, ticket))
        if ticket.order.time_in_force == "cls":
            schedule.add(ends_at, Rank.AUCTION, partial(self._close, ticket))

    def send(self, ticket: Ticket, opens_at: int = 0) -> None:
        """Send an order to the exchange, not before `opens_at`."""
        latency = self._floor.latency
        delay = latency.in_house() if ticket.in_house else latency.accept()
        at = max(self._floor.now, opens_at) + delay
        self._floor.schedule.add(at, Rank.ROUTE, partial(self._route, ticket))

    def fill(self, ticket: Ticket, part: Slice) -> None:
        """Carry out a trade of an order and what follows from it."""
        if ticket.cut is not None:
            part = _cut(ticket, part, ticket.cut)
        self.executions.carry_out(ticket, part)
        if not ticket.is_open():
            self._leave(ticket)
        self.groups.after_fill(ticket, part.qty)
        if ticket.cut is not None and ticket.is_open():
            self.end(ticket, "canceled")

    def end(self, ticket: Ticket, outcome: str) -> None:
        """End an open order: canceled, expired or rejected; its group follows."""
        order, now = ticket.order, self._floor.now
        ticket.move(outcome, now)
        if outcome == "canceled":
            order.canceled_at = now
        elif outcome == "expired":
            order.expired_at = now
        else:
            order.failed_at = now
        self._leave(ticket)
        self._floor.tell(ticket, outcome)
        self.groups.after_end(ticket, outcome)

    def cancel(self, ticket: Ticket) -> None:
        """Carry out a cancel that was asked for earlier; the order may be filled by now."""
        if ticket.stuck:
            ticket.stuck = False
        elif ticket.is_open():
            self.end(ticket, "canceled")
        elif ticket.order.status == "filled":
            self._floor.tell(ticket, "order_cancel_rejected")

    def replace(self, old: Ticket, new: Ticket) -> None:
        """Carry out a replace that was asked for earlier, or refuse it after all."""
        old.successor = None
        if not new.is_open():
            self._give_up(old)
            return
        left = left_after(old, new)
        if old.order.status != "pending_replace" or left <= 0 or new.reject_reason:
            self._refuse_replace(old, new)
            return
        new.order.qty = left
        watched = old.live and old.fallback == "held"
        old.move("replaced", self._floor.now)
        old.order.replaced_at, old.order.replaced_by = self._floor.now, new.order.id
        self._leave(old)
        self._floor.tell(old, "replaced")
        self.groups.succeed(old, new)
        self._renew(new, watched=watched)

    def _renew(self, new: Ticket, *, watched: bool) -> None:
        """Work the replacement: as a leg that is still held, or as a new order."""
        if new.order.status != "held":
            self._route(new)
        elif watched:
            self._join(new)
        self.time_out(new)

    def _refuse_replace(self, old: Ticket, new: Ticket) -> None:
        if old.order.status == "pending_replace":
            filled = old.order.filled_qty > 0
            old.move("partially_filled" if filled else old.fallback, self._floor.now)
        new.move("rejected", self._floor.now)
        new.order.failed_at = self._floor.now
        new.order.reject_reason = new.reject_reason
        self._leave(new)
        self._floor.tell(old, "order_replace_rejected")

    def _give_up(self, old: Ticket) -> None:
        """The replacement was cancelled before it took effect: so is what it replaces."""
        if old.is_open():
            self.end(old, "canceled")

    def hurry(self, ticket: Ticket) -> None:
        """Let the exchange have an order and look at it now."""
        self._route(ticket, at_once=True)

    def _route(self, ticket: Ticket, *, at_once: bool = False) -> None:
        """The exchange has the order: `new`, and soon in the book."""
        if ticket.order.status not in {"pending_new", "accepted", "held"}:
            return
        floor, order = self._floor, ticket.order
        if ticket.reject_reason is not None:
            order.reject_reason = ticket.reject_reason
            self.end(ticket, "rejected")
            return
        if not ticket.in_house:
            order.submitted_at = floor.now
        if order.type == "trailing_stop":
            self._start_trailing(ticket)
        ticket.move("new", floor.now)
        floor.tell(ticket, "new")
        if ticket.in_house or at_once:
            self._enter(ticket)
        else:
            at = floor.now + floor.latency.fill()
            floor.schedule.add(at, Rank.ENTER, partial(self._enter, ticket))

    def _start_trailing(self, ticket: Ticket) -> None:
        mark = ticket.order.hwm or self._floor.price(ticket.order.symbol)
        ticket.order.hwm = None
        triggers.follow(ticket.order, mark)

    def _enter(self, ticket: Ticket) -> None:
        """Look at the book for the first time; stay in it unless the order may not."""
        if not ticket.is_open():
            return
        self._join(ticket)
        if ticket.rival is not None and ticket.rival.order.status == "held":
            self._join(ticket.rival)
        self._look(ticket)
        if ticket.is_open() and ticket.order.time_in_force in {"ioc", "fok"}:
            self.end(ticket, "canceled")

    def _look(self, ticket: Ticket) -> None:
        book = self._floor.books[ticket.order.symbol]
        mark = book.mark()
        if not ticket.waits:
            self.matcher.look(ticket, book)
        elif mark is not None and self._floor.can_trade(ticket):
            self.matcher.watch(ticket, book, mark)

    def _close(self, ticket: Ticket) -> None:
        """Trade a closing-auction order at the last price of the session."""
        book = self._floor.books[ticket.order.symbol]
        price = book.mark()
        if ticket.live and price is not None and not book.halted:
            self.matcher.cross(ticket, price)

    def _expire(self, ticket: Ticket) -> None:
        """End an order whose time is up; what an auction left is cancelled."""
        if ticket.is_open():
            auction = ticket.order.time_in_force in AUCTIONS
            self.end(ticket, "canceled" if auction else "expired")

    def _join(self, ticket: Ticket) -> None:
        if not ticket.live and ticket.is_open():
            ticket.live = True
            self._floor.books[ticket.order.symbol].tickets.append(ticket)

    def _leave(self, ticket: Ticket) -> None:
        """Take an order out of the book and out of the account's open orders."""
        if ticket.live:
            ticket.live = False
            self._floor.books[ticket.order.symbol].tickets.remove(ticket)
        self._floor.account(ticket.order.account_id).open.pop(ticket.order.id, None)


def _cut(ticket: Ticket, part: Slice, share: Decimal) -> Slice:
    """Give the part of a slice that a fault leaves: a share of the order, one step at least."""
    whole = ticket.size == ticket.size.to_integral_value()
    step = Decimal(1) if whole else NINE_PLACES
    most = max((ticket.size * share).quantize(step, ROUND_DOWN), step)
    return Slice(min(part.qty, most), part.price)


def left_after(old: Ticket, new: Ticket) -> Decimal:
    """Give a replacement's shares: what was asked less what the old order filled (as FIX)."""
    if new.keeps_size or new.order.qty is None:
        return old.remaining
    return new.order.qty - old.order.filled_qty
