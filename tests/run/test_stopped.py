"""What stopped each candidate is counted by gate, with the numbers of the last time."""

from tests.risk.world import intent
from tradeengine.model.denials import Denial
from tradeengine.model.events import DecisionMade, OrderDenied
from tradeengine.model.orders import Purpose
from tradeengine.run.stopped import Stop, Stops


def decision(symbol: str, gate: str, actual: str = "") -> DecisionMade:
    return DecisionMade(
        at=0, strategy="s", symbol=symbol, verdict="wait", gate=gate, limit="30", actual=actual
    )


def denial(reason: Denial, purpose: Purpose = Purpose.ENTRY) -> OrderDenied:
    return OrderDenied(
        at=0, intent=intent("AAA", purpose=purpose), reason=reason, limit="5", actual="7"
    )


def test_gates_are_counted_by_symbol_the_most_frequent_first() -> None:
    stops = Stops()
    for gate, actual in (("NOT_WARM", "1"), ("NOT_OVERSOLD", "51"), ("NOT_OVERSOLD", "47")):
        stops.decided(decision("AAA", gate, actual))
    stops.decided(decision("BBB", "NOT_WARM", "2"))

    assert stops.by_symbol() == {
        "AAA": (Stop("NOT_OVERSOLD", 2, "30", "47"), Stop("NOT_WARM", 1, "30", "1")),
        "BBB": (Stop("NOT_WARM", 1, "30", "2"),),
    }


def test_a_symbol_that_no_gate_stopped_is_not_there() -> None:
    stops = Stops()
    stops.decided(decision("AAA", ""))

    assert stops.by_symbol() == {}


def test_denied_entries_count_and_denied_exits_do_not() -> None:
    stops = Stops()
    stops.denied(denial(Denial.SPREAD_TOO_WIDE))
    stops.denied(denial(Denial.SPREAD_TOO_WIDE, Purpose.EXIT))

    assert stops.by_symbol() == {"AAA": (Stop("SPREAD_TOO_WIDE", 1, "5", "7"),)}
