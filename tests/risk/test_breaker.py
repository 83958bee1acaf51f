"""The breaker moves by its table, and every way out of trading ends in a flatten."""

from decimal import Decimal

import pytest
from msgspec import structs

from tradeengine.model.commands import AskBroker, FlattenAll, LockTrading, RequestStop
from tradeengine.model.events import (
    AlertRaised,
    AlertsWaiting,
    BrokerOrder,
    BrokerSnapshot,
    BrokerUnreachable,
    DifferenceFound,
    EquityChanged,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    FlattenEnded,
    HoldingsAgree,
    HoldingsDiffer,
    OrderStreamLost,
    OrderStreamReady,
    PositionChanged,
    Reconciled,
    RunOpened,
    StateChanged,
    StrangerSeen,
    SymbolFrozen,
    TimerFired,
    WarmUpEnded,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import (
    EngineState,
    ForeignPolicy,
    OrderType,
    Question,
    Severity,
    Side,
    StopTrigger,
)
from tradeengine.risk.breaker import Breaker
from tradeengine.risk.moves import MOVES, Signal

D = Decimal
OPEN, UNTIL, CLOSE = 1_000, 9_000, 10_000


def run_opened() -> RunOpened:
    return RunOpened(
        at=0,
        received_at=0,
        run_tag="t",
        session_open=OPEN,
        session_close=CLOSE,
        until=UNTIL,
        until_trigger=StopTrigger.CLOSE,
    )


def timer(at: int) -> TimerFired:
    return TimerFired(at=at, received_at=at, name="heartbeat", due=at)


def stop(trigger: StopTrigger = StopTrigger.INTERRUPT) -> RequestStop:
    return RequestStop(at=5_000, received_at=5_000, trigger=trigger)


def equity(drawdown: str) -> EquityChanged:
    return EquityChanged(
        at=5_000,
        equity=D(97_000),
        baseline=D(100_000),
        cash=D(97_000),
        realised=D(0),
        unrealised=D(0),
        drawdown=D(drawdown),
    )


def difference(*, explained: bool) -> DifferenceFound:
    return DifferenceFound(
        at=1,
        received_at=1,
        symbol="KO",
        recorded="0",
        held="100",
        explained=explained,
        explanation="",
    )


def connected(foreign: ForeignPolicy = ForeignPolicy.FREEZE) -> Breaker:
    breaker = Breaker(D("0.03"), foreign=foreign)
    breaker.on_run_opened(run_opened())
    list(breaker.on_order_stream_ready(OrderStreamReady(at=1, received_at=1)))
    list(breaker.on_feed_connected(FeedConnected(at=1, received_at=1, symbols=41)))
    return breaker


def trading(foreign: ForeignPolicy = ForeignPolicy.FREEZE) -> Breaker:
    breaker = connected(foreign)
    list(breaker.on_reconciled(Reconciled(at=2, received_at=2, unexplained=0)))
    list(breaker.on_warm_up_ended(WarmUpEnded(at=OPEN, received_at=OPEN, bars=9)))
    assert breaker.state is EngineState.TRADING
    return breaker


def moves(messages: list[Message]) -> list[EngineState]:
    return [m.after for m in messages if isinstance(m, StateChanged)]


def test_the_table_has_a_row_for_every_state() -> None:
    assert set(MOVES) == set(EngineState)


def test_every_state_before_halting_can_be_stopped() -> None:
    after_stop = {EngineState.HALTING, EngineState.LOCKED, EngineState.STOPPED}
    assert {state for state in EngineState if Signal.STOP not in MOVES[state]} == after_stop


def test_the_engine_starts_halted_and_asks_the_broker_first() -> None:
    breaker = Breaker(D("0.03"))
    assert breaker.state is EngineState.STARTING
    assert list(breaker.on_order_stream_ready(OrderStreamReady(at=1, received_at=1))) == []

    change, ask = breaker.on_feed_connected(FeedConnected(at=1, received_at=1, symbols=41))

    assert isinstance(change, StateChanged)
    assert change.after is EngineState.RECONCILING
    assert ask == AskBroker(at=1, why="start")


def test_an_unanswered_first_question_is_asked_again() -> None:
    breaker = connected()
    breaker.on_unreachable(BrokerUnreachable(at=2, received_at=2, why="flatten", reason="x"))
    assert list(breaker.on_timer(timer(3))) == []

    breaker.on_unreachable(BrokerUnreachable(at=4, received_at=4, why="start", reason="HTTP 502"))

    assert list(breaker.on_timer(timer(5))) == [AskBroker(at=5, why="start")]
    assert list(breaker.on_timer(timer(6))) == []


def test_trading_begins_when_reconciled_warm_and_open() -> None:
    breaker = connected()
    list(breaker.on_reconciled(Reconciled(at=2, received_at=2, unexplained=0)))
    assert breaker.state is EngineState.CLOSED
    assert moves(list(breaker.on_timer(timer(OPEN)))) == []
    assert moves(list(breaker.on_warm_up_ended(WarmUpEnded(at=3, received_at=3, bars=9)))) == []
    assert moves(list(breaker.on_timer(timer(OPEN - 1)))) == []

    assert moves(list(breaker.on_timer(timer(OPEN)))) == [EngineState.TRADING]


@pytest.mark.parametrize(
    ("wound", "cure"),
    [
        (
            ("on_feed_lost", FeedLost(at=6, received_at=6, reason="1006")),
            ("on_feed_connected", FeedConnected(at=7, received_at=7, symbols=41)),
        ),
        (
            ("on_order_stream_lost", OrderStreamLost(at=6, received_at=6, reason="1006")),
            ("on_order_stream_ready", OrderStreamReady(at=7, received_at=7)),
        ),
    ],
)
def test_a_lost_stream_forbids_entries_until_it_is_back(
    wound: tuple[str, Message], cure: tuple[str, Message]
) -> None:
    breaker = trading()

    hurt = list(getattr(breaker, wound[0])(wound[1]))
    healed = list(getattr(breaker, cure[0])(cure[1]))

    assert moves(hurt) == [EngineState.REDUCING]
    assert any(isinstance(message, AlertRaised) for message in hurt)
    assert moves(healed) == [EngineState.TRADING]


MUTED = FeedMuted(at=6, received_at=6, silent_seconds=60, last_event_at=1, probe="trades")
STABLE = FeedStable(at=7, received_at=7, evidence="5 of 5")
SECOND = 1_000_000_000
AN_ORDER = BrokerOrder(
    client_order_id="c",
    order_id="o",
    symbol="KO",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    quantity=D(1),
    filled=D(0),
    status="new",
)


def in_safety() -> Breaker:
    breaker = trading()
    list(breaker.on_feed_muted(MUTED))
    assert breaker.state is EngineState.SAFETY
    return breaker


def flatten_ended(*, flat: bool, trigger: StopTrigger = StopTrigger.SAFETY) -> FlattenEnded:
    return FlattenEnded(
        at=8,
        trigger=trigger,
        flat=flat,
        rounds=1,
        seconds=1.0,
        symbols=(),
        positions_left=(),
        orders_left=(),
    )


def broker_says(*orders: BrokerOrder, why: str = "resume") -> BrokerSnapshot:
    return BrokerSnapshot(
        at=9,
        received_at=9,
        why=why,
        account_number="A",
        equity=D(100_000),
        last_equity=D(100_000),
        cash=D(100_000),
        buying_power=D(100_000),
        positions=(),
        orders=orders,
        unreadable_rows=0,
    )


def position(quantity: int) -> PositionChanged:
    return PositionChanged(
        at=6, symbol="KO", quantity=D(quantity), average_price=D(1), realised=D(0)
    )


def test_a_mute_feed_closes_everything_at_once_with_the_gate_closed_first() -> None:
    messages = list(trading().on_feed_muted(MUTED))

    assert moves(messages) == [EngineState.REDUCING, EngineState.SAFETY]
    assert isinstance(messages[-1], FlattenAll)
    assert messages[-1].trigger is StopTrigger.SAFETY
    assert "mute for 60 s" in messages[-1].reason


@pytest.mark.parametrize("stream", ["feed", "order stream"])
def test_what_stays_lost_beyond_the_grace_closes_everything(stream: str) -> None:
    breaker = trading()
    if stream == "feed":
        list(breaker.on_feed_lost(FeedLost(at=6, received_at=SECOND, reason="1006")))
    else:
        list(breaker.on_order_stream_lost(OrderStreamLost(at=6, received_at=SECOND, reason="x")))
    breaker.on_run_opened(structs.replace(run_opened(), until=100 * SECOND))

    assert moves(list(breaker.on_timer(timer(6 * SECOND - 1)))) == []
    assert moves(list(breaker.on_timer(timer(6 * SECOND)))) == [EngineState.SAFETY]


def test_losing_it_again_does_not_begin_the_grace_anew() -> None:
    breaker = trading()
    breaker.on_run_opened(structs.replace(run_opened(), until=100 * SECOND))
    for at in (1, 4):
        list(breaker.on_feed_lost(FeedLost(at=6, received_at=at * SECOND, reason="1006")))
    assert moves(list(breaker.on_timer(timer(6 * SECOND)))) == [EngineState.SAFETY]


def test_a_connection_is_not_enough_to_trade_again() -> None:
    breaker = in_safety()
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_connected(FeedConnected(at=7, received_at=7, symbols=41)))
    assert list(breaker.on_timer(timer(OPEN))) == []


def test_it_trades_again_when_stable_and_both_say_flat() -> None:
    breaker = in_safety()
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))

    assert list(breaker.on_timer(timer(OPEN))) == [AskBroker(at=OPEN, why=Question.RESUME)]
    assert list(breaker.on_timer(timer(OPEN))) == []  # asked once
    assert moves(list(breaker.on_snapshot(broker_says()))) == [EngineState.TRADING]


def test_an_unanswered_question_is_asked_again_in_safety() -> None:
    breaker = in_safety()
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))
    list(breaker.on_timer(timer(OPEN)))
    breaker.on_unreachable(BrokerUnreachable(at=2, received_at=2, why="resume", reason="x"))
    assert list(breaker.on_timer(timer(OPEN))) == [AskBroker(at=OPEN, why=Question.RESUME)]


def test_what_the_broker_still_holds_is_closed_again() -> None:
    breaker = in_safety()
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))
    [again] = breaker.on_snapshot(broker_says(AN_ORDER))
    assert isinstance(again, FlattenAll)
    assert breaker.state is EngineState.SAFETY


def test_a_ledger_that_holds_something_waits_for_the_missing_fill() -> None:
    breaker = in_safety()
    breaker.on_position(position(10))
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))
    list(breaker.on_timer(timer(OPEN)))

    [alert] = breaker.on_snapshot(broker_says())

    assert isinstance(alert, AlertRaised)
    assert "the ledger holds KO" in alert.text
    assert list(breaker.on_timer(timer(OPEN))) == []  # the next question takes its time
    breaker.on_position(position(0))
    assert moves(list(breaker.on_snapshot(broker_says()))) == [EngineState.TRADING]


def test_a_new_danger_during_the_question_keeps_it_safe() -> None:
    breaker = in_safety()
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))
    list(breaker.on_order_stream_lost(OrderStreamLost(at=6, received_at=6, reason="x")))
    assert list(breaker.on_snapshot(broker_says())) == []
    assert list(breaker.on_snapshot(broker_says(why="flatten"))) == []


def test_a_flatten_that_was_not_flat_is_tried_again() -> None:
    [again] = in_safety().on_flatten_ended(flatten_ended(flat=False))
    assert isinstance(again, FlattenAll)
    assert again.reason == "still not flat"


def test_a_stop_in_safety_begins_the_last_flatten() -> None:
    breaker = in_safety()
    messages = list(breaker.on_request_stop(stop()))
    assert moves(messages) == [EngineState.HALTING]
    assert isinstance(messages[-1], FlattenAll)
    assert breaker.is_stopping
    old, new = (flatten_ended(flat=True, trigger=t) for t in (StopTrigger.SAFETY, stop().trigger))
    assert list(breaker.on_flatten_ended(old)) == []  # that flatten's place has been taken
    assert moves(list(breaker.on_flatten_ended(new))) == [EngineState.STOPPED]


@pytest.mark.parametrize("lock", [True, False])
def test_a_fault_while_it_stops_says_the_state_again_and_begins_the_flatten_again(
    lock: bool,
) -> None:
    breaker = trading()
    # Whatever this decides is lost when something raises behind it.
    list(breaker.on_equity(equity("0.03")) if lock else breaker.on_request_stop(stop()))
    state = breaker.state

    again = list(breaker.on_request_stop(stop(StopTrigger.FAULT)))

    assert [type(message) for message in again] == [StateChanged, FlattenAll]
    assert moves(again) == [state]


def test_what_forbade_entries_before_forbids_them_after_safety() -> None:
    breaker = trading()
    list(breaker.on_difference(difference(explained=False)))
    list(breaker.on_feed_muted(MUTED))
    list(breaker.on_flatten_ended(flatten_ended(flat=True)))
    list(breaker.on_feed_stable(STABLE))
    after = moves(list(breaker.on_snapshot(broker_says())))
    assert after == [EngineState.TRADING, EngineState.REDUCING]


def test_danger_before_the_open_closes_nothing_and_forbids_entries_at_the_open() -> None:
    breaker = connected()
    list(breaker.on_reconciled(Reconciled(at=2, received_at=2, unexplained=0)))
    assert moves(list(breaker.on_feed_lost(FeedLost(at=3, received_at=3, reason="x")))) == []
    opened = list(breaker.on_warm_up_ended(WarmUpEnded(at=OPEN, received_at=OPEN, bars=9)))
    assert moves(opened) == [EngineState.TRADING, EngineState.REDUCING]


def test_an_unexplained_difference_freezes_the_symbol_and_forbids_entries_all_day() -> None:
    breaker = connected()

    frozen = list(breaker.on_difference(difference(explained=False)))
    list(breaker.on_reconciled(Reconciled(at=2, received_at=2, unexplained=1)))
    opened = list(breaker.on_warm_up_ended(WarmUpEnded(at=OPEN, received_at=OPEN, bars=9)))

    assert isinstance(frozen[0], SymbolFrozen)
    assert frozen[0].reason == "broker holds 100, the record says 0"
    assert moves(opened) == [EngineState.TRADING, EngineState.REDUCING]
    list(breaker.on_feed_lost(FeedLost(at=6, received_at=6, reason="x")))
    list(breaker.on_feed_connected(FeedConnected(at=7, received_at=7, symbols=41)))
    assert breaker.state is EngineState.REDUCING


def test_an_explained_difference_changes_nothing() -> None:
    assert list(connected().on_difference(difference(explained=True))) == []


def test_a_stop_closes_the_gate_before_it_flattens() -> None:
    change, flatten = trading().on_request_stop(stop())

    assert isinstance(change, StateChanged)
    assert change.after is EngineState.HALTING
    assert flatten == FlattenAll(at=5_000, trigger=StopTrigger.INTERRUPT, reason="interrupt")


def test_a_second_stop_changes_nothing() -> None:
    breaker = trading()
    list(breaker.on_request_stop(stop()))

    assert list(breaker.on_request_stop(stop(StopTrigger.TERMINATE))) == []


def test_the_runs_end_stops_it() -> None:
    breaker = trading()
    assert list(breaker.on_timer(timer(UNTIL - 1))) == []

    messages = list(breaker.on_timer(timer(UNTIL)))

    assert moves(messages) == [EngineState.HALTING]
    assert isinstance(messages[-1], FlattenAll)
    assert messages[-1].trigger is StopTrigger.CLOSE


def test_every_state_that_may_hold_something_can_be_locked() -> None:
    after_lock = {EngineState.LOCKED, EngineState.STOPPED}
    assert {state for state in EngineState if Signal.LOCK not in MOVES[state]} == after_lock


def test_a_drawdown_just_below_the_limit_does_nothing_and_at_the_limit_locks() -> None:
    breaker = trading()
    assert list(breaker.on_equity(equity("0.0299"))) == []

    messages = list(breaker.on_equity(equity("0.03")))

    assert moves(messages) == [EngineState.LOCKED]
    assert messages[0] == LockTrading(
        at=5_000, equity=D(97_000), baseline=D(100_000), drawdown=D("0.03"), limit=D("0.03")
    )
    assert isinstance(messages[-1], FlattenAll)
    assert messages[-1].trigger is StopTrigger.DRAWDOWN
    assert list(breaker.on_equity(equity("0.05"))) == []
    assert list(breaker.on_request_stop(stop())) == []


def test_a_drawdown_during_a_flatten_locks_and_lets_the_flatten_go_on() -> None:
    breaker = trading()
    list(breaker.on_request_stop(stop()))

    messages = list(breaker.on_equity(equity("0.03")))

    assert moves(messages) == [EngineState.LOCKED]
    assert isinstance(messages[0], LockTrading)
    assert not [message for message in messages if isinstance(message, FlattenAll)]


@pytest.mark.parametrize(("flat", "words"), [(True, "flat"), (False, "NOT flat")])
def test_the_end_of_the_flatten_ends_the_engine(flat: bool, words: str) -> None:
    breaker = trading()
    list(breaker.on_request_stop(stop()))
    ended = FlattenEnded(
        at=6_000,
        trigger=StopTrigger.INTERRUPT,
        flat=flat,
        rounds=1,
        seconds=1.0,
        symbols=(),
        positions_left=(),
        orders_left=(),
    )

    (change,) = breaker.on_flatten_ended(ended)

    assert isinstance(change, StateChanged)
    assert (change.after, change.reason) == (EngineState.STOPPED, words)


def test_before_the_run_is_opened_timers_do_nothing() -> None:
    assert list(Breaker(D("0.03")).on_timer(timer(UNTIL))) == []


def waiting(count: int, at: int = 7_000) -> AlertsWaiting:
    return AlertsWaiting(at=at, received_at=at, count=count, words="#4 NOT_FLAT" if count else "")


def test_a_critical_that_nobody_read_stops_entries_until_somebody_does() -> None:
    breaker = trading()

    told = list(breaker.on_alerts_waiting(waiting(1)))

    assert moves(told) == [EngineState.REDUCING]
    assert isinstance(told[0], AlertRaised)
    assert told[0].severity is Severity.WARNING
    assert "tradeengine alerts ack" in told[0].text
    assert moves(list(breaker.on_alerts_waiting(waiting(0)))) == [EngineState.TRADING]


def test_acknowledged_alerts_do_not_mend_what_else_is_wrong() -> None:
    breaker = trading()
    list(breaker.on_alerts_waiting(waiting(1)))
    list(breaker.on_feed_lost(FeedLost(at=7_001, received_at=7_001, reason="cut")))

    assert moves(list(breaker.on_alerts_waiting(waiting(0)))) == []
    assert breaker.state is EngineState.REDUCING


def differs(*, taken_over: bool = True) -> HoldingsDiffer:
    return HoldingsDiffer(
        at=7_000, symbol="KO", recorded=D(10), held=D(0), average_price=D(0), taken_over=taken_over
    )


STRANGER = StrangerSeen(at=7_000, symbol="KO", client_order_id="by-hand", what="a fill")


def under(policy: ForeignPolicy) -> Breaker:
    return trading(policy)


def test_a_difference_freezes_the_symbol_and_the_others_wait_until_the_books_agree() -> None:
    breaker = trading()
    told = list(breaker.on_holdings(differs()))
    assert isinstance(told[0], SymbolFrozen)
    assert moves(told) == [EngineState.REDUCING]
    agree = HoldingsAgree(at=7_001, strangers=())
    assert moves(list(breaker.on_holdings_agree(agree))) == [EngineState.TRADING]


def test_while_a_stranger_has_an_order_open_no_entries_are_taken() -> None:
    breaker = trading()
    assert moves(list(breaker.on_stranger(STRANGER))) == [EngineState.REDUCING]
    still = HoldingsAgree(at=7_001, strangers=("KO",))
    assert moves(list(breaker.on_holdings_agree(still))) == []
    gone = HoldingsAgree(at=7_002, strangers=())
    assert moves(list(breaker.on_holdings_agree(gone))) == [EngineState.TRADING]


@pytest.mark.parametrize("policy", [ForeignPolicy.ADOPT, ForeignPolicy.IGNORE])
def test_by_policy_a_stranger_is_told_and_no_more(policy: ForeignPolicy) -> None:
    breaker = under(policy)
    (alert,) = breaker.on_stranger(STRANGER)
    assert isinstance(alert, AlertRaised)
    assert (alert.severity, alert.code) == (Severity.WARNING, "FOREIGN")
    (alert,) = breaker.on_holdings(differs(taken_over=policy is ForeignPolicy.ADOPT))
    assert isinstance(alert, AlertRaised)


def test_shares_of_ours_that_are_missing_freeze_even_when_others_are_ignored() -> None:
    assert moves(list(under(ForeignPolicy.IGNORE).on_holdings(differs()))) == [EngineState.REDUCING]
