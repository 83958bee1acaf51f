"""
A program that has lost its senses, held by the gate alone.

212 is the number of parent orders that Knight Capital's router turned into four million
executions within 45 minutes on 2012-08-01, because nothing counted what was on its way
(SEC release 34-70694).
"""

from decimal import Decimal

from tests.risk.world import (
    NOW,
    ask,
    bar,
    ended,
    exit_of,
    fill,
    intent,
    open_gate,
    plan,
    position,
    quote,
    symbol_plan,
)
from tradeengine.model.instants import MINUTE
from tradeengine.model.orders import Purpose, Side

EQUITY = Decimal(100_000)


def test_orders_whose_answers_are_lost_count_until_the_limits_are_reached() -> None:
    names = [f"S{number}" for number in range(212)]
    session = plan()
    session.symbols.update({name: symbol_plan(beta=0.1, sector=name) for name in names})
    gate = open_gate(
        session, max_positions=500, entries_per_hour=100_000, orders_per_minute=100_000
    )
    for name in names:
        gate.on_bar(bar(name))
        gate.on_quote(quote(name))

    sent = Decimal(0)
    for _ in range(20):
        for name in names:
            answer = ask(gate, intent(name, quantity="30"))
            sent += (answer.quantity or 0) * Decimal("50.01")

    assert EQUITY - 30 * Decimal("50.01") < sent <= EQUITY


def test_a_signal_that_swings_a_thousand_times_enters_as_often_as_is_allowed() -> None:
    gate = open_gate(cooldown_seconds=0, orders_per_minute=100_000)
    entered = 0
    for swing in range(1000):
        at = NOW + swing * MINUTE // 60
        gate.on_quote(quote(at=at))
        gate.on_bar(bar(at=at - MINUTE))
        name = f"o{swing}"
        answer = ask(gate, intent(quantity="10", at=at))
        if answer.quantity:
            entered += 1
            gate.on_fill(fill(order=name, at=at))
            gate.on_order_ended(ended(order=name))
            gate.on_position(position(quantity="10"))
            assert ask(gate, exit_of("10")).quantity == 10
            gate.on_position(position(quantity="0"))
            gate.on_order_ended(ended(side=Side.SELL, purpose=Purpose.EXIT, order=name + "x"))

    assert entered == 3
