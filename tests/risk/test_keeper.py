from decimal import Decimal

import pytest

from tests.risk.world import (
    NOW,
    bar,
    broker_order,
    broker_position,
    fill,
    intent,
    limits,
    open_gate,
    plan,
    position,
    quote,
    seconds,
    snapshot,
)
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    EntriesRecalled,
    EquityChanged,
    OrderCancelled,
    OrderDenied,
    OrderReplaced,
    PastEntry,
    TimerFired,
    TradingStatus,
)
from tradeengine.model.instants import MINUTE
from tradeengine.model.orders import Side
from tradeengine.risk.gate import RiskGate

D = Decimal


@pytest.fixture
def gate() -> RiskGate:
    return open_gate()


def status(*, halted: bool, at: int = NOW) -> TradingStatus:
    return TradingStatus(at=at, received_at=at, symbol="AAA", code="H", halted=halted)


def test_a_quote_is_kept_as_it_came(gate: RiskGate) -> None:
    last = quote(bid=1.0, ask=2.0)
    gate.on_quote(last)

    assert gate.view.quotes["AAA"] is last


def test_an_older_bar_counts_but_does_not_become_the_last(gate: RiskGate) -> None:
    gate.on_bar(bar(close=40.0, at=NOW - 5 * MINUTE))

    assert gate.view.last_close("AAA") == 50
    assert gate.view.bars_seen["AAA"] == 2


def test_a_corrected_bar_is_not_another_bar(gate: RiskGate) -> None:
    gate.on_bar(bar(close=40.0, revised=True))

    assert gate.view.last_close("AAA") == 50
    assert gate.view.bars_seen["AAA"] == 1


def test_a_resumption_is_remembered_only_after_a_halt(gate: RiskGate) -> None:
    gate.on_status(status(halted=False))
    assert gate.view.resumed_at == {}

    gate.on_status(status(halted=True))
    assert gate.view.halted == {"AAA": "H"}

    gate.on_status(status(halted=False, at=NOW + 1))
    assert gate.view.halted == {}
    assert gate.view.resumed_at == {"AAA": NOW + 1}


def test_only_buys_start_the_cool_down(gate: RiskGate) -> None:
    gate.on_fill(fill(side=Side.SELL))
    assert gate.view.last_buy == {}

    gate.on_fill(fill())
    assert gate.view.last_buy == {"AAA": NOW}


def test_the_timer_moves_time_and_forgets_what_is_old(gate: RiskGate) -> None:
    gate.on_intent(intent())
    for later, entries, approvals in ((0, 1, 1), (60, 1, 0), (3599, 1, 0), (3600, 0, 0)):
        now = NOW + seconds(later)
        gate.on_timer(TimerFired(at=now, received_at=now, name="heartbeat", due=now))
        assert (len(gate.view.entries), len(gate.view.approvals)) == (entries, approvals)
        assert gate.view.now == now


def test_time_never_goes_back(gate: RiskGate) -> None:
    for now in (NOW + 5, NOW):
        gate.on_timer(TimerFired(at=now, received_at=now, name="heartbeat", due=now))

    assert gate.view.now == NOW + 5


def test_the_mark_is_the_quote_then_the_bar_then_the_cost(gate: RiskGate) -> None:
    gate.on_position(position("ZZZ", price="12.5"))
    assert gate.view.mark("ZZZ") == D("12.5")

    gate.on_bar(bar("ZZZ", close=13.0))
    assert gate.view.mark("ZZZ") == 13

    gate.on_quote(quote("ZZZ", bid=13.4, ask=13.6))
    assert gate.view.mark("ZZZ") == D("13.5")

    gate.on_quote(quote("ZZZ", bid=0.0, ask=13.6))
    assert gate.view.mark("ZZZ") == 13


def test_the_start_takes_the_brokers_word_for_everything(gate: RiskGate) -> None:
    order = broker_order("o", "BBB", Side.BUY, "10")
    gate.on_snapshot(
        snapshot(broker_position("AAA", "3"), orders=(order,), equity="7", buying_power="9000")
    )

    view = gate.view
    assert (view.equity, view.buying_power) == (D(7), D(9000))
    assert view.exposure.held("AAA").quantity == 3
    assert view.exposure.left("BBB", Side.BUY) == 10


def test_before_the_broker_was_read_there_is_no_buying_power() -> None:
    assert RiskGate(limits(), plan()).view.available_buying_power() == 0


def test_a_flatten_takes_the_brokers_positions(gate: RiskGate) -> None:
    gate.on_position(position("BBB"))
    gate.on_snapshot(snapshot(broker_position("AAA", "3"), why="flatten", equity="7"))

    assert gate.view.exposure.held("AAA").quantity == 3
    assert gate.view.exposure.held("BBB").quantity == 0
    assert gate.view.equity == 100_000


def test_a_comparison_with_the_broker_leaves_positions_to_the_ledger(gate: RiskGate) -> None:
    gate.on_position(position())
    gate.on_snapshot(snapshot(why="reconcile", buying_power="5"))

    assert gate.view.exposure.held("AAA").quantity == 100
    assert gate.view.buying_power == 5


def test_buying_power_falls_with_what_is_held_and_promised(gate: RiskGate) -> None:
    gate.on_snapshot(snapshot(broker_position("BBB", "10"), buying_power="10000"))
    assert gate.view.available_buying_power() == 10_000

    gate.on_position(position(quantity="100", price="50"))
    assert gate.view.available_buying_power() == 5_000

    gate.view.exposure.reserve(intent("CCC"), D(10), D(50))
    assert gate.view.available_buying_power() == 4_500

    gate.on_position(position("BBB", quantity="0", price="0"))
    assert gate.view.available_buying_power() == 5_000


def test_equity_and_drawdown_are_the_ledgers(gate: RiskGate) -> None:
    gate.on_equity(
        EquityChanged(
            at=NOW,
            equity=D(99),
            baseline=D(100),
            cash=D(1),
            realised=D(0),
            unrealised=D(0),
            drawdown=D("0.01"),
        )
    )

    assert (gate.view.equity, gate.view.drawdown) == (D(99), D("0.01"))


def test_a_replacement_renames_the_order_it_replaced(gate: RiskGate) -> None:
    gate.on_snapshot(snapshot(orders=(broker_order("old", "AAA", Side.BUY, "10"),)))
    gate.on_replaced(
        OrderReplaced(
            at=NOW,
            received_at=NOW,
            client_order_id="old",
            order_id="",
            symbol="AAA",
            new_client_order_id="new",
            new_order_id="",
        )
    )

    (order,) = gate.view.exposure.open_orders("AAA")
    assert order.client_order_id == "new"


def test_an_order_of_a_stranger_counts_until_it_ends_at_the_broker(gate: RiskGate) -> None:
    gate.on_snapshot(snapshot(orders=(broker_order("manual", "AAA", Side.BUY, "10"),)))

    for name, left in (("other", 1), ("manual", 0), ("manual", 0)):
        gate.on_broker_ended(
            OrderCancelled(
                at=NOW,
                received_at=NOW,
                client_order_id=name,
                order_id="",
                symbol="AAA",
                cumulative=D(0),
            )
        )
        assert len(gate.view.exposure.open_orders("AAA")) == left


def test_entries_of_earlier_runs_count_as_if_they_had_been_here(gate: RiskGate) -> None:
    recalled = (
        PastEntry(symbol="AAA", at=NOW - 61 * MINUTE),
        PastEntry(symbol="AAA", at=NOW - 30 * MINUTE),
        PastEntry(symbol="AAA", at=NOW - 29 * MINUTE, is_fill=True),
    )
    gate.on_entries_recalled(EntriesRecalled(at=NOW, received_at=NOW, entries=recalled))

    view = gate.view
    assert (view.session_entries["AAA"], view.symbol_entries["AAA"], len(view.entries)) == (2, 1, 1)
    assert view.last_buy["AAA"] == NOW - 29 * MINUTE
    [answer] = gate.on_intent(intent())
    assert isinstance(answer, OrderDenied)
    assert answer.reason is Denial.COOLDOWN
