"""
The comparison of books and broker: while it cannot be made, nobody knows what is held.

One question without a usable answer is no news. After two in a row no entries are taken,
and a person is told, until an answer can be compared again. Exits and the flatten go on.
"""

from collections.abc import Iterator

from tradeengine.model.events import AlertRaised, BrokerSnapshot, BrokerUnreachable
from tradeengine.model.message import Message
from tradeengine.model.orders import Question, Severity
from tradeengine.risk.machine import Machine

_FAULT = "comparison with the broker"

_MOST = 2
"""Answers in a row that say nothing until it is told."""


class Comparison:
    """Take no entries while the books cannot be compared with what the broker holds."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._failed = 0

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Hear the answer to a comparison; one with rows that cannot be read says nothing."""
        if snapshot.why != Question.RECONCILE:
            return
        now, bad = snapshot.received_at, snapshot.unreadable_rows
        if bad:
            yield from self._failure(f"{bad} rows of what it holds cannot be read", now)
            return
        failed, self._failed = self._failed, 0
        if failed >= _MOST:
            self._machine.clear_fault(_FAULT)
            yield from self._machine.restore_if_sound("books and broker are compared again", now)

    def on_unreachable(self, event: BrokerUnreachable) -> Iterator[Message]:
        if event.why == Question.RECONCILE:
            yield from self._failure(event.reason, event.received_at)

    def _failure(self, reason: str, now: int) -> Iterator[Message]:
        self._failed += 1
        if self._failed < _MOST:
            return
        self._machine.note_fault(_FAULT, f"fails: {reason}")
        if self._failed == _MOST:
            text = f"no entries: the {_FAULT} fails: {reason}"
            yield AlertRaised(at=now, severity=Severity.WARNING, code="NOT_COMPARED", text=text)
        yield from self._machine.impair_if_faulty(now)
