"""Ending things on request: cancel an order, cancel all, close a position, close all."""

from decimal import ROUND_DOWN, Decimal
from functools import partial

from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.intake import Intake
from tradeengine.venue.exchange.matching import NINE_PLACES
from tradeengine.venue.exchange.order_life import OrderLife
from tradeengine.venue.exchange.refusals import malformed, not_found, unprocessable
from tradeengine.venue.exchange.schedule import Rank
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import OrderRequest, Refused, VenueOrder

HUNDRED = Decimal(100)


class Ending:
    """Takes in cancels and closes."""

    def __init__(self, floor: Floor, life: OrderLife, intake: Intake) -> None:
        self._floor = floor
        self._life = life
        self._intake = intake
        self._stuck: dict[str, int] = {}

    def stick_next_cancel(self, account_id: str) -> None:
        """Let the account's next cancel stay `pending_cancel`: the exchange loses it."""
        self._stuck[account_id] = self._stuck.get(account_id, 0) + 1

    def cancel(self, account: Account, ticket: Ticket) -> None:
        """Ask the exchange to cancel an order. Raises Refused when it is over."""
        if not ticket.is_open():
            raise unprocessable(f'order is already in "{ticket.order.status}" state')
        self._ask(account, ticket)

    def cancel_all(self, account: Account) -> list[tuple[str, int]]:
        """Ask for every open order, oldest first; legs go with their entry."""
        rows = []
        for ticket in [*account.open.values()]:
            if not self._follows(ticket):
                self._ask(account, ticket)
                rows.append((ticket.order.id, 200))
        return rows

    def close(
        self,
        account: Account,
        symbol: str,
        qty: Decimal | None = None,
        percentage: Decimal | None = None,
    ) -> Ticket:
        """Close a position, or a part of it, at the market. Raises Refused."""
        if symbol not in self._floor.market.instruments:
            raise not_found(f"symbol not found: {symbol}")
        held = account.qty(symbol)
        if not held:
            raise not_found("position does not exist")
        request = OrderRequest(
            symbol=symbol,
            side="sell" if held > 0 else "buy",
            type="market",
            time_in_force="day",
            qty=self._part(symbol, abs(held), qty, percentage),
        )
        return self._intake.submit(account, request)

    def close_all(
        self, account: Account, *, cancel_orders: bool
    ) -> list[tuple[str, int, VenueOrder | Refused]]:
        """
        Close every position; with `cancel_orders` end all orders first, at once.

        At once, because the shares that orders hold could not be sold before.
        """
        if cancel_orders:
            for ticket in [*account.open.values()]:
                if ticket.is_open():
                    self._life.end(ticket, "canceled")
        rows: list[tuple[str, int, VenueOrder | Refused]] = []
        for symbol in sorted(account.holdings):
            try:
                rows.append((symbol, 200, self.close(account, symbol).snapshot()))
            except Refused as refusal:
                rows.append((symbol, refusal.status, refusal))
        return rows

    def _ask(self, account: Account, ticket: Ticket) -> None:
        """Send the cancel; one that is under way is sent again (it may have been lost)."""
        order, now = ticket.order, self._floor.now
        if order.status != "pending_cancel":
            ticket.move("pending_cancel", now)
        order.cancel_requested_at = now
        if self._stuck.get(account.id):
            self._stuck[account.id] -= 1
            ticket.stuck = True
        self._floor.tell(ticket, "pending_cancel")
        at = now + self._floor.latency.cancel()
        self._floor.schedule.add(at, Rank.CANCEL, partial(self._life.cancel, ticket))

    def _follows(self, ticket: Ticket) -> bool:
        """Tell whether the order goes with another: its entry, or the first of two exits."""
        if ticket.parent is not None and ticket.parent.is_open():
            return True
        return ticket.rival is not None and ticket.order.group_role == "stop_loss"

    def _part(
        self, symbol: str, held: Decimal, qty: Decimal | None, percentage: Decimal | None
    ) -> Decimal:
        if qty is not None and percentage is not None:
            # Words not recorded.
            raise malformed("only one of qty or percentage is accepted")
        if percentage is None:
            return held if qty is None else qty
        if not 0 < percentage <= HUNDRED:
            # Words not recorded.
            raise malformed("percentage must be between 0 and 100")
        fractionable = self._floor.market.instruments[symbol].fractionable
        step = NINE_PLACES if fractionable else Decimal(1)
        return (held * percentage / HUNDRED).quantize(step, ROUND_DOWN)
