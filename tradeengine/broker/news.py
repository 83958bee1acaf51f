"""
The one mouth through which order reports reach the inbox, each once.

The order stream and the sweep both speak here. While a sweep runs after a lost
stream, what the stream says is held back, so that what was missed is told first. The
reading that opens the books may hold it back too; it is told when nobody does any more.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec

from tradeengine.broker.memory import OrderMemory
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import Inbox
from tradeengine.broker.updates import FILLS, Report, event_of
from tradeengine.broker.wire import ZERO
from tradeengine.clock import Clock
from tradeengine.model.names import is_ours


class News:
    """Turns reports into events, drops repetitions, can hold reports back."""

    def __init__(
        self,
        parameters: BrokerParameters,
        memory: OrderMemory,
        inbox: Inbox,
        clock: Clock,
        *,
        ours_only: bool = False,
    ) -> None:
        """Take where news goes; with `ours_only` what others do is no news."""
        self._ours_only = ours_only
        self._memory, self._inbox, self._clock = memory, inbox, clock
        self._most_held = parameters.buffered_updates
        self._most_expected = parameters.remembered_orders
        self._held: list[Report] = []
        self._holders: set[str] = set()
        self._replacements: OrderedDict[str, str] = OrderedDict()
        self.told = 0
        """Events told so far: whoever reads the account sees by it that orders moved meanwhile."""

    def expect_replacement(self, order_id: str, new_client_order_id: str) -> None:
        """Note the id that we gave to an order's replacement: the stream does not say it."""
        self._replacements[order_id] = new_client_order_id
        if len(self._replacements) > self._most_expected:
            self._replacements.popitem(last=False)

    def hear(self, reports: Sequence[Report]) -> None:
        """Tell what the stream said, or hold it back."""
        self._held += reports
        if len(self._held) >= self._most_held:
            self._holders.clear()
        self._tell_held()

    def hold(self, holder: str = "stream") -> None:
        """Hold back what `hear` hears from now on."""
        self._holders.add(holder)

    def release(self, holder: str = "stream") -> None:
        """Hold nothing back any more for `holder`; tell what was, unless another still holds."""
        self._holders.discard(holder)
        self._tell_held()

    def _tell_held(self) -> None:
        if not self._holders:
            held, self._held = self._held, []
            self.tell(held)

    def tell(self, reports: Iterable[Report]) -> None:
        """Put the events of those reports that are news into the inbox."""
        received_at = self._clock.now()
        events = [
            event_of(self._complete(report), received_at)
            for report in reports
            if self._concerns_us(report) and self._memory.is_news(report)
        ]
        self.told += len(events)
        self._inbox.put_many(events)

    def _concerns_us(self, report: Report) -> bool:
        return not self._ours_only or is_ours(report.client_order_id)

    def _complete(self, report: Report) -> Report:
        """Add what a report that is news should have said, from what was told before it."""
        if report.word in FILLS and report.filled < (report.quantity or ZERO):
            # Without the order's total, two of its fills would look like one that is told twice.
            told = self._memory.shares_told(report.order_id)
            return msgspec.structs.replace(report, filled=told)
        if report.word != "replaced" or report.new_client_order_id:
            return report
        new_id = (
            self._replacements.get(report.order_id)
            or self._memory.client_order_id(report.replaced_by)
            or ""
        )
        return msgspec.structs.replace(report, new_client_order_id=new_id)
