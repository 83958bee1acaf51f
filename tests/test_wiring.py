"""The table is whole, and its order is the order that the house promises."""

from pathlib import Path

import pytest

from tests.runs import NOON, Nowhere, a_core, make_home, options_for
from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.dispatch import Routes
from tradeengine.bus.records import message_types
from tradeengine.errors import BadConfiguration
from tradeengine.model import commands as c
from tradeengine.model import events as e
from tradeengine.model.message import Message
from tradeengine.model.orders import StopTrigger
from tradeengine.options import build_inputs
from tradeengine.wiring import NowhereOutbox, WiringIncomplete, build, check_complete


@pytest.fixture
def inputs(tmp_path: Path) -> BuildInputs:
    return build_inputs(options_for(make_home(tmp_path)))


def whole() -> dict[type[Message], list[object]]:
    return {kind: [print] for kind in message_types()}


def refused(routes: dict[type[Message], list[object]]) -> str:
    with pytest.raises(WiringIncomplete) as caught:
        check_complete(routes)  # type: ignore[arg-type]  # handlers are not called
    return str(caught.value)


def test_a_message_without_a_row_is_refused_by_name() -> None:
    routes = whole()
    del routes[e.Quote], routes[c.CancelOrder]

    assert refused(routes) == "no row for CancelOrder, Quote"


def test_a_row_for_what_is_no_message_is_refused() -> None:
    routes = whole() | {e.BrokerOrder: [print]}

    assert refused(routes) == "not in the vocabulary: BrokerOrder"


def test_a_command_that_nobody_carries_out_is_refused() -> None:
    routes = whole() | {c.FlattenAll: [], c.AskBroker: []}

    assert refused(routes) == "commands without a handler: AskBroker, FlattenAll"


def test_an_event_may_have_no_hearer() -> None:
    routes: Routes = {
        kind: [print] if issubclass(kind, c.Command) else [] for kind in message_types()
    }

    check_complete(routes)


def heard_by(inputs: BuildInputs) -> dict[str, list[str]]:
    """Give each message's rooms in the order they hear it, from the table of a built core."""
    routes = a_core(inputs).routes
    return {
        kind.__name__: [
            type(handler.__self__).__module__.split(".")[1]  # type: ignore[attr-defined]  # bound methods
            for handler in handlers
        ]
        for kind, handlers in routes.items()
    }


def test_every_message_of_the_vocabulary_has_a_row(inputs: BuildInputs) -> None:
    assert set(heard_by(inputs)) == {kind.__name__ for kind in message_types()}


@pytest.mark.parametrize(
    ("message", "rooms"),
    [
        ("Quote", ["ledger", "risk", "strategy"]),
        ("Trade", ["ledger", "strategy"]),
        ("Bar", ["ledger", "risk", "strategy"]),
        ("OrderFilled", ["router", "ledger", "risk", "ledger", "router"]),
        ("FillBusted", ["router", "ledger", "risk", "ledger"]),
        (
            "BrokerSnapshot",
            ["ledger", "risk", "router", "router", "router", "risk", "risk", "ledger", "router"],
        ),
        ("PositionChanged", ["risk", "risk", "risk", "router", "router", "strategy"]),
        ("OrderIntent", ["risk"]),
        ("ApprovedOrder", ["router", "router"]),
        ("SubmitOrder", ["risk", "wiring"]),
        ("RequestStop", ["risk"]),
        ("DecisionMade", []),
    ],
)
def test_state_is_kept_before_opinions_are_formed(
    inputs: BuildInputs, message: str, rooms: list[str]
) -> None:
    assert heard_by(inputs)[message] == rooms


def test_a_timer_reaches_the_money_first_and_the_strategies_last(inputs: BuildInputs) -> None:
    rooms = heard_by(inputs)["TimerFired"]

    assert rooms == [
        "ledger", "risk", "risk", "router", "router", "risk", "router", "router", "ledger",
        "strategy",
    ]  # fmt: skip


def test_what_decides_a_core_survives_being_written_down(inputs: BuildInputs) -> None:
    again = BuildInputs.from_text(inputs.to_text())

    assert again.to_text() == inputs.to_text()
    assert (again.plan, again.risk, again.router) == (inputs.plan, inputs.risk, inputs.router)
    assert (again.ledger, again.host) == (inputs.ledger, inputs.host)
    assert [spec.class_path for spec in again.strategies] == ["tests.sessions.strategies:BuyOnce"]


def test_a_core_built_from_text_decides_the_same(inputs: BuildInputs) -> None:
    stop = c.RequestStop(at=NOON, received_at=NOON, trigger=StopTrigger.INTERRUPT)
    again = BuildInputs.from_text(inputs.to_text())

    effects = a_core(inputs).engine.step(stop)

    assert [type(effect) for effect in effects] == [e.StateChanged, c.FlattenAll, c.AskBroker]
    assert a_core(again).engine.step(stop) == effects


@pytest.mark.parametrize(
    "text",
    ["not JSON", "{}", "[]", '{"plan": 3}'],
    ids=["no JSON", "nothing", "a list", "a plan that is a number"],
)
def test_the_text_of_another_version_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadConfiguration, match="settings that this version does not read"):
        BuildInputs.from_text(text)


def test_a_limit_that_this_version_does_not_know_is_refused_in_words(inputs: BuildInputs) -> None:
    text = inputs.to_text().replace('"drawdown_max_fraction"', '"drawdown_max_parsecs"')

    with pytest.raises(BadConfiguration, match=r"the journal's header.*drawdown_max_parsecs"):
        BuildInputs.from_text(text)


def test_commands_leave_by_the_outbox(inputs: BuildInputs) -> None:
    sent: list[Message] = []

    class Outbox(NowhereOutbox):
        def send(self, command: Message) -> None:
            sent.append(command)

    core = build(inputs, Nowhere(), Outbox())
    core.engine.step(c.RequestStop(at=NOON, received_at=NOON, trigger=StopTrigger.INTERRUPT))

    assert sent == [c.AskBroker(at=NOON, why="flatten")]
