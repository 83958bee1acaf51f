"""
The state machine at work: the engine's state, and what is wrong at the moment.

`moves.py` says which signal leads where; this moves by it, tells every change, and
remembers the faults and dangers that keep the engine from taking entries.
"""

from collections.abc import Iterator

from tradeengine.model.commands import AskBroker
from tradeengine.model.events import AlertRaised, StateChanged
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Question, Severity
from tradeengine.risk.dangers import Dangers
from tradeengine.risk.moves import MOVES, Signal


class Machine:
    """Hold the engine's state, its faults and its dangers."""

    def __init__(self, safety_grace_seconds: float) -> None:
        self.state = EngineState.STARTING
        self.dangers = Dangers(safety_grace_seconds)
        self._faults: dict[str, str] = {}

    def allows(self, signal: Signal) -> bool:
        """Tell whether a signal would move the engine now."""
        return signal in MOVES[self.state]

    def move(self, signal: Signal, reason: str, now: int) -> Iterator[Message]:
        """Move by the table; tell it if the state changed."""
        before, after = self.state, MOVES[self.state].get(signal, self.state)
        if after is not before:
            self.state = after
            yield StateChanged(at=now, before=before, after=after, reason=reason)
        if after is not before and after is EngineState.RECONCILING:
            yield AskBroker(at=now, why=Question.START)

    def note_fault(self, name: str, reason: str) -> None:
        """Note what forbids entries until it is mended."""
        self._faults[name] = reason

    def clear_fault(self, name: str) -> None:
        """Forget a fault."""
        self._faults.pop(name, None)

    def impair(self, name: str, reason: str, now: int) -> Iterator[Message]:
        """Say what is wrong, and take no more entries."""
        text = f"{name} {reason}"
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="IMPAIRED", text=text)
        yield from self.move(Signal.IMPAIRED, self._words(), now)

    def impair_if_faulty(self, now: int) -> Iterator[Message]:
        """Take no entries after all if something that was noted earlier is still wrong."""
        if self._faults or self.dangers:
            yield from self.move(Signal.IMPAIRED, self._words(), now)

    def restore_if_sound(self, reason: str, now: int) -> Iterator[Message]:
        """Take entries again if nothing is wrong any more."""
        if not self._faults and not self.dangers:
            yield from self.move(Signal.RESTORED, reason, now)

    def _words(self) -> str:
        faults = [f"{name} {reason}" for name, reason in self._faults.items()]
        return "; ".join(self.dangers.words() + faults)
