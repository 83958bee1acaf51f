from tests.risk.world import NOW, ask, bar, denied, intent, open_gate, quote, seconds
from tradeengine.model.denials import Denial
from tradeengine.model.events import SymbolFrozen, TradingStatus
from tradeengine.model.orders import Side
from tradeengine.risk.gate import RiskGate


def test_a_symbol_outside_the_plan_is_denied() -> None:
    assert ask(open_gate(), intent("ZZZ")) == denied(
        Denial.SYMBOL_NOT_IN_UNIVERSE, "4 symbols of the test's plan", "ZZZ"
    )


def test_a_frozen_symbol_is_denied_and_its_neighbour_is_not() -> None:
    gate = open_gate()
    gate.on_frozen(SymbolFrozen(at=NOW, symbol="AAA", reason="broker holds 3"))

    assert ask(gate, intent()) == denied(Denial.SYMBOL_FROZEN, "not frozen", "broker holds 3")
    assert ask(gate, intent("BBB")).quantity == 9


def status(gate: RiskGate, code: str, *, halted: bool, at: int = NOW) -> None:
    gate.on_status(TradingStatus(at=at, received_at=at, symbol="AAA", code=code, halted=halted))


def test_a_halted_symbol_is_denied() -> None:
    gate = open_gate()
    status(gate, "H", halted=True)

    assert ask(gate, intent()) == denied(Denial.SYMBOL_HALTED, "not halted", "halted, code H")


def test_after_a_halt_entries_wait_five_minutes() -> None:
    gate = open_gate()
    status(gate, "H", halted=True)
    status(gate, "T", halted=False)
    for wait in (299, 300):
        gate.on_quote(quote(at=NOW + seconds(wait)))
        gate.on_bar(bar(at=NOW + seconds(wait - 60)))

    assert ask(gate, intent(at=NOW + seconds(299))) == denied(
        Denial.SYMBOL_HALTED, "300 s after the halt", "299 s"
    )
    assert ask(gate, intent(at=NOW + seconds(300))).quantity == 9


def test_sales_to_open_are_denied_by_default() -> None:
    short = intent(side=Side.SELL, limit_price="49.99")

    assert ask(open_gate(), short) == denied(
        Denial.NOT_SHORTABLE, "buys only", "sale of AAA to open"
    )


def test_the_operator_may_allow_a_symbol_to_be_sold_short() -> None:
    short = intent(side=Side.SELL, limit_price="50.00")

    assert ask(open_gate(short_symbols=["AAA"]), short).quantity == 10
