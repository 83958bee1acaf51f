"""The table of event words, and what each becomes."""

from decimal import Decimal

import msgspec
import pytest

from tradeengine.broker.updates import KIND_OF_WORD, Report, event_of
from tradeengine.model.events import (
    CancelRejected,
    FillBusted,
    MessageRejected,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    ReplaceRejected,
)
from tradeengine.model.orders import Side

DOCUMENTED = [
    "accepted",
    "pending_new",
    "new",
    "fill",
    "partial_fill",
    "canceled",
    "expired",
    "done_for_day",
    "replaced",
    "rejected",
    "held",
    "stopped",
    "pending_cancel",
    "pending_replace",
    "calculated",
    "suspended",
    "order_replace_rejected",
    "order_cancel_rejected",
    "trade_bust",
    "trade_correct",
    "restated",
]


def report(word: str, **changes: object) -> Report:
    plain = Report(
        word=word,
        at=1,
        client_order_id="c-1",
        order_id="o-1",
        symbol="KO",
        side="buy",
        status=word,
        filled=Decimal("3.0"),
        event_id="E1",
        execution_id="X1",
        previous_execution_id="X0",
        quantity=Decimal("3.0"),
        price=Decimal("86.870"),
        position=Decimal("3.0"),
        replaced_by="o-2",
        new_client_order_id="c-2",
    )
    return msgspec.structs.replace(plain, **changes)


@pytest.mark.parametrize("word", DOCUMENTED)
def test_every_documented_word_has_an_event(word: str) -> None:
    event = event_of(report(word), 2)
    assert type(event) is KIND_OF_WORD[word]
    assert event.at == 1
    assert event.received_at == 2


@pytest.mark.parametrize(
    "word", ["accepted", "pending_new", "new", "held", "suspended", "pending_cancel", "restated"]
)
def test_a_working_order_is_accepted_with_the_brokers_own_word(word: str) -> None:
    event = event_of(report(word), 2)
    assert isinstance(event, OrderAccepted)
    assert event.status == word


def test_a_status_that_is_missing_is_the_events_word() -> None:
    event = event_of(report("new", status=""), 2)
    assert isinstance(event, OrderAccepted)
    assert event.status == "new"


def test_a_fill_carries_this_executions_numbers() -> None:
    assert event_of(
        report("partial_fill", side="sell_short", filled=Decimal("5.0")), 2
    ) == OrderFilled(
        at=1,
        received_at=2,
        client_order_id="c-1",
        order_id="o-1",
        symbol="KO",
        event_id="E1",
        execution_id="X1",
        side=Side.SELL,
        quantity=Decimal(3),
        price=Decimal("86.87"),
        cumulative=Decimal(5),
        complete=False,
        position=Decimal(3),
    )


def test_a_complete_fill_may_lack_position_and_execution_id() -> None:
    event = event_of(report("fill", position=None, execution_id=""), 2)
    assert isinstance(event, OrderFilled)
    assert event.complete
    assert event.position is None
    assert event.execution_id == "E1"


def test_ends_carry_what_was_filled_before() -> None:
    cancelled, expired = event_of(report("canceled"), 2), event_of(report("done_for_day"), 2)
    assert isinstance(cancelled, OrderCancelled)
    assert isinstance(expired, OrderExpired)
    assert (cancelled.cumulative, expired.cumulative) == (Decimal(3), Decimal(3))


def test_a_replacement_names_the_new_order() -> None:
    event = event_of(report("replaced"), 2)
    assert isinstance(event, OrderReplaced)
    assert (event.new_client_order_id, event.new_order_id) == ("c-2", "o-2")


def test_a_bust_has_no_price_and_a_correction_has() -> None:
    bust, corrected = event_of(report("trade_bust"), 2), event_of(report("trade_correct"), 2)
    assert isinstance(bust, FillBusted)
    assert isinstance(corrected, FillBusted)
    assert (bust.previous_execution_id, bust.quantity, bust.price) == ("X0", Decimal(0), None)
    assert (corrected.quantity, corrected.price) == (Decimal(3), Decimal("86.87"))


def test_late_refusals_have_their_own_events() -> None:
    assert isinstance(event_of(report("rejected"), 2), OrderRejected)
    assert isinstance(event_of(report("order_cancel_rejected"), 2), CancelRejected)
    assert isinstance(event_of(report("order_replace_rejected"), 2), ReplaceRejected)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (report("teleported"), "unknown event word 'teleported'"),
        (report("fill", quantity=None), "fill: no quantity"),
        (report("fill", price=None), "fill: no price"),
        (report("fill", quantity=Decimal(0)), "fill: the quantity filled is 0"),
        (report("fill", side="hold"), "fill: unknown side 'hold'"),
        (report("trade_bust", previous_execution_id=""), "trade_bust: no previous_execution_id"),
    ],
)
def test_what_cannot_be_told_is_rejected_and_names_the_order(wrong: Report, problem: str) -> None:
    event = event_of(wrong, 2)
    assert isinstance(event, MessageRejected)
    assert event.problem == problem
    assert event.text.startswith("order o-1 (c-1) KO is ")
