"""
Questions to the broker: what it holds, and what must be told first.

    start       the holdings, with the transfers of today
    reconcile   transfers, and news that the stream may have lost, then the holdings
    missed      only news that the stream may have lost
    the others  the holdings
"""

from collections.abc import Awaitable, Callable

from tradeengine.broker.answers import Answers
from tradeengine.broker.flows import Flows
from tradeengine.broker.line import Line
from tradeengine.broker.news import News
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import Inbox
from tradeengine.broker.snapshot import Holdings, read_holdings, snapshot_of
from tradeengine.broker.wire import AccountRow, OrderRow
from tradeengine.clock import Clock
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.model.commands import AskBroker
from tradeengine.model.orders import Question

_NO_ANSWER = (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation)

_STEADY_READS = 5
"""How often the account is read until nothing moves during a reading."""

_READING = "reading"
"""Who holds news back until the snapshot that opens the books is told."""

_SETTLE_SECONDS = 3.0
"""Longest that a reconciliation leaves to the stream; who compares looks again after 4 s."""


class Questions:
    """Answers the core's questions; `sweep` tells what the order stream may have lost."""

    def __init__(
        self,
        parameters: BrokerParameters,
        clock: Clock,
        inbox: Inbox,
        *,
        answers: Answers,
        news: News,
        flows: Flows,
        sweep: Callable[[Line, float], Awaitable[None]],
        remember: Callable[[OrderRow], None],
    ) -> None:
        self._parameters, self._clock, self._inbox = parameters, clock, inbox
        self._answers, self._news, self._flows = answers, news, flows
        self._sweep, self._remember = sweep, remember
        self._account: AccountRow | None = None
        """As it was read last; None before."""

    async def answer(self, question: AskBroker, line: Line) -> None:
        """Put the answer into the inbox, or that there was none."""
        try:
            if question.why == Question.MISSED:
                await self._sweep(line, 0.0)
                return
            holdings = await self._read(question.why, line)
            self._account = holdings.account
            for row in holdings.orders:
                self._remember(row)
            now = self._clock.now()
            self._inbox.put_many(snapshot_of(holdings, question.why, now, question.at))
        except _NO_ANSWER as error:
            self._answers.unreachable(question.why, str(error))
        finally:
            if question.why == Question.START:
                self._news.release(_READING)

    async def _read(self, why: str, line: Line) -> Holdings:
        if why == Question.START:
            return await self._opening(line)
        if why == Question.RECONCILE:
            # What would otherwise look like a difference, or like a profit, is told first.
            await self._flows.tell(line)
            await self._sweep(line, min(self._parameters.sweep_settle_seconds, _SETTLE_SECONDS))
            return await self._steady(line)
        known = self._account if why == Question.FLATTEN else None
        return await read_holdings(line, self._parameters.orders_page_size, known)

    async def _steady(self, line: Line) -> Holdings:
        """Read the holdings, again if an order moved while we read."""
        for _ in range(_STEADY_READS):
            told = self._news.told
            holdings = await read_holdings(line, self._parameters.orders_page_size)
            if self._news.told == told:
                break
        return holdings

    async def _opening(self, line: Line) -> Holdings:
        """
        Read what opens the books, again if an order or cash moved while we read.

        A fill that was told before the positions and is not in them would never be
        booked; a deposit that is in the cash and not told would be taken for a profit.
        Where orders move all the time the last reading is told before what happens during it:
        the core knows by its position which fill it holds already.
        """
        flows = await self._flows.read(line)
        for left in reversed(range(_STEADY_READS)):
            if not left:
                self._news.hold(_READING)
            before = flows
            told = self._news.told
            holdings = await read_holdings(line, self._parameters.orders_page_size)
            self._flows.know(holdings.account)
            flows = await self._flows.read(line)
            if self._news.told == told and flows == before:
                break
        self._flows.told_at_start(flows)
        holdings.flows = flows
        return holdings
