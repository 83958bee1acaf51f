"""Every message has its line in the log, or is known to have none."""

from decimal import Decimal

import msgspec
import pytest

from tests.messages import every_message, filled
from tests.runs import NOON
from tradeengine.logs import Level
from tradeengine.model.commands import RequestStop, SubmitOrder
from tradeengine.model.events import (
    AlertRaised,
    BrokerSnapshot,
    DifferenceFound,
    FeedGap,
    FeedLost,
    FlattenEnded,
    JobEnded,
    JobStarted,
    MessageRejected,
    OrderDenied,
    OrderFilled,
    OrderRejected,
    StateChanged,
    StrategyFaulted,
    SymbolQuiet,
)
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.message import Message
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Severity,
    Side,
    StopTrigger,
    TimeInForce,
)
from tradeengine.run.describe import UNLOGGED, code_of, component_of, describe


def text_of(message: Message) -> str:
    line = describe(message)
    assert line is not None
    return line.text


@pytest.mark.parametrize("message", every_message(), ids=lambda m: type(m).__name__)
def test_every_message_is_described_or_left_to_the_journal(message: Message) -> None:
    line = describe(message)

    if type(message) in UNLOGGED:
        assert line is None
    else:
        assert line is not None
        assert line.text
        assert line.fields["at"] == NOON
        assert line.fields.keys() == {field.name for field in msgspec.structs.fields(message)}


@pytest.mark.parametrize(
    ("kind", "code", "component"),
    [
        (OrderFilled, "ORDER_FILLED", "broker"),
        (OrderDenied, "ORDER_DENIED", "risk"),
        (SubmitOrder, "SUBMIT_ORDER", "router"),
        (FeedLost, "FEED_LOST", "feed"),
        (StrategyFaulted, "STRATEGY_FAULTED", "strategy"),
        (RequestStop, "REQUEST_STOP", "engine"),
        (JobStarted, "JOB_STARTED", "schedule"),
    ],
)
def test_a_kind_has_its_code_and_its_room(kind: type[Message], code: str, component: str) -> None:
    assert (code_of(kind), component_of(kind)) == (code, component)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (OrderDenied, Level.DEBUG),
        (OrderFilled, Level.INFO),
        (OrderRejected, Level.WARNING),
        (StrategyFaulted, Level.ERROR),
    ],
)
def test_a_kind_has_its_seriousness(kind: type[Message], level: Level) -> None:
    line = describe(filled(kind))
    assert line is not None
    assert line.level is level


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.CRITICAL, Level.CRITICAL), (Severity.WARNING, Level.WARNING)],
)
def test_an_alert_is_as_serious_as_it_says(severity: Severity, level: Level) -> None:
    line = describe(AlertRaised(at=NOON, severity=severity, code="X", text="look"))

    assert line is not None
    assert (line.level, line.text) == (level, "look")


def order(limit_price: Decimal | None = None, stop_price: Decimal | None = None) -> SubmitOrder:
    return SubmitOrder(
        at=NOON,
        client_order_id="o",
        symbol="AAPL",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        quantity=Decimal(10),
        order_type=OrderType.LIMIT if limit_price else OrderType.MARKET,
        time_in_force=TimeInForce.DAY,
        limit_price=limit_price,
        stop_price=stop_price,
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (order(limit_price=Decimal("1.5")), "entry: buy 10 AAPL limit 1.5"),
        (order(), "entry: buy 10 AAPL market"),
        (
            RequestStop(at=NOON, received_at=NOON, trigger=StopTrigger.INTERRUPT),
            "stop asked for by interrupt",
        ),
        (
            StateChanged(
                at=NOON, before=EngineState.CLOSED, after=EngineState.TRADING, reason="open"
            ),
            "CLOSED -> TRADING: open",
        ),
        (
            FeedGap(at=NOON, received_at=NOON, start=0, end=2_500_000_000, symbols=3, refilled=4),
            "3 symbols missed 2.5 s; 4 bars refilled",
        ),
        (
            DifferenceFound(
                at=NOON,
                received_at=NOON,
                symbol="KO",
                recorded="0",
                held="5",
                explained=False,
                explanation="nobody knows",
            ),
            "KO: record 0, broker 5; UNEXPLAINED: nobody knows",
        ),
        (
            FlattenEnded(
                at=NOON,
                trigger=StopTrigger.CLOSE,
                flat=False,
                rounds=3,
                seconds=12.34,
                symbols=(),
                positions_left=(),
                orders_left=(),
            ),
            "NOT FLAT after 3 rounds, 12.3 s",
        ),
        (
            StrategyFaulted(
                at=NOON, strategy="s", message="Bar", error="KeyError: 1", benched=True
            ),
            "s raised KeyError: 1 on Bar; it is benched",
        ),
        (
            SymbolQuiet(at=NOON, received_at=NOON, symbol="KO", silent_seconds=9),
            "KO is silent for 9 s",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_says_what_happened(message: Message, words: str) -> None:
    assert text_of(message) == words


def job_ended(outcome: JobOutcome) -> JobEnded:
    return JobEnded(
        at=NOON,
        received_at=NOON,
        name="bars",
        due=NOON,
        late_seconds=0.0,
        outcome=outcome,
        words="40 symbols",
    )


@pytest.mark.parametrize(
    ("outcome", "level"),
    [(JobOutcome.DONE, Level.INFO), (JobOutcome.FAILED, Level.WARNING)],
)
def test_a_job_that_failed_is_a_warning(outcome: JobOutcome, level: Level) -> None:
    line = describe(job_ended(outcome))

    assert line is not None
    assert (line.level, line.text) == (
        level,
        f"bars, due 12:00 New York on Wed 2019-02-13, {outcome.value}: 40 symbols",
    )


@pytest.mark.parametrize(
    ("missed", "tail"), [(0, ""), (2, "; 2 before it were missed")], ids=["none", "two"]
)
def test_a_job_that_begins_says_how_late(missed: int, tail: str) -> None:
    started = JobStarted(
        at=NOON, received_at=NOON, name="bars", due=NOON, late_seconds=7.4, missed_before=missed
    )

    assert text_of(started) == f"bars, due 12:00 New York on Wed 2019-02-13, begins 7 s later{tail}"


def test_a_kind_without_words_of_its_own_is_called_by_its_name() -> None:
    assert text_of(filled(BrokerSnapshot)) == "broker snapshot"


def test_what_a_peer_said_is_cut() -> None:
    rejected = MessageRejected(
        at=NOON, received_at=NOON, place="feed", problem="no price", text="x" * 500
    )

    assert text_of(rejected) == "feed: no price: " + "x" * 120
