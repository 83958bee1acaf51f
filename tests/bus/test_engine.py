"""A step writes down what came in and all that followed, whatever happens."""

import pytest

from tradeengine.bus.dispatch import Bus, Routes
from tradeengine.bus.engine import Engine
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import DecisionMade, TimerFired
from tradeengine.model.message import Message

TICK = TimerFired(at=1, received_at=1, name="heartbeat", due=1)
ASK = AskBroker(at=1, why="poll")
THOUGHT = DecisionMade(
    at=1, strategy="s", symbol="KO", verdict="pass", gate="", limit="", actual=""
)


class Notebook:
    """A recorder in memory."""

    def __init__(self) -> None:
        self.inputs: list[Message] = []
        self.effects: list[Message] = []

    def take_input(self, message: Message) -> None:
        self.inputs.append(message)

    def take_effect(self, message: Message) -> None:
        self.effects.append(message)


def test_a_step_returns_what_it_wrote_down() -> None:
    notebook = Notebook()
    engine = Engine(Bus({TimerFired: [lambda _: [ASK]], AskBroker: []}), notebook)

    assert engine.step(TICK) == notebook.effects == [ASK]
    assert notebook.inputs == [TICK]
    assert engine.steps == 1


def test_a_command_that_left_before_a_handler_raised_is_written_down() -> None:
    sent: list[Message] = []
    notebook = Notebook()

    def fail(_: DecisionMade) -> None:
        raise ZeroDivisionError

    routes: Routes = {
        TimerFired: [lambda _: [ASK, THOUGHT]],
        AskBroker: [sent.append],
        DecisionMade: [fail],
    }
    engine = Engine(Bus(routes), notebook)

    with pytest.raises(ZeroDivisionError):
        engine.step(TICK)

    assert sent == [ASK]
    assert notebook.effects == [ASK, THOUGHT]
