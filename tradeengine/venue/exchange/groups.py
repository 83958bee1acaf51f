"""
Brackets, one-cancels-other and one-triggers-other.

The legs of an entry are `held` until it is filled completely; then the first is
sent. Of two exits only the take-profit is at the exchange: the stop-loss stays
`held`, watched by the broker, and when its stop is reached it takes the other's
place. The two are rivals: the end of one ends the other, and what one fills the
other loses.
"""

from collections.abc import Callable
from decimal import Decimal

from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.margin import held_for_orders
from tradeengine.venue.exchange.ticket import Ticket

Send = Callable[[Ticket], None]
End = Callable[[Ticket, str], None]


class Groups:
    """Carries what happens to one order over to the others of its group."""

    def __init__(self, floor: Floor, *, send: Send, end: End) -> None:
        self._floor = floor
        self._send = send
        self._end = end

    def after_fill(self, ticket: Ticket, qty: Decimal) -> None:
        """Send the legs of a filled entry; shrink or end the rival of an exit."""
        complete = ticket.order.status == "filled"
        if complete and ticket.order.group_role == "entry":
            self._release(ticket)
        rival = ticket.rival
        if rival is None or not rival.is_open():
            return
        if complete:
            self._end(rival, "canceled")
        else:
            self._shrink(rival, qty)

    def after_end(self, ticket: Ticket, outcome: str) -> None:
        """End the rest of the group: an order of it was cancelled, expired or rejected."""
        outcome = "canceled" if outcome == "rejected" else outcome
        legs = ticket.legs if ticket.order.group_role == "entry" else ()
        for other in (ticket.parent, ticket.rival, *legs):
            if other is not None and other.is_open():
                self._end(other, outcome)

    def reached(self, ticket: Ticket) -> None:
        """Let a stop-loss whose stop is reached take the place of its rival."""
        rival = ticket.rival
        if rival is None or ticket.order.status != "held":
            return
        ticket.rival = rival.rival = None
        self._end(rival, "canceled")
        ticket.reserves = True
        ticket.move("new", self._floor.now)
        self._floor.tell(ticket, "new")

    def succeed(self, old: Ticket, new: Ticket) -> None:
        """Put the replacement in the old order's place in the group."""
        new.reserves = old.reserves
        new.parent, new.rival, new.legs = old.parent, old.rival, old.legs
        new.order.parent_id = old.order.parent_id
        if new.rival is not None:
            new.rival.rival = new
        for leg in new.legs:
            leg.parent, leg.order.parent_id = new, new.order.id
        if new.parent is not None:
            new.parent.legs = [new if leg is old else leg for leg in new.parent.legs]
        old.parent, old.rival, old.legs = None, None, []

    def _release(self, entry: Ticket) -> None:
        """
        Send the first leg; a second one stays held and is watched.

        The owner may have sold of the shares while the entry was being filled:
        the legs get what is free, so that they can never turn the position.
        """
        first, symbol = entry.legs[0], entry.order.symbol
        account = self._floor.account(entry.order.account_id)
        held = account.qty(symbol) if entry.order.side == "buy" else -account.qty(symbol)
        free = held - held_for_orders(account, symbol)
        if free <= 0:
            self._end(first, "canceled")
            return
        for leg in entry.legs:
            leg.order.qty = min(leg.remaining, free)
        first.reserves = True
        self._send(first)

    def _shrink(self, rival: Ticket, qty: Decimal) -> None:
        rival.order.qty = rival.size - qty
        rival.order.updated_at = self._floor.now
        self._floor.tell(rival, "restated")
