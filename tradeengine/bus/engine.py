"""
The engine's step: the same for live, paper, embedded venue, backtest and replay.

They differ only in who calls `step` and who answers.
"""

from typing import Protocol

from tradeengine.bus.dispatch import Bus
from tradeengine.model.message import Message


class Recorder(Protocol):
    """Where inputs and effects are written down."""

    def take_input(self, message: Message) -> None:
        """Take an input, before anything acts on it."""

    def take_effect(self, message: Message) -> None:
        """Take an effect of that input."""


class Engine:
    """One step per input."""

    def __init__(self, bus: Bus, recorder: Recorder) -> None:
        self._dispatch = bus.dispatch
        self._take_input, self._take_effect = recorder.take_input, recorder.take_effect
        self.steps = 0

    def step(self, message: Message, effects: list[Message] | None = None) -> list[Message]:
        """
        Write the input down, handle it to completion, write and return its effects.

        A list that is given is filled as it goes: a raise does not hide what came before it.
        """
        self.steps += 1
        self._take_input(message)
        effects = [] if effects is None else effects
        try:
            self._dispatch(message, effects)
        finally:
            # Commands leave while the cascade runs: a raise behind them must not hide them.
            for effect in effects:
                self._take_effect(effect)
        return effects
