"""Looking up orders and activities: filters, sorting, cursors. Nothing changes here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tradeengine.venue.exchange.account import Account
from tradeengine.venue.exchange.refusals import not_found
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import Activity, Transfer, VenueOrder

MOST_ORDERS = 500
MOST_ACTIVITIES = 100
FILL = "FILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """The parameters of GET /v2/orders. `after` and `until` are exclusive instants."""

    status: str = "open"
    symbols: tuple[str, ...] = ()
    side: str | None = None
    after: int | None = None
    until: int | None = None
    limit: int = 50
    direction: str = "desc"
    before_order_id: str | None = None
    after_order_id: str | None = None
    nested: bool = False


def ticket_of(account: Account, order_id: str) -> Ticket:
    """Find an order by its id. Raises Refused."""
    ticket = account.tickets.get(order_id)
    if ticket is None:
        raise not_found(f"order not found for {order_id}")
    return ticket


def by_client_id(account: Account, client_order_id: str) -> Ticket:
    """Find an order by the client's own id. Raises Refused."""
    ticket = account.by_client.get(client_order_id)
    if ticket is None:
        raise not_found(f"order not found for {client_order_id}")
    return ticket


def orders(account: Account, query: OrderQuery) -> list[VenueOrder]:
    """Give the orders that fit a query, by instant of submission, then by arrival."""
    if query.status == "open":
        tickets: Iterable[Ticket] = account.open.values()
    else:
        tickets = account.tickets.values()
    rows = sorted(tickets, key=_order)
    low = _order(ticket_of(account, query.after_order_id)) if query.after_order_id else None
    high = _order(ticket_of(account, query.before_order_id)) if query.before_order_id else None
    rows = [
        ticket
        for ticket in rows
        if _fits(ticket, query)
        and (low is None or _order(ticket) > low)
        and (high is None or _order(ticket) < high)
    ]
    if query.nested:
        shown = {ticket.order.id for ticket in rows}
        rows = [ticket for ticket in rows if ticket.order.parent_id not in shown]
    if query.direction == "desc":
        rows.reverse()
    return [ticket.snapshot() for ticket in rows[: min(query.limit, MOST_ORDERS)]]


def activities(
    account: Account,
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
    rows = [
        row
        for row in account.activities
        if _kind(row) in kinds
        and (order_id is None or getattr(row, "order_id", None) == order_id)
        and (after is None or row.at > after)
        and (until is None or row.at < until)
    ]
    if direction == "desc":
        rows.reverse()
    seen = [number for number, row in enumerate(rows) if row.id == page_token]
    first = seen[0] + 1 if seen else 0
    return rows[first : first + min(page_size, MOST_ACTIVITIES)]


def _kind(row: Activity | Transfer) -> str:
    return row.kind if isinstance(row, Transfer) else FILL


def _order(ticket: Ticket) -> tuple[int, int]:
    return ticket.order.submitted_at, ticket.number


def _fits(ticket: Ticket, query: OrderQuery) -> bool:
    order = ticket.order
    return (
        (query.status != "closed" or not ticket.is_open())
        and (not query.symbols or order.symbol in query.symbols)
        and (query.side is None or order.side == query.side)
        and (query.after is None or order.submitted_at > query.after)
        and (query.until is None or order.submitted_at < query.until)
    )
