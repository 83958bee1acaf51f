"""
A flatten's question: what does the broker hold?

One is under way at a time. An answer that never comes ends no asking: after a while, twice as
long for each that none came to, the question is asked again.
"""

from tradeengine.model.commands import AskBroker
from tradeengine.model.events import BrokerSnapshot, BrokerUnreachable
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Question

_LOST_AFTER = 20 * NANOS
"""How long an answer is waited for, doubled each time that none came: it may be slow."""

_LONGEST_DOUBLING = 3


class Asking:
    """The question of a flatten, its last answer, and why there was none."""

    def __init__(self, poll: int) -> None:
        self._poll = poll
        self.asked_at = 0
        self.answer: BrokerSnapshot | None = None
        self.silence = ""
        """The broker's reason for no answer; "" when it gave none, or answered since."""

        self._is_under_way = False
        self._unheard = 0
        """How many questions in a row had no answer in time."""

    def begin(self, now: int) -> None:
        """Begin with another flatten: only a question of this very instant is still good."""
        self._is_under_way = self._is_under_way and self.asked_at == now
        self._unheard, self.answer, self.silence = 0, None, ""

    def ask(self, now: int) -> AskBroker | None:
        """Ask, unless a question is under way."""
        if self._is_under_way:
            return None
        self._is_under_way, self.asked_at = True, now
        return AskBroker(at=now, why=Question.FLATTEN)

    def hear(self, snapshot: BrokerSnapshot) -> bool:
        """Take an answer; tell whether it is one to the last question."""
        if snapshot.why != Question.FLATTEN:
            return False
        if snapshot.asked_at not in (0, self.asked_at):
            return False  # What it read may have been sold since.
        self._is_under_way, self._unheard, self.silence = False, 0, ""
        self.answer = snapshot
        return True

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        """The question failed; it may be asked again."""
        if event.why == Question.FLATTEN:
            self._is_under_way, self.silence = False, event.reason

    def is_due(self, now: int) -> bool:
        """Tell whether the poll's time has come, and give up an answer that is long overdue."""
        if now - self.asked_at < self._poll:
            return False
        patience = _LOST_AFTER << min(self._unheard, _LONGEST_DOUBLING)
        if self._is_under_way and now - self.asked_at >= patience:
            self._is_under_way, self._unheard = False, self._unheard + 1
        return True
