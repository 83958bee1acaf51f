"""Whole little sessions: an entry, each of the exits, and what goes wrong on the way."""

from decimal import Decimal

import pytest

from tests.strategy.contrarian.floor import Floor
from tests.strategy.messages import (
    bar,
    beat,
    became,
    denied,
    ended,
    intent,
    on,
    opened,
    plan,
    position,
    quote,
    status,
    trade,
)
from tradeengine.errors import BadConfiguration
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import DecisionMade, PlanMade, SymbolFrozen
from tradeengine.model.instants import MINUTE, NANOS, parse_instant
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Side,
    TimeInForce,
)
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.strategy.contrarian import Contrarian
from tradeengine.strategy.parameters import ContrarianParameters
from tradeengine.strategy.port import Context

STOP = 98.0893
"""98.40 less 1.5 times 0.2071, the average true range at the entry."""


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def entered(floor: Floor) -> Floor:
    """50 shares at 98.40 since 11:09:01."""
    floor.enter()
    floor.orders.clear()
    return floor


# Entering.


def test_history_is_learned_and_nothing_is_decided_on_it(floor: Floor) -> None:
    floor.open()
    assert floor.decisions == []


def test_a_fall_that_tires_is_bought_once(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    assert floor.orders == [
        OrderIntent(
            at=on("11:09:00"),
            strategy="contrarian",
            symbol="AAA",
            side=Side.BUY,
            purpose=Purpose.ENTRY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            limit_price=Decimal("98.40"),
            stop_distance=Decimal("0.6215"),
            reason="close 98.39, VWAP 99.94, ATR 0.2071, RSI 20.3, MACD up 2 bars",
        )
    ]
    assert (floor.last.verdict, floor.last.gate) == ("enter", "")
    floor.minute(on("11:09:00"), 98.38)
    assert len(floor.orders) == 1
    assert (floor.last.verdict, floor.last.gate) == ("pass", "DUPLICATE_INTENT")


def test_there_is_one_decision_for_each_live_bar_and_symbol(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    rows = [(row.symbol, row.at) for row in floor.decisions]
    assert len(rows) == len(set(rows)) == 2 * 99


def test_the_fall_is_recorded_gate_by_gate(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    gates = [row.gate for row in floor.decisions if row.symbol == "AAA"]
    assert gates[0] == "OUTSIDE_ENTRY_WINDOW"
    assert gates[60] == "NOT_STRETCHED"
    assert gates[-9:] == ["NOT_OVERSOLD"] * 2 + ["NOT_TURNING"] * 6 + [""]


def test_a_correction_or_a_repeated_bar_decides_nothing(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "09:35:00")
    count = len(floor.decisions)
    assert floor.strategy.on_bar(bar(on("09:34:00"), 90.0)) is None
    assert floor.strategy.on_bar(bar(on("09:35:00"), 90.0, revised=True)) is None
    assert len(floor.decisions) == count


def test_the_same_fall_in_another_regime_is_left_alone() -> None:
    floor = Floor(plan("AAA", regime=Regime.LV_BULL))
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    assert floor.orders == []
    assert floor.last.gate == "REGIME_FORBIDS"


def test_a_plan_made_anew_before_the_open_is_the_one_that_counts() -> None:
    floor = Floor(plan("AAA", "BBB", regime=Regime.LV_BULL))
    anew = plan("AAA", "CCC")
    before = on("09:10:00")
    floor.strategy.on_plan(PlanMade(at=before, received_at=before, plan=anew))
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")

    assert len(floor.orders) == 1
    assert floor.strategy.plan == anew
    planned = {name for name, state in floor.strategy._symbols.items() if state.plan is not None}
    assert planned == {"AAA", "CCC"}


def test_bars_outside_regular_hours_teach_nothing(floor: Floor) -> None:
    floor.strategy.on_run_opened(opened())
    for i in range(200):
        floor.strategy.on_bar(bar(on("04:00:00") + i * MINUTE, 50.0, history=True))
    floor.strategy.on_state(became(EngineState.TRADING))
    floor.be_quiet("09:30:00", "10:31:00")
    assert floor.last.gate == "NOT_WARM"


def test_before_the_run_is_opened_there_is_no_window(floor: Floor) -> None:
    floor.strategy.on_state(became(EngineState.TRADING))
    floor.be_quiet("11:00:00", "11:01:00")
    assert (floor.last.gate, floor.last.actual) == ("OUTSIDE_ENTRY_WINDOW", "none is open")


def test_a_frozen_symbol_is_not_entered(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_frozen(SymbolFrozen(at=on("09:31:00"), symbol="AAA", reason="test"))
    floor.be_quiet("10:00:00", "10:01:00")
    assert floor.last.gate == "SYMBOL_FROZEN"


def test_a_halt_and_the_minutes_after_it_keep_us_out(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_status(status(on("10:00:00"), halted=True))
    floor.be_quiet("10:00:00", "10:01:00")
    assert floor.last.actual == "halted"
    floor.strategy.on_status(status(on("10:02:00"), halted=False))
    floor.be_quiet("10:02:00", "10:03:00")
    assert (floor.last.gate, floor.last.actual) == ("SYMBOL_HALTED", "60 s")
    floor.be_quiet("10:06:00", "10:07:00")
    assert floor.last.gate == "NOT_STRETCHED"


def test_trading_that_was_never_halted_needs_no_wait(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_status(status(on("10:00:00"), halted=False))
    floor.be_quiet("09:55:00", "10:01:00")
    assert floor.last.gate == "NOT_STRETCHED"


def test_a_denied_entry_may_be_asked_again_at_the_next_bar(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    floor.strategy.on_denied(denied(floor.orders[0]))
    floor.minute(on("11:09:00"), 98.38)
    assert len(floor.orders) == 2


def test_an_entry_that_was_not_filled_may_be_asked_again(floor: Floor) -> None:
    floor.open()
    floor.be_quiet("09:30:00", "11:00:00")
    floor.slide("11:00:00")
    floor.strategy.on_order_ended(ended(on("11:09:30"), Purpose.ENTRY, "0", outcome="cancelled"))
    floor.minute(on("11:09:00"), 98.38)
    assert len(floor.orders) == 2


def test_quotes_of_symbols_that_nobody_asked_for_are_forgotten(floor: Floor) -> None:
    floor.strategy.on_quote(quote(on("10:00:00"), 1.0, 1.01, symbol="ZZZ"))
    assert floor.strategy.on_trade(trade(on("10:00:00"), 1.0, symbol="ZZZ")) is None


def test_a_new_session_begins_a_new_vwap(floor: Floor) -> None:
    floor.enter()
    next_open = parse_instant("2019-02-14T14:30:00Z")
    floor.strategy.on_run_opened(opened(next_open, next_open + 390 * MINUTE))
    assert floor.strategy._symbols["AAA"].reading.vwap is None
    floor.strategy.on_run_opened(opened(next_open, next_open + 390 * MINUTE))


def test_a_valuation_dated_on_no_date_is_refused() -> None:
    row = SymbolPlan(p_undervalued=0.8, valued_on="yesterday")
    wrong = SessionPlan(source="t", regime=Regime.HV_BEAR, vix=20.0, symbols={"AAA": row})
    with pytest.raises(BadConfiguration) as caught:
        Contrarian(Context("contrarian", wrong, ContrarianParameters()))
    assert caught.value.place == "session plan, AAA.valued_on"


# Leaving.


def sold(floor: Floor) -> tuple[str, str, OrderIntent]:
    """The verdict, its limit, and the one order since the entry."""
    (order,) = floor.orders
    assert order.purpose is Purpose.EXIT
    assert order.side is Side.SELL
    assert order.quantity == 50
    return floor.last.verdict, floor.last.limit, order


def test_while_nothing_happens_the_position_is_held(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 98.38)
    assert entered.last == DecisionMade(
        at=on("11:10:00"),
        strategy="contrarian",
        symbol="AAA",
        verdict="hold",
        gate="",
        limit=f"stop {STOP}",
        actual="close 98.3800",
    )
    assert entered.orders == []


def test_a_trade_at_the_stop_sells_at_once(entered: Floor) -> None:
    entered.strategy.on_quote(quote(on("11:10:00"), 98.07, 98.09))
    assert entered.strategy.on_trade(trade(on("11:10:00"), 98.09)) is None
    entered.take(entered.strategy.on_trade(trade(on("11:10:01"), 98.08)))
    verdict, limit, order = sold(entered)
    assert (verdict, limit) == ("exit", f"virtual stop: {STOP}")
    assert (order.order_type, order.time_in_force) == (OrderType.LIMIT, TimeInForce.IOC)
    # 98.07 less 20 basis points is 97.87386.
    assert order.limit_price == Decimal("97.87")
    assert order.reason == "virtual stop"


def test_more_trades_below_the_stop_ask_nothing_more(entered: Floor) -> None:
    for second in range(5):
        entered.take(entered.strategy.on_trade(trade(on(f"11:10:0{second}"), 98.0)))
    assert len(entered.orders) == 1
    assert [row.verdict for row in entered.decisions].count("exit") == 1


def test_a_print_that_does_not_count_is_no_measure_either(entered: Floor) -> None:
    entered.take(entered.strategy.on_trade(trade(on("11:10:00"), 50.0, conditions="@I")))
    assert entered.orders == []
    entered.take(entered.strategy.on_trade(trade(on("11:10:05"), 98.0)))
    # The quote of 11:08:59.5 is old: 98.00 less 20 basis points.
    assert sold(entered)[2].limit_price == Decimal("97.80")


def test_a_close_at_the_vwap_is_the_target(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    verdict, limit, order = sold(entered)
    assert (verdict, limit) == ("exit", "target: VWAP 99.9366")
    assert order.limit_price == Decimal("99.79")


def test_an_rsi_above_55_is_the_target_too() -> None:
    floor = Floor(parameters=ContrarianParameters(target_at_vwap=False))
    floor.enter()
    floor.orders.clear()
    floor.minute(on("11:09:00"), 99.9)
    verdict, limit, _ = sold(floor)
    assert (verdict, limit) == ("exit", "target: RSI 55")
    assert floor.last.actual == "57.74"


def test_after_ninety_minutes_the_heartbeat_sells_even_a_quiet_symbol(entered: Floor) -> None:
    entered.take(entered.strategy.on_timer(beat(on("12:39:00"))))
    assert entered.orders == []
    entered.take(entered.strategy.on_timer(beat(on("12:39:01"))))
    assert sold(entered)[1] == "time stop: 90 min"


def test_a_falling_market_sells_what_is_held(entered: Floor) -> None:
    for i in range(60):
        at = on("11:09:00") + i * MINUTE
        entered.strategy.on_bar(bar(at, 270.0 - 0.05 * i, symbol="SPY"))
    entered.take(entered.strategy.on_timer(beat(on("12:10:00"))))
    assert sold(entered)[1] == "fast exit: z -2.5"


def test_ten_minutes_before_the_close_everything_is_sold() -> None:
    floor = Floor(parameters=ContrarianParameters(time_stop_minutes=600))
    floor.enter()
    floor.orders.clear()
    floor.take(floor.strategy.on_timer(beat(on("15:49:59"))))
    assert floor.orders == []
    floor.take(floor.strategy.on_timer(beat(on("15:50:00"))))
    assert sold(floor)[1] == "end of day: 15:50"


def test_without_a_position_the_heartbeat_does_nothing(floor: Floor) -> None:
    floor.open()
    assert floor.strategy.on_timer(beat(on("15:55:00"))) is None


def test_once_flat_the_symbol_is_free_after_its_cooldown(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    assert entered.end_exit("11:10:01", "50", "0") == []
    entered.minute(on("11:10:00"), 100.0)
    assert (entered.last.verdict, entered.last.gate) == ("pass", "COOLDOWN")
    assert entered.strategy.on_timer(beat(on("15:55:00"))) is None


# When an exit does not work at once.


def test_no_second_exit_while_one_is_open(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    entered.take(entered.strategy.on_timer(beat(on("11:10:30"))))
    entered.minute(on("11:10:00"), 100.0)
    assert len(entered.orders) == 1
    assert (entered.last.verdict, entered.last.limit, entered.last.actual) == (
        "exit",
        "target",
        "under way",
    )


def test_what_an_exit_did_not_sell_is_asked_again_and_at_last_at_market(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    entered.end_exit("11:10:01", "20", "30")
    entered.end_exit("11:10:02", "0", "30")
    entered.end_exit("11:10:03", "0", "30")
    asked = [(order.order_type, order.time_in_force, order.quantity) for order in entered.orders]
    assert asked == [
        (OrderType.LIMIT, TimeInForce.IOC, Decimal(50)),
        (OrderType.LIMIT, TimeInForce.IOC, Decimal(30)),
        (OrderType.LIMIT, TimeInForce.IOC, Decimal(30)),
        (OrderType.MARKET, TimeInForce.DAY, Decimal(30)),
    ]


def test_an_exit_that_failed_even_at_market_waits_before_the_next(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    for second in range(1, 5):
        entered.end_exit(f"11:10:0{second}", "0", "50")
    assert len(entered.orders) == 4
    entered.take(entered.strategy.on_timer(beat(on("11:10:08"))))
    assert len(entered.orders) == 4
    entered.take(entered.strategy.on_timer(beat(on("11:10:09"))))
    assert len(entered.orders) == 5
    assert entered.orders[-1].order_type is OrderType.MARKET


def test_a_denied_exit_waits_before_it_is_asked_again(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    entered.strategy.on_denied(denied(entered.orders[0], on("11:10:00")))
    for second in range(1, 5):
        entered.take(entered.strategy.on_timer(beat(on(f"11:10:0{second}"))))
    assert len(entered.orders) == 1
    entered.take(entered.strategy.on_timer(beat(on("11:10:05"))))
    assert len(entered.orders) == 2


def test_a_denial_of_anything_else_is_not_ours_to_answer(entered: Floor) -> None:
    entered.minute(on("11:09:00"), 100.0)
    entered.strategy.on_denied(denied(intent(Purpose.PROTECT)))
    entered.take(entered.strategy.on_timer(beat(on("11:20:00"))))
    assert len(entered.orders) == 1


def test_the_end_of_a_protective_order_asks_for_nothing(entered: Floor) -> None:
    assert entered.strategy.on_order_ended(ended(on("11:10:00"), Purpose.PROTECT, "0")) is None


def test_an_exit_that_sold_all_is_not_repeated_before_the_position_is_told(
    entered: Floor,
) -> None:
    entered.minute(on("11:09:00"), 100.0)
    sold_all = ended(on("11:10:01"), Purpose.EXIT, "50")
    assert entered.strategy.on_order_ended(sold_all) is None


def test_a_halted_symbol_is_sold_when_it_trades_again(entered: Floor) -> None:
    entered.strategy.on_status(status(on("12:38:00"), halted=True))
    entered.take(entered.strategy.on_timer(beat(on("12:40:00"))))
    assert entered.orders == []
    assert entered.last.verdict == "exit"
    entered.strategy.on_status(status(on("12:45:00"), halted=False))
    entered.take(entered.strategy.on_timer(beat(on("12:45:01"))))
    assert len(entered.orders) == 1


@pytest.mark.parametrize(
    ("state", "orders"),
    [
        (EngineState.TRADING, 1),
        (EngineState.REDUCING, 1),
        (EngineState.SAFETY, 0),
        (EngineState.LOCKED, 0),
        (EngineState.HALTING, 0),
        (EngineState.RECONCILING, 0),
    ],
)
def test_exits_are_ours_unless_the_engine_itself_flattens(
    entered: Floor, state: EngineState, orders: int
) -> None:
    entered.strategy.on_state(became(state))
    entered.take(entered.strategy.on_timer(beat(on("12:40:00"))))
    assert len(entered.orders) == orders


# A position found at the broker.


def test_a_position_found_at_the_start_is_managed_from_then_on(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_position(position(on("09:31:00"), "50", "101.00"))
    floor.take(floor.strategy.on_trade(trade(on("09:31:05"), 100.9)))
    assert floor.orders == []
    # The range of the day before is 0.10: the stop is 101.00 less 0.15.
    floor.take(floor.strategy.on_trade(trade(on("09:31:06"), 100.85)))
    assert sold(floor)[1] == "virtual stop: 100.8500"


def test_its_time_runs_from_when_it_was_found(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_position(position(on("09:31:00"), "50", "99.00"))
    floor.take(floor.strategy.on_timer(beat(on("11:00:59"))))
    assert floor.orders == []
    floor.take(floor.strategy.on_timer(beat(on("11:01:00"))))
    assert sold(floor)[1] == "time stop: 90 min"


def test_found_before_the_indicators_are_warm_it_gets_its_stop_when_they_are(
    floor: Floor,
) -> None:
    floor.strategy.on_run_opened(opened())
    floor.strategy.on_position(position(on("09:31:00"), "50", "120.00"))
    floor.strategy.on_state(became(EngineState.REDUCING))
    floor.minute(on("09:31:00"), 90.0)
    assert floor.last.limit == "target: VWAP 90.0000"
    other = Floor(parameters=ContrarianParameters(target_at_vwap=False, rsi_exit_min=100))
    other.strategy.on_run_opened(opened())
    other.strategy.on_position(position(on("09:31:00"), "50", "120.00"))
    other.be_quiet("09:31:00", "10:40:00")
    assert other.last.limit == "no stop yet"
    other.be_quiet("10:40:00", "10:50:00")
    assert other.last.limit == "stop 119.8500"


def test_a_symbol_outside_the_plan_is_looked_after_too(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_position(position(on("09:31:00"), "7", "20.00", symbol="ZZZ"))
    found = floor.take(floor.strategy.on_timer(beat(on("11:01:00"))))
    order = found[-1]
    assert isinstance(order, OrderIntent)
    # Of ZZZ no price was ever seen.
    assert (order.symbol, order.quantity) == ("ZZZ", Decimal(7))
    assert order.order_type is OrderType.MARKET


def test_a_short_position_is_left_to_people(floor: Floor) -> None:
    floor.open()
    floor.strategy.on_position(position(on("09:31:00"), "-50", "99.00"))
    assert floor.strategy.on_timer(beat(on("15:59:00"))) is None
    floor.be_quiet("10:00:00", "10:01:00")
    assert (floor.last.gate, floor.last.actual) == ("DUPLICATE_INTENT", "-50 shares")


def test_the_same_messages_lead_to_the_same_words() -> None:
    floors = [Floor(), Floor()]
    for one in floors:
        one.enter()
        one.take(one.strategy.on_trade(trade(on("11:10:00") + NANOS, 98.0)))
    assert floors[0].decisions == floors[1].decisions
    assert floors[0].orders == floors[1].orders
