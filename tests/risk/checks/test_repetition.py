from decimal import Decimal

from tests.risk.world import (
    NOW,
    Answer,
    ask,
    bar,
    broker_order,
    denied,
    ended,
    exit_of,
    fill,
    intent,
    open_gate,
    position,
    quote,
    seconds,
    snapshot,
)
from tradeengine.model.denials import Denial
from tradeengine.model.orders import Purpose, Side
from tradeengine.risk.gate import RiskGate


def ask_later(gate: RiskGate, wait: int, symbol: str = "AAA") -> Answer:
    """Ask for an entry `wait` seconds on, with fresh data."""
    now = NOW + seconds(wait)
    gate.on_quote(quote(symbol, at=now))
    gate.on_bar(bar(symbol, at=now - seconds(60)))
    return ask(gate, intent(symbol, at=now))


def test_a_position_makes_an_entry_a_duplicate() -> None:
    gate = open_gate()
    gate.on_position(position())

    assert ask(gate, intent()) == denied(
        Denial.DUPLICATE_INTENT, "no position, no open order", "position 100, open buy orders 0"
    )


def test_an_open_entry_makes_another_a_duplicate() -> None:
    gate = open_gate()
    ask(gate, intent())

    assert ask(gate, intent()) == denied(
        Denial.DUPLICATE_INTENT, "no position, no open order", "position 0, open buy orders 1"
    )


def test_an_opposite_open_order_would_be_a_wash_trade() -> None:
    gate = open_gate()
    gate.on_snapshot(snapshot(orders=(broker_order("theirs", "AAA", Side.SELL, "5"),)))

    assert ask(gate, intent()) == denied(Denial.WASH_TRADE, "no open sell", "open sell")


def test_an_hour_passes_between_two_buys_of_a_symbol() -> None:
    gate = open_gate()
    gate.on_fill(fill(at=NOW))

    assert ask_later(gate, 3599) == denied(Denial.COOLDOWN, "3600 s", "3599 s since the last buy")
    assert ask_later(gate, 3600).quantity == 9


def test_a_symbol_is_tried_three_times_an_hour() -> None:
    gate = open_gate()
    for wait in (0, 60, 120):
        assert ask_later(gate, wait).quantity == 9
        gate.on_order_ended(ended())

    assert ask_later(gate, 180) == denied(
        Denial.ENTRY_THROTTLE, "3 entries, AAA per hour", "3 made"
    )
    assert ask_later(gate, 180, "BBB").quantity == 9
    assert ask_later(gate, 3600).quantity == 9


def test_a_symbol_is_tried_so_often_a_session_and_never_again() -> None:
    gate = open_gate(entries_per_symbol_per_session=2)
    for wait in (0, 3600):
        assert ask_later(gate, wait).quantity == 9
        gate.on_order_ended(ended())

    assert ask_later(gate, 4 * 3600) == denied(
        Denial.ENTRY_THROTTLE, "2 entries, AAA per session", "2 made"
    )


def test_all_symbols_together_have_a_limit_per_hour() -> None:
    gate = open_gate(entries_per_hour=2)
    for symbol in ("AAA", "BBB"):
        assert ask_later(gate, 0, symbol).quantity == 9

    assert ask_later(gate, 10, "CCC") == denied(
        Denial.ENTRY_THROTTLE, "2 entries, all symbols per hour", "2 made"
    )


def test_a_signal_that_swings_a_thousand_times_trades_three_times() -> None:
    gate = open_gate()
    approved = 0
    for wait in range(1000):
        if ask_later(gate, wait).quantity is not None:
            approved += 1
            gate.on_order_ended(ended())

    assert approved == 3


def test_exits_use_the_budget_that_entries_then_lack() -> None:
    gate = open_gate(orders_per_minute=2)
    for symbol in ("BBB", "CCC", "DDD"):
        gate.on_position(position(symbol))
        assert ask(gate, exit_of(symbol=symbol)).quantity == 100

    assert ask_later(gate, 59) == denied(Denial.MESSAGE_BUDGET, "2 a minute", "3 sent")
    assert ask_later(gate, 60).quantity == 9


def test_a_partly_filled_exit_does_not_make_room_for_an_entry() -> None:
    gate = open_gate()
    gate.on_position(position(quantity="10"))
    ask(gate, exit_of())
    gate.on_fill(fill(side=Side.SELL, quantity="10"))
    gate.on_position(position(quantity="0", price="0"))

    assert ask(gate, intent()).reason is Denial.WASH_TRADE
    gate.on_order_ended(ended(side=Side.SELL, purpose=Purpose.EXIT))
    assert ask(gate, intent()).quantity == Decimal(9)
