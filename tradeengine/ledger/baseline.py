"""
What the day's loss is measured against: equity at the previous close, net of flows.

    baseline = equity at the previous close + what went in since - what went out since

So a deposit hides no loss and a withdrawal is none. Cash may move before the broker
tells why: the flow, when it is told, explains what was unexplained until then. The first
reading of a session stands: a later run is told it, and asks the broker for flows only.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tradeengine.ledger.postings import ZERO
from tradeengine.model.events import BrokerSnapshot, CashFlow
from tradeengine.model.instants import new_york


class Baseline:
    """The baseline of one account and session. Money in dollars."""

    def __init__(self) -> None:
        self._first: Decimal | None = None
        self._session_open = 0
        self._flows: dict[str, Decimal] = {}
        self._came = self._went = ZERO
        """Cash that no flow has explained yet: what came counts as paid in, what went as lost."""

        self.value: Decimal | None = None
        """None until the broker was read."""

    def keep(self, first: Decimal | None, session_open: int) -> None:
        """Take what an earlier run of the session read, before flows, and when it opens."""
        self._first, self._session_open = first, session_open

    def open(self, snapshot: BrokerSnapshot) -> Decimal | None:
        """Read the account; give the session's first reading when this was it."""
        self._flows = {flow.activity_id: flow.amount for flow in snapshot.flows}
        known, moved = self._first is not None, _total(snapshot.flows)
        if self._first is None:
            # A new account has no previous close; what it began with is its baseline. And on
            # a day before the session's the broker's previous close is one day too old.
            is_old = _day(snapshot.received_at) < _day(self._session_open)
            previous = ZERO if is_old else snapshot.last_equity
            self._first = previous or snapshot.equity - moved
        self.value = self._first + moved
        self._came = self._went = ZERO
        return None if known else self._first

    def move(self, flow: CashFlow) -> Decimal | None:
        """Take in a flow; give the dollars of it that are new to our cash, None if it is known."""
        change = flow.amount - self._flows.get(flow.activity_id, ZERO)
        if self.value is None or not change:
            return None  # The reading that opens the books will have it, or we have.
        self._flows[flow.activity_id] = flow.amount
        seen = self._seen_before(change)
        # What came unexplained was counted as paid in then.
        self.value += change - max(ZERO, seen)
        return change - seen

    def _seen_before(self, change: Decimal) -> Decimal:
        """Give how much of a flow was found in the cash before the broker told of it."""
        if change > 0:
            seen = min(change, self._came)
            self._came -= seen
        else:
            seen = max(change, self._went)
            self._went -= seen
        return seen

    def unexplained(self, change: Decimal) -> None:
        """Take note of cash that nobody can explain: what came hides no loss, what went is one."""
        if change < 0:
            self._went += change
        elif self.value is not None:
            self._came += change
            self.value += change

    def loss_fraction(self, equity: Decimal) -> Decimal:
        """Give how far equity is below the baseline, as a fraction of it; 1 if nothing is left."""
        if self.value is None or equity >= self.value:
            return ZERO
        if self.value <= 0:
            return Decimal(1)
        return (self.value - equity) / self.value


def _day(at: int) -> date:
    return new_york(at).date()


def _total(flows: Iterable[CashFlow]) -> Decimal:
    return sum((flow.amount for flow in flows), ZERO)
