from collections.abc import Iterable
from decimal import Decimal
from typing import cast

import pytest
from msgspec import structs

from tests.strategy.examples import Buyer, Diary, Faulty, Idle, Impostor
from tests.strategy.messages import (
    OPEN,
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
from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    Bar,
    DecisionMade,
    OrderDenied,
    StrategyFaulted,
    SymbolFrozen,
)
from tradeengine.model.instants import MINUTE
from tradeengine.model.message import Effects, Message
from tradeengine.model.orders import EngineState, Purpose
from tradeengine.model.parameters import Parameters
from tradeengine.strategy.host import StrategyHost, load_strategies
from tradeengine.strategy.parameters import HostParameters, StrategySpec
from tradeengine.strategy.port import Context, Opinions, Strategy

AnyStrategy = Strategy[Parameters]


def context(name: str) -> Context[Parameters]:
    return Context(name, plan("AAA"), Parameters())


def host(*strategies: AnyStrategy, bench_after_faults: int = 3) -> StrategyHost:
    return StrategyHost(strategies, HostParameters(bench_after_faults=bench_after_faults))


def said(effects: Effects) -> list[Message]:
    return list(effects or ())


def bars(count: int) -> Iterable[Bar]:
    return (bar(OPEN + i * MINUTE, 10.0) for i in range(count))


def test_each_message_reaches_its_handler() -> None:
    diary = Diary(context("diary"))
    room = host(diary)
    room.on_run_opened(opened())
    room.on_bar(bar(OPEN, 10.0))
    room.on_trade(trade(OPEN, 10.0))
    room.on_quote(quote(OPEN, 9.0, 10.0))
    room.on_status(status(OPEN, halted=True))
    room.on_timer(beat(OPEN))
    room.on_state(became(EngineState.TRADING))
    room.on_frozen(SymbolFrozen(at=OPEN, symbol="AAA", reason="test"))
    room.on_position(position(OPEN, "10", "9.5"))
    room.on_order_ended(ended(OPEN, Purpose.EXIT, "10", strategy="diary"))
    room.on_denied(denied(intent(strategy="diary")))
    assert diary.heard == [
        "RunOpened",
        "Bar",
        "Trade",
        "Quote",
        "TradingStatus",
        "TimerFired",
        "StateChanged",
        "SymbolFrozen",
        "PositionChanged",
        "OrderEnded",
        "OrderDenied",
    ]


def test_nobody_is_called_who_does_not_listen() -> None:
    class Deaf(Idle):
        pass

    deaf = Deaf(context("deaf"))
    room = host(deaf)
    # An instance attribute is no handler: what a class overrides was asked once.
    deaf.__dict__["on_quote"] = pytest.fail
    assert room.on_quote(quote(OPEN, 9.0, 10.0)) is None
    assert room.on_position(position(OPEN, "10", "9.5")) is None


def test_the_handlers_that_a_strategy_leaves_alone_do_nothing() -> None:
    idle = Idle(context("idle"))
    assert idle.on_run_opened(opened()) is None
    assert idle.on_bar(bar(OPEN, 10.0)) is None
    assert idle.on_trade(trade(OPEN, 10.0)) is None
    assert idle.on_quote(quote(OPEN, 9.0, 10.0)) is None
    assert idle.on_status(status(OPEN, halted=True)) is None
    assert idle.on_timer(beat(OPEN)) is None
    assert idle.on_state(became(EngineState.TRADING)) is None
    assert idle.on_frozen(SymbolFrozen(at=OPEN, symbol="AAA", reason="")) is None
    assert idle.on_position(position(OPEN, "10")) is None
    assert idle.on_order_ended(ended(OPEN, Purpose.EXIT, "1")) is None
    assert idle.on_denied(denied(intent())) is None


def test_strategies_are_heard_in_their_listed_order() -> None:
    room = host(Buyer(context("b_first")), Buyer(context("a_second")))
    first = said(room.on_bar(bar(OPEN, 10.0, symbol="AAA")))
    assert [type(message) for message in first] == [OrderIntent, OrderDenied]
    assert room.owner_of("AAA") == "b_first"


def test_a_strategy_in_twenty_lines_trades() -> None:
    spec = StrategySpec(
        name="nth",
        class_path="tests.strategy.examples:EveryNth",
        parameters={"every_bars": 2},
    )
    room = host(*load_strategies([spec], plan("AAA")))
    assert [len(said(room.on_bar(one))) for one in bars(5)] == [0, 1, 0, 1, 0]


def test_a_strategy_that_raises_costs_the_others_nothing() -> None:
    before, after = Diary(context("before")), Diary(context("after"))
    room = host(before, Faulty(context("faulty")), after)
    for one in bars(100):
        room.on_bar(one)
    assert before.heard == ["Bar"] * 100
    assert after.heard == ["Bar"] * 100


def test_whose_code_runs_can_be_seen_from_outside() -> None:
    seen: list[str] = []

    class Looking(Idle):
        def on_bar(self, _: Bar) -> Opinions:
            seen.append(made.speaker)
            raise ZeroDivisionError

    made = host(Looking(context("a")), Looking(context("b")))

    made.on_bar(bar(OPEN, 10.0))

    assert seen == ["a", "b"]
    assert made.speaker == ""


def test_a_call_that_raises_is_reported_and_nothing_it_said_counts() -> None:
    room = host(Faulty(context("faulty")))
    first, second = (said(room.on_bar(one)) for one in bars(2))
    assert [cast(DecisionMade, message).actual for message in first] == ["bar 1"]
    assert second == [
        StrategyFaulted(
            at=on("09:32:00"),
            strategy="faulty",
            message="Bar",
            error="ZeroDivisionError: bar by zero",
            benched=False,
        )
    ]


def test_a_strategy_is_benched_at_its_third_fault_and_hears_nothing_more() -> None:
    faulty = Faulty(context("faulty"))
    room = host(faulty)
    reports = [
        message
        for one in bars(100)
        for message in said(room.on_bar(one))
        if isinstance(message, StrategyFaulted)
    ]
    assert [report.benched for report in reports] == [False, False, True]
    assert len(faulty.heard) == 6
    assert room.on_timer(beat(OPEN)) is None


def test_a_fault_on_what_the_core_concluded_is_dated_by_it() -> None:
    class Fragile(Diary):
        def on_state(self, change: object) -> None:
            raise ValueError(f"no {change}")

    (report,) = said(host(Fragile(context("fragile"))).on_state(became(EngineState.TRADING)))
    assert isinstance(report, StrategyFaulted)
    assert (report.at, report.message) == (OPEN, "StateChanged")


def test_a_long_error_is_cut() -> None:
    class Talker(Diary):
        def on_timer(self, timer: object) -> None:
            raise ValueError(f"{timer} " + "x" * 5000)

    (report,) = said(host(Talker(context("talker"))).on_timer(beat(OPEN)))
    assert isinstance(report, StrategyFaulted)
    assert len(report.error) == 300


def test_a_strategy_may_not_approve_its_own_orders() -> None:
    class Usurper(Diary):
        def on_bar(self, bar: Bar) -> Opinions:
            order = ApprovedOrder(at=bar.at, intent=intent(), quantity=intent_size)
            return cast(Opinions, [order])

    intent_size = position(OPEN, "5").quantity
    (report,) = said(host(Usurper(context("usurper"))).on_bar(bar(OPEN, 10.0)))
    assert isinstance(report, StrategyFaulted)
    assert report.error == "ForbiddenOpinion: a strategy may not send ApprovedOrder"


def test_a_strategy_may_not_speak_for_another() -> None:
    (report,) = said(host(Impostor(context("impostor"))).on_bar(bar(OPEN, 10.0)))
    assert isinstance(report, StrategyFaulted)
    assert report.error == "ForbiddenOpinion: it speaks as 'somebody'"


def test_a_symbol_of_another_strategy_is_denied_with_the_owners_name() -> None:
    first, second = Buyer(context("first")), Buyer(context("second"))
    room = host(first, second)
    _, refused = said(room.on_bar(bar(OPEN, 10.0)))
    assert isinstance(refused, OrderDenied)
    assert refused.reason is Denial.DUPLICATE_INTENT
    assert refused.actual == "AAA belongs to first"
    room.on_denied(refused)
    assert (first.heard, second.heard) == ([], ["OrderDenied"])
    assert room.owner_of("AAA") == "first"


def test_what_becomes_of_an_order_is_told_to_its_strategy_alone() -> None:
    first, second = Buyer(context("first")), Buyer(context("second"))
    room = host(second, first)
    room.on_order_ended(ended(OPEN, Purpose.ENTRY, "0", strategy="first"))
    assert (first.heard, second.heard) == (["OrderEnded"], [])


def test_a_position_is_told_to_the_owner_even_if_its_order_ended_first() -> None:
    passive, owner = Diary(context("passive")), Buyer(context("owner"))
    room = host(passive, owner)
    room.on_bar(bar(OPEN, 10.0))
    room.on_order_ended(ended(OPEN, Purpose.ENTRY, "10", strategy="owner"))
    room.on_position(position(OPEN, "10", "9.5"))
    assert owner.heard == ["OrderEnded", "PositionChanged"]
    assert passive.heard == ["Bar"]


def test_a_position_found_at_the_broker_goes_to_the_first_who_listens() -> None:
    idle, first, second = (
        Idle(context("idle")),
        Diary(context("first")),
        Diary(context("second")),
    )
    room = host(idle, first, second)
    room.on_position(position(OPEN, "10", "9.5"))
    assert room.owner_of("AAA") == "first"
    assert (first.heard, second.heard) == (["PositionChanged"], [])


def test_the_end_of_an_order_of_nobody_is_nobodys_business() -> None:
    diary = Diary(context("diary"))
    assert (
        host(diary).on_order_ended(ended(OPEN, Purpose.PROTECT, "5", strategy="protection")) is None
    )
    assert diary.heard == []


def test_a_strategy_may_not_ask_for_what_is_no_number() -> None:
    class Divider(Diary):
        def on_bar(self, bar: Bar) -> Opinions:
            wish = intent(strategy="divider", at=bar.at)
            return [structs.replace(wish, stop_distance=Decimal("NaN"))]

    (report,) = said(host(Divider(context("divider"))).on_bar(bar(OPEN, 10.0)))
    assert isinstance(report, StrategyFaulted)
    assert report.error == "ForbiddenOpinion: its stop_distance is NaN"
