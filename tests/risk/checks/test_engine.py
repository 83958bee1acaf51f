from decimal import Decimal

import pytest

from tests.risk.world import (
    CLOSE,
    NOW,
    OPEN,
    ask,
    bar,
    denied,
    intent,
    open_gate,
    position,
    quote,
    state,
)
from tradeengine.model.denials import Denial
from tradeengine.model.events import EquityChanged, NakedLimitReached, OrderStreamLost
from tradeengine.model.instants import MINUTE
from tradeengine.model.orders import EngineState
from tradeengine.risk.checks.engine import within_entry_window
from tradeengine.risk.gate import RiskGate
from tradeengine.risk.parameters import RiskLimits

NOT_TRADING = [state for state in EngineState if state is not EngineState.TRADING]


@pytest.mark.parametrize("engine_state", NOT_TRADING)
def test_entries_need_the_state_trading(engine_state: EngineState) -> None:
    gate = open_gate()
    gate.on_state(state(engine_state))

    assert ask(gate, intent()) == denied(Denial.STATE_NOT_TRADING, "TRADING", engine_state.value)


def drawn_down(fraction: str) -> RiskGate:
    gate = open_gate()
    gate.on_equity(
        EquityChanged(
            at=NOW,
            equity=Decimal(97_000),
            baseline=Decimal(100_000),
            cash=Decimal(97_000),
            realised=Decimal(0),
            unrealised=Decimal(0),
            drawdown=Decimal(fraction),
        )
    )
    return gate


def test_a_drawdown_at_the_limit_denies_even_while_the_state_says_trading() -> None:
    assert ask(drawn_down("0.03"), intent()) == denied(
        Denial.STATE_NOT_TRADING, "drawdown below 3.00%", "3.00%"
    )
    assert ask(drawn_down("0.0299"), intent()).quantity == 9


def test_entries_need_the_order_stream() -> None:
    gate = open_gate()
    gate.on_stream_lost(OrderStreamLost(at=NOW, received_at=NOW, reason="1006"))

    assert ask(gate, intent()) == denied(
        Denial.ORDER_STREAM_NOT_READY, "authorised and listening", "not ready"
    )


def test_entries_wait_until_a_position_that_was_naked_for_too_long_is_closed() -> None:
    gate = open_gate()
    reached = NakedLimitReached(
        at=NOW,
        symbol="BBB",
        dollars=Decimal(9_000),
        dollar_seconds=Decimal("600000.4"),
        limit=Decimal(500_000),
    )
    gate.on_naked(reached)

    assert ask(gate, intent()) == denied(
        Denial.NAKED_EXPOSURE, "500000 dollar-seconds", "BBB 600000"
    )

    gate.on_position(position("BBB", "0"))
    assert ask(gate, intent()).quantity == 9


def at(instant: int) -> RiskGate:
    gate = open_gate()
    gate.on_quote(quote(at=instant))
    gate.on_bar(bar(at=instant - MINUTE))
    return gate


@pytest.mark.parametrize("instant", [OPEN + 30 * MINUTE, CLOSE - 30 * MINUTE])
def test_the_entry_window_includes_its_ends(instant: int) -> None:
    assert ask(at(instant), intent(at=instant)).quantity == 9


@pytest.mark.parametrize(
    ("instant", "clock"),
    [(OPEN + 30 * MINUTE - 1, "09:59:59"), (CLOSE - 30 * MINUTE + 1_000, "15:30:00")],
)
def test_outside_the_entry_window_entries_are_denied(instant: int, clock: str) -> None:
    assert ask(at(instant), intent(at=instant)) == denied(
        Denial.OUTSIDE_ENTRY_WINDOW, "10:00 to 15:30 New York", clock
    )


def test_without_a_session_there_is_no_window() -> None:
    view = open_gate().view
    view.run = None

    answer = within_entry_window(intent(), view, RiskLimits())

    assert answer is not None
    assert answer.reason is Denial.OUTSIDE_ENTRY_WINDOW
    assert answer.actual == "session times not known"
