import ast
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

import tradeengine
from tests.risk.world import (
    NOW,
    Answer,
    ask,
    broker_position,
    ended,
    exit_of,
    intent,
    open_gate,
    plan,
    position,
    seconds,
    snapshot,
    state,
)
from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import OrderDenied, PlanMade
from tradeengine.model.orders import EngineState, Purpose, Side
from tradeengine.model.plan import Regime
from tradeengine.risk.checks import sequence
from tradeengine.risk.checks.hard_cap import hard_cap
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.gate import RiskGate
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.sizing import whole_shares
from tradeengine.risk.view import RiskView

D = Decimal


def test_an_entry_that_passes_is_sized_and_approved() -> None:
    wanted = intent()

    # Probe: 0.5 % of 100,000 dollars, at 50.01 dollars, rounded down.
    assert open_gate().on_intent(wanted) == [ApprovedOrder(at=NOW, intent=wanted, quantity=D(9))]


def test_a_denial_carries_reason_limit_and_actual() -> None:
    gate = open_gate()
    gate.on_state(state(EngineState.REDUCING))
    wanted = intent()

    assert gate.on_intent(wanted) == [
        OrderDenied(
            at=NOW,
            intent=wanted,
            reason=Denial.STATE_NOT_TRADING,
            limit="TRADING",
            actual="REDUCING",
        )
    ]


def test_a_strategys_own_quantity_is_kept() -> None:
    assert ask(open_gate(), intent(quantity="25")).quantity == 25


def test_the_ramp_after_a_lock_shrinks_the_size() -> None:
    assert ask(open_gate(plan(size_ramp="0.25")), intent()).quantity == 2


def test_vix_and_range_shrink_the_size() -> None:
    assert ask(open_gate(plan(vix=30.0)), intent()).quantity == 4


def test_a_proven_record_is_sized_by_kelly() -> None:
    proven = structs.replace(plan(), closed_trades=30)
    probe = open_gate(proven)
    assert ask(probe, intent()).quantity == 9

    known = structs.replace(proven, closed_returns=(0.01,) * 30)
    gate = RiskGate(RiskLimits(warm_bars=1, portfolio_beta_max=1), known)
    gate.view = probe.view
    # 0.1719 of 100,000 dollars at 50.02
    assert ask(gate, intent("BBB", limit_price="50.02")).quantity == 343


def test_a_size_of_nothing_is_denied() -> None:
    answer = ask(open_gate(plan(vix=40.0)), intent())

    assert answer == Answer(reason=Denial.SIZE_ZERO, limit="more than nothing", actual="0 shares")


def test_an_approved_entry_is_counted_before_it_is_filled() -> None:
    gate = open_gate()
    ask(gate, intent())

    assert gate.view.exposure.left("AAA", Side.BUY) == 9
    assert gate.view.exposure.promised() == D("450.09")
    assert list(gate.view.entries) == [(NOW, "AAA")]
    assert ask(gate, intent()).reason is Denial.DUPLICATE_INTENT


def test_a_denied_entry_is_not_counted() -> None:
    gate = open_gate(plan(vix=None))
    ask(gate, intent())

    assert list(gate.view.exposure.symbols()) == []
    assert not gate.view.entries


def test_an_entry_that_ended_unfilled_may_be_tried_again() -> None:
    gate = open_gate()
    ask(gate, intent())
    gate.on_order_ended(ended())

    assert ask(gate, intent(at=NOW + seconds(1))).quantity == 9


@pytest.mark.parametrize("purpose", [Purpose.EXIT, Purpose.PROTECT, Purpose.FLATTEN])
@pytest.mark.parametrize("engine_state", EngineState)
def test_what_takes_risk_away_passes_in_every_state(
    purpose: Purpose, engine_state: EngineState
) -> None:
    gate = RiskGate(RiskLimits(), plan(vix=None))
    gate.on_state(state(engine_state))
    gate.on_position(position(quantity="100"))
    closing = intent(side=Side.SELL, purpose=purpose, quantity="100", limit_price=None)

    assert ask(gate, closing).quantity == 100


def test_a_closing_order_is_clipped_to_the_position() -> None:
    gate = open_gate()
    gate.on_position(position(quantity="60"))

    assert ask(gate, exit_of("100")).quantity == 60
    assert ask(gate, exit_of("100")).reason is Denial.DUPLICATE_INTENT


def test_a_flatten_closes_what_the_broker_holds_and_the_ledger_did_not_know() -> None:
    gate = open_gate()
    gate.on_snapshot(snapshot(broker_position("ZZZ", "-8"), why="flatten"))
    flatten = intent("ZZZ", Side.BUY, Purpose.FLATTEN, quantity="8", limit_price=None)

    assert ask(gate, flatten).quantity == 8


def test_an_error_in_any_check_denies_entries_and_lets_exits_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: OrderIntent, __: RiskView, ___: RiskLimits) -> Denied | None:
        raise ZeroDivisionError("of the test")

    for part in ("BEFORE_SIZE", "AFTER_SIZE"):
        checks = getattr(sequence, part)
        for place in range(len(checks)):
            with monkeypatch.context() as patch:
                patch.setattr(sequence, part, (*checks[:place], broken, *checks[place + 1 :]))
                gate = open_gate()
                gate.on_position(position("BBB"))

                answer = ask(gate, intent())

                assert answer.reason is Denial.CHECK_FAILED
                assert answer.actual == "ZeroDivisionError: of the test"
                assert ask(gate, exit_of(symbol="BBB")).quantity == 100


def test_an_error_in_the_size_rule_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> Decimal:
        raise OverflowError

    monkeypatch.setattr("tradeengine.risk.gate.whole_shares", broken)

    assert ask(open_gate(), intent()).reason is Denial.CHECK_FAILED


@pytest.mark.parametrize("price", [5.01, 10.01, 50.01, 120.01, 199.01])
def test_a_size_rule_wrong_by_a_hundred_sends_no_order(
    price: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hundredfold(**given: Decimal) -> Decimal:
        return 100 * whole_shares(**given)  # type: ignore[arg-type]  # adv20_shares is an int

    monkeypatch.setattr("tradeengine.risk.gate.whole_shares", hundredfold)
    # Without every other check of the size, too: the cap stands alone.
    monkeypatch.setattr(sequence, "AFTER_SIZE", (hard_cap,))
    gate = open_gate(collar_percent=10, jump_percent=100)
    for symbol in ("AAA", "BBB", "CCC", "DDD"):
        quoted = structs.replace(gate.view.quotes[symbol], bid=price - 0.002, ask=price)
        gate.on_quote(quoted)
        gate.on_bar(structs.replace(gate.view.bars[symbol], close=price))
        answer = ask(gate, intent(symbol, limit_price=str(price)))

        assert answer.reason is Denial.MAX_ORDER_NOTIONAL
        assert answer.limit.startswith("hard cap: $20000.00")


def test_only_the_gate_makes_approved_orders() -> None:
    package = Path(tradeengine.__file__).parent
    makers = [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "ApprovedOrder"
    ]

    assert makers == ["risk/gate.py"]


def test_the_hard_cap_is_the_last_check() -> None:
    assert sequence.CHECKS[-1] is hard_cap
    assert len(set(sequence.CHECKS)) == len(sequence.CHECKS)


def test_a_plan_that_is_made_anew_takes_the_place_of_the_first() -> None:
    gate = open_gate()
    assert ask(gate, intent()).quantity == 9

    calm = structs.replace(plan(regime=Regime.LV_BULL), source="made anew")
    gate.on_plan(PlanMade(at=NOW, received_at=NOW, plan=calm))
    assert ask(gate, intent("BBB")).reason is Denial.REGIME_FORBIDS

    known = structs.replace(plan(), closed_returns=(0.01,) * 30, size_ramp=D("0.5"))
    gate.on_plan(PlanMade(at=NOW, received_at=NOW, plan=known))
    # Half of what Kelly asks for.
    assert ask(gate, intent("CCC", limit_price="50.02")).quantity == 171
