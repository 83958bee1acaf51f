"""
SAFETY: close everything when a danger lasts, and come back when it is over.

Everything is closed as often as it takes, also what appears afterwards. Then the engine
waits until nothing endangers it, asks the broker once more what is held, and resumes
when broker and ledger both say flat.
"""

from collections.abc import Callable, Iterator

from tradeengine.model.commands import AskBroker, FlattenAll
from tradeengine.model.events import AlertRaised, BrokerSnapshot, FlattenEnded, PositionChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Question, Severity, StopTrigger
from tradeengine.risk.machine import Machine
from tradeengine.risk.moves import Signal

Flatten = Callable[[StopTrigger, str, int], FlattenAll]

_ASK_AGAIN = 30 * NANOS
"""Pause after an answer that was no reason to resume: the request budget is not ours alone."""


class Rescue:
    """Bring the engine into SAFETY and out again."""

    def __init__(self, machine: Machine, flatten: Flatten) -> None:
        self._machine, self._flatten = machine, flatten
        self._held: set[str] = set()
        self._flat = self._asking = False
        """In SAFETY: whether the flatten has ended flat; whether the broker is being asked."""

        self._ask_not_before = 0

    def on_position(self, position: PositionChanged) -> None:
        """Remember what the ledger says is held: flat means both of us."""
        if position.quantity:
            self._held.add(position.symbol)
        else:
            self._held.discard(position.symbol)

    def save_if_due(self, now: int) -> Iterator[Message]:
        """Close everything when a danger has lasted."""
        dangers = self._machine.dangers
        if not self._machine.allows(Signal.ENDANGERED) or not dangers.have_lasted(now):
            return
        reason = "; ".join(dangers.words())
        yield from self._machine.move(Signal.ENDANGERED, reason, now)
        text = f"closing everything: {reason}"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="SAFETY", text=text)
        yield self._close_everything(reason, now)

    def on_flattened(self, event: FlattenEnded) -> Iterator[Message]:
        """Begin again until it ends flat."""
        self._flat = event.flat
        if not event.flat:
            yield self._close_everything("still not flat", event.at)

    def resume_if_due(self, now: int) -> Iterator[Message]:
        """
        Ask the broker once more when the flatten has ended and nothing endangers us.

        What the ledger has come to hold since is a reason to ask in any case: no stop covers it.
        """
        in_safety = self._machine.state is EngineState.SAFETY
        waits = in_safety and self._flat and not self._asking
        is_due = now >= self._ask_not_before and (self._held or not self._machine.dangers)
        if waits and is_due:
            self._asking = True
            yield AskBroker(at=now, why=Question.RESUME)

    def on_unanswered(self) -> None:
        """The question got no answer: it may be asked again."""
        self._asking = False

    def on_answer(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Close again what is left; go on trading when nothing is, and the danger is over."""
        self._asking, now = False, snapshot.received_at
        if self._machine.state is not EngineState.SAFETY:
            return
        if snapshot.positions or snapshot.orders or snapshot.unreadable_rows:
            yield self._close_everything("the broker still holds something", now)
        elif self._held:
            yield from self._unlike(now)
        elif not self._machine.dangers:
            reason = "the feed is stable, broker and ledger are flat"
            yield from self._machine.move(Signal.RESUMED, reason, now)
            yield from self._machine.impair_if_faulty(now)

    def _unlike(self, now: int) -> Iterator[Message]:
        """Broker flat, ledger not: a fill may still be told; else a person must look."""
        self._ask_not_before = now + _ASK_AGAIN
        if self._machine.dangers:
            return  # That is known, and nothing else is due before it is over.
        names = ", ".join(sorted(self._held))
        text = f"SAFETY stays: the broker is flat, the ledger holds {names}; look, then restart"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="NOT_ALIKE", text=text)

    def _close_everything(self, reason: str, now: int) -> FlattenAll:
        self._flat = False
        return self._flatten(StopTrigger.SAFETY, reason, now)
