"""
The sweep: order events that the stream did not bring, read back by REST.

The stream has no replay and no sequence numbers. So after every reconnect, and
every half minute while an order is open, orders changed since the last sweep
and the account's fills since then are read and turned into the same reports.
`OrderMemory` drops those that were told. Fills older than our first look at the
account are left alone: the first snapshot already holds them.
"""

from collections.abc import Mapping

from msgspec import Struct

from tradeengine.broker import requests
from tradeengine.broker.line import Line
from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.snapshot import read_orders
from tradeengine.broker.updates import ENDS, FILLS, Report
from tradeengine.broker.wire import (
    ZERO,
    ActivityRow,
    OrderRow,
    Unreadable,
    instant_of,
    read_one,
    read_rows,
    word_of,
)
from tradeengine.clock import Clock
from tradeengine.errors import RefusedByBroker
from tradeengine.model.instants import NANOS

_FILLED = frozenset({"filled", "partially_filled"})
"""States that the fills themselves tell."""


class Swept(Struct):
    """What a sweep found, oldest first, and what it could not read."""

    reports: list[Report]
    unreadable: list[Unreadable]


class Sweep:
    """Reads what happened since the last sweep."""

    def __init__(self, parameters: BrokerParameters, memory: OrderMemory, clock: Clock) -> None:
        self._parameters, self._memory, self._clock = parameters, memory, clock
        self._started_at: int | None = None
        self._last_good_at = 0

    def start(self) -> bool:
        """Note the first good instant; nothing older is ever told. False if noted before."""
        if self._started_at is not None:
            return False
        self._started_at = self._last_good_at = self._clock.now()
        return True

    async def read(self, line: Line, settle_seconds: float) -> Swept:
        """
        Read what happened until `settle_seconds` ago.

        Raises RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation.
        """
        until = self._clock.now() - int(settle_seconds * NANOS)
        since = self._since()
        orders = await read_orders(line, "all", self._parameters.orders_page_size, since)
        fills, bad_fills = await self._read_fills(line, since)
        rows = {row.id: row for row in orders.good}
        for fill in fills:
            if fill.order_id not in rows:
                await self._add_order(line, fill.order_id, rows)
        reports = [self._of_fill(fill, rows) for fill in fills]
        reports += [self._of_order(row, rows) for row in orders.good if row.status not in _FILLED]
        started = self._started_at or 0
        self._last_good_at = max(until, started)
        return Swept(
            sorted((r for r in reports if started <= r.at <= until), key=_in_order),
            [*orders.bad, *bad_fills],
        )

    def _since(self) -> int:
        oldest_open = self._memory.open_since()
        since = self._last_good_at if oldest_open is None else min(oldest_open, self._last_good_at)
        return since - int(self._parameters.sweep_overlap_seconds * NANOS)

    async def _read_fills(
        self, line: Line, since: int
    ) -> tuple[list[ActivityRow], list[Unreadable]]:
        fills: list[ActivityRow] = []
        bad: list[Unreadable] = []
        token = ""
        while True:
            request = requests.fills(since, self._parameters.activities_page_size, token)
            page = read_rows(await line.ask(request), ActivityRow, "/v2/account/activities")
            fills += page.good
            bad += page.bad
            # Only an empty page is the end: short ones are allowed.
            if not page.good or page.good[-1].id == token:
                return fills, bad
            token = page.good[-1].id

    async def _add_order(self, line: Line, order_id: str, rows: dict[str, OrderRow]) -> None:
        try:
            row = read_one(await line.ask(requests.order(order_id)), OrderRow, "/v2/orders/{id}")
        except RefusedByBroker:
            return  # the fill is told with the ids that the activity has
        if row.id == order_id:
            rows[order_id] = row
        else:
            line.distrust()  # The answer is about another order, whose name is not this one's.

    def _of_fill(self, fill: ActivityRow, rows: Mapping[str, OrderRow]) -> Report:
        row = rows.get(fill.order_id) or OrderRow(id=fill.order_id)
        complete = fill.leaves_qty == ZERO
        return Report(
            word="fill" if complete else "partial_fill",
            at=instant_of(fill.transaction_time, default=self._clock.now()),
            client_order_id=row.client_order_id or "",
            order_id=fill.order_id,
            symbol=fill.symbol,
            side=fill.side,
            status="filled" if complete else "partially_filled",
            filled=fill.cum_qty,
            execution_id=fill.id.rpartition("::")[2],
            quantity=fill.qty,
            price=fill.price,
            created_at=instant_of(row.created_at, default=0),
        )

    def _of_order(self, row: OrderRow, rows: Mapping[str, OrderRow]) -> Report:
        status = row.status or ""
        heir = rows.get(row.replaced_by or "")
        return Report(
            word=word_of(status, row),
            at=instant_of(row.updated_at, row.created_at, default=self._clock.now()),
            client_order_id=row.client_order_id or "",
            order_id=row.id,
            symbol=row.symbol or "",
            side=row.side or "",
            status=status,
            filled=row.filled_qty or ZERO,
            replaced_by=row.replaced_by or "",
            new_client_order_id=(heir and heir.client_order_id) or "",
            created_at=instant_of(row.created_at, default=0),
        )


def _in_order(report: Report) -> tuple[int, int]:
    """By instant; at one instant an order works, then fills, then ends."""
    rank = 1 if report.word in FILLS else 2 if report.word in ENDS else 0
    return report.at, rank
