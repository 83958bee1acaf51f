"""
What the broker holds: open orders, positions, account.

Read in that order on purpose. An order that fills while we read is then seen
as an order, as a position, or as both, but never as neither: a snapshot cannot
look flat by accident. A row that cannot be read is told apart and counted, and
its neighbours are kept.
"""

from msgspec import Struct

from tradeengine.broker import requests
from tradeengine.broker.line import Line
from tradeengine.broker.updates import Incomplete, read_side
from tradeengine.broker.wire import (
    ZERO,
    AccountRow,
    OrderRow,
    PositionRow,
    Rows,
    Unreadable,
    instant_of,
    read_one,
    read_rows,
    trimmed,
    with_legs,
    word_of,
)
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    CashFlow,
    Input,
    MessageRejected,
)
from tradeengine.model.orders import OrderType

_ENDED = frozenset({"filled", "canceled", "expired", "replaced", "rejected", "done_for_day"})


class Held(Struct, kw_only=True):
    """Positions and open orders, and what could not be read of them."""

    positions: list[PositionRow]
    orders: list[OrderRow]
    unreadable: list[Unreadable]

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing, for certain."""
        return not (self.positions or self.orders or self.unreadable)


class Holdings(Held, kw_only=True):
    """What is held, and the account's money."""

    account: AccountRow
    flows: tuple[CashFlow, ...] = ()


async def read_orders(line: Line, status: str, page_size: int, since: int = 0) -> Rows[OrderRow]:
    """
    Read orders newest first, each followed by its legs, back to before `since`.

    Pages follow the id of the last parent. Raises what `Line.ask` raises, and
    ProtocolViolation.
    """
    read: Rows[OrderRow] = Rows([], [])
    before = ""
    while True:
        body = await line.ask(requests.orders(status, page_size, before))
        parents = read_rows(body, OrderRow, "/v2/orders")
        page = with_legs(parents)
        read.good += page.good
        read.bad += page.bad
        # Legs count: a page of 500 with its legs folded in has fewer rows than 500.
        full = len(page.good) + len(page.bad) >= page_size
        if not full or not parents.good or parents.good[-1].id == before:
            return read
        if instant_of(parents.good[-1].created_at, default=since) < since:
            return read
        before = parents.good[-1].id


async def read_held(line: Line, page_size: int) -> Held:
    """
    Read orders and positions.

    Raises RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation.
    """
    orders = await read_orders(line, "open", page_size)
    positions = read_rows(await line.ask(requests.positions()), PositionRow, "/v2/positions")
    # What was closed may be listed for a while with no shares; nothing is held of it.
    held = [row for row in positions.good if row.qty]
    return Held(positions=held, orders=orders.good, unreadable=orders.bad + positions.bad)


async def read_holdings(
    line: Line, page_size: int, otherwise: AccountRow | None = None
) -> Holdings:
    """
    Read all that the broker holds.

    Where the account has no answer at once it is `otherwise`, if given: a flatten acts on
    orders and positions, and must not wait for what it does not need. Raises as `read_held`.
    """
    held = await read_held(line, page_size)
    account = await _account(line, otherwise)
    return Holdings(
        account=account, positions=held.positions, orders=held.orders, unreadable=held.unreadable
    )


async def _account(line: Line, otherwise: AccountRow | None) -> AccountRow:
    ask = line.ask if otherwise is None else line.once
    try:
        return read_one(await ask(requests.account()), AccountRow, "/v2/account")
    except (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation):
        if otherwise is None:
            raise
        return otherwise


def snapshot_of(holdings: Holdings, why: str, received_at: int, asked_at: int = 0) -> list[Input]:
    """Give the rows that could not be read as `MessageRejected`, then the snapshot."""
    orders, unclear = _open_orders(holdings.orders)
    bad = holdings.unreadable + unclear
    account = holdings.account
    snapshot = BrokerSnapshot(
        at=received_at,
        received_at=received_at,
        why=why,
        account_number=account.account_number,
        equity=trimmed(account.equity),
        last_equity=trimmed(account.equity if account.last_equity is None else account.last_equity),
        cash=trimmed(account.cash),
        buying_power=trimmed(account.buying_power),
        positions=tuple(_position(row) for row in holdings.positions),
        orders=tuple(orders),
        unreadable_rows=len(bad),
        asked_at=asked_at,
        flows=holdings.flows,
    )
    return [*(rejected(row, "snapshot", received_at) for row in bad), snapshot]


def rejected(row: Unreadable, place: str, received_at: int) -> MessageRejected:
    """Say that a row could not be read."""
    return MessageRejected(
        at=received_at,
        received_at=received_at,
        place=place,
        problem=row.problem,
        text=row.text,
    )


def _position(row: PositionRow) -> BrokerPosition:
    return BrokerPosition(
        symbol=row.symbol,
        quantity=trimmed(row.qty),
        available=trimmed(row.qty if row.qty_available is None else row.qty_available),
        average_price=trimmed(row.avg_entry_price),
        current_price=None if row.current_price is None else trimmed(row.current_price),
    )


def _open_orders(rows: list[OrderRow]) -> tuple[list[BrokerOrder], list[Unreadable]]:
    orders: list[BrokerOrder] = []
    unclear: list[Unreadable] = []
    for row in rows:
        if word_of(row.status or "", row) in _ENDED:
            continue
        try:
            orders.append(_open_order(row))
        except Incomplete as error:
            unclear.append(Unreadable(str(error), f"order {row.id} ({row.client_order_id})"))
    return orders, unclear


def _open_order(row: OrderRow) -> BrokerOrder:
    filled = row.filled_qty or ZERO
    return BrokerOrder(
        client_order_id=row.client_order_id or "",
        order_id=row.id,
        symbol=row.symbol or "",
        side=read_side(row.side or ""),
        order_type=_order_type(row.type),
        # An order by amount has no quantity until it is filled.
        quantity=trimmed(filled if row.qty is None else row.qty),
        filled=trimmed(filled),
        status=row.status or "",
        limit_price=None if row.limit_price is None else trimmed(row.limit_price),
        stop_price=None if row.stop_price is None else trimmed(row.stop_price),
        legs=row.leg_ids,
    )


def _order_type(word: str | None) -> OrderType:
    """Read the type; an unknown one counts as market, the most careful reading for a gate."""
    try:
        return OrderType(word or "")
    except ValueError:
        return OrderType.MARKET
