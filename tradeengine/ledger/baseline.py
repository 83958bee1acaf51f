"""
What the day's loss is measured against: equity at the previous close, net of flows.

    baseline = equity at the previous close + what went in since - what went out since

So a deposit hides no loss and a withdrawal is none. The first reading of a session
stands: a later run is told it, and asks the broker for the flows only.
"""

from collections.abc import Iterable
from decimal import Decimal

from tradeengine.ledger.postings import ZERO
from tradeengine.model.events import BrokerSnapshot, CashFlow


class Baseline:
    """The baseline of one account and session. Money in dollars."""

    def __init__(self) -> None:
        self._first: Decimal | None = None
        self._flows: dict[str, Decimal] = {}
        self.value: Decimal | None = None
        """None until the broker was read."""

    def keep(self, first: Decimal | None) -> None:
        """Take what an earlier run of the session read, before flows."""
        self._first = first

    def open(self, snapshot: BrokerSnapshot) -> Decimal | None:
        """Read the account; give the session's first reading when this was it."""
        self._flows = {flow.activity_id: flow.amount for flow in snapshot.flows}
        known, moved = self._first is not None, _total(snapshot.flows)
        if self._first is None:
            # A new account has no previous close; what it began with is its baseline.
            self._first = snapshot.last_equity or snapshot.equity - moved
        self.value = self._first + moved
        return None if known else self._first

    def move(self, flow: CashFlow) -> Decimal:
        """Take in a flow; give the dollars that are new since it was told last."""
        if self.value is None:
            return ZERO  # The reading that opens the books will have it.
        change = flow.amount - self._flows.get(flow.activity_id, ZERO)
        self._flows[flow.activity_id] = flow.amount
        self.value += change
        return change

    def raise_by(self, amount: Decimal) -> None:
        """Count cash that nobody can explain as paid in, so that it hides no loss."""
        if self.value is not None:
            self.value += amount

    def loss_fraction(self, equity: Decimal) -> Decimal:
        """Give how far equity is below the baseline, as a fraction of it; 1 if nothing is left."""
        if self.value is None or equity >= self.value:
            return ZERO
        if self.value <= 0:
            return Decimal(1)
        return (self.value - equity) / self.value


def _total(flows: Iterable[CashFlow]) -> Decimal:
    return sum((flow.amount for flow in flows), ZERO)
