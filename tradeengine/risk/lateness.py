"""
Lateness: an event loop that is late again and again sees the market too late to enter.

Exits, cancels and the flatten go on: late is better than never.
"""

from collections.abc import Iterator

from tradeengine.model.events import AlertRaised, LoopFellBehind, LoopSteady
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.risk.machine import Machine

_FAULT = "event loop"


class Lateness:
    """Take no entries while the loop lags."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def on_lagged(self, event: LoopFellBehind) -> Iterator[Message]:
        now = event.received_at
        reason = f"late {event.times} times, last by {event.seconds:.2f} s in {event.culprit}"
        self._machine.note_fault(_FAULT, reason)
        text = f"no entries: {_FAULT} {reason}"
        yield AlertRaised(at=now, severity=Severity.WARNING, code="LOOP_LAGGING", text=text)
        yield from self._machine.impair_if_faulty(now)

    def on_steady(self, event: LoopSteady) -> Iterator[Message]:
        self._machine.clear_fault(_FAULT)
        yield from self._machine.restore_if_sound(f"the {_FAULT} is in time", event.received_at)
