"""
Deposits and withdrawals: money that moved and is neither profit nor loss.

They are in the account's activities. At the start all since the previous close are
read, together with the account; afterwards only what changed is told. Dividends,
interest and fees are no flows: they count as profit and loss. Securities that are
transferred are none either: they show as a difference in positions.
"""

from datetime import date, time

from tradeengine.broker import requests
from tradeengine.broker.line import Line
from tradeengine.broker.ports import Inbox
from tradeengine.broker.snapshot import rejected
from tradeengine.broker.wire import (
    ZERO,
    AccountRow,
    CashRow,
    Unreadable,
    instant_of,
    read_rows,
    trimmed,
)
from tradeengine.clock import Clock
from tradeengine.model import instants
from tradeengine.model.events import CashFlow, CashMoved

KINDS = ("CSD", "CSW", "JNLC", "ACATC", "TRANS")
"""Alpaca's words: deposits, withdrawals, journalled cash, transferred accounts' cash."""

_MIDNIGHT = time(0)
_DATE = len("2026-10-08")
_DAY = 86_400 * instants.NANOS


class Flows:
    """Reads the flows since an instant (ns UTC); None: the account can have none."""

    def __init__(self, since: int | None, page_size: int, inbox: Inbox, clock: Clock) -> None:
        self._since, self._page_size = since, page_size
        self._inbox, self._clock = inbox, clock
        self._told: dict[str, CashFlow] | None = None
        self._reported: set[Unreadable] = set()
        self._account_opened_at = 0

    async def read(self, line: Line) -> tuple[CashFlow, ...]:
        """Read all flows, oldest first. Raises what `Line.ask` raises, and ProtocolViolation."""
        if self._since is None:
            return ()
        rows = [row for row in await self._rows(line) if self._instant(row) > self._since]
        rows.sort(key=self._instant)
        # What an account was opened with is what it began with, and no deposit.
        began_with = 1 if self._account_opened_at > self._since else 0
        return tuple(map(_flow, rows[began_with:]))

    def told_at_start(self, flows: tuple[CashFlow, ...]) -> None:
        """Take what the start's snapshot tells as told."""
        self._told = {flow.activity_id: flow for flow in flows}

    def know(self, account: AccountRow) -> None:
        """Take from the account when it was opened."""
        self._account_opened_at = instant_of(account.created_at, default=0)

    async def tell(self, line: Line) -> None:
        """Tell what changed since it was told last. Raises what `read` raises."""
        if self._told is None:
            return  # The start's snapshot will have it.
        for flow in await self.read(line):
            if self._told.get(flow.activity_id) != flow:
                self._told[flow.activity_id] = flow
                now = self._clock.now()
                self._inbox.put_nowait(CashMoved(at=now, received_at=now, flow=flow))

    async def _rows(self, line: Line) -> list[CashRow]:
        # A row may carry a date only, so the days around the instant are read.
        found: dict[str, CashRow] = {}
        token, since = "", (self._since or 0) - _DAY
        while True:
            request = requests.cash_flows(KINDS, since, self._page_size, token)
            page = read_rows(await line.ask(request), CashRow, "/v2/account/activities")
            self._report(page.bad)
            found |= {row.id: row for row in page.good if row.activity_type in KINDS}
            # Only an empty page is the end: short ones are allowed.
            if not page.good or page.good[-1].id == token:
                return list(found.values())
            token = page.good[-1].id

    def _report(self, bad: list[Unreadable]) -> None:
        """Say once what cannot be read."""
        now = self._clock.now()
        new = [row for row in bad if row not in self._reported]
        self._reported.update(new)
        self._inbox.put_many([rejected(row, "cash activities", now) for row in new])

    def _instant(self, row: CashRow) -> int:
        return instant_of(row.created_at, default=_begin_of(row.date))


def _begin_of(day: str | None) -> int:
    """
    Give a New York day's first instant; far in the future if it is no date: it counts.

    The specification writes the day as a date-time; its time says nothing.
    """
    try:
        return instants.instant_of(date.fromisoformat((day or "")[:_DATE]), _MIDNIGHT)
    except ValueError:
        return 1 << 62


def _flow(row: CashRow) -> CashFlow:
    cancelled = row.status in ("canceled", "cancelled")
    amount = ZERO if cancelled else trimmed(row.net_amount)
    return CashFlow(activity_id=row.id, kind=row.activity_type, amount=amount)
