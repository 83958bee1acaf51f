"""The router sends each approved order once and follows it to its end."""

from decimal import Decimal

from msgspec import structs

from tests.router.scenes import (
    approved,
    fill,
    held_order,
    held_position,
    opened,
    second,
    snapshot,
    tick,
)
from tradeengine.model.commands import CancelOrder, SubmitOrder
from tradeengine.model.events import (
    CancelRejected,
    FillBusted,
    HoldingsDiffer,
    OrderAccepted,
    OrderCancelled,
    OrderEnded,
    OrderNotFound,
    OrderRejected,
    OrderStale,
    OrderUnresolved,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose, Side
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.router import Router
from tradeengine.router.states import OrderState

D = Decimal
BUY = "te-t1-contrarian-AAPL-000001-e"


def router() -> Router:
    made = Router(RouterParameters(entry_patience_seconds=3))
    made.on_run_opened(opened())
    return made


def only(messages: list[Message]) -> Message:
    assert len(messages) == 1
    return messages[0]


def about(name: str = BUY) -> dict[str, object]:
    return {"at": 0, "received_at": 0, "client_order_id": name, "order_id": "b1", "symbol": "AAPL"}


def accepted(name: str = BUY) -> OrderAccepted:
    return OrderAccepted(**about(name), status="new")  # type: ignore[arg-type]  # shared keys


def cancelled(name: str = BUY, filled: str = "0") -> OrderCancelled:
    return OrderCancelled(**about(name), cumulative=D(filled))  # type: ignore[arg-type]  # shared keys


def test_an_approved_entry_is_sent_under_a_counted_name() -> None:
    command = only(list(router().on_approved(approved(Purpose.ENTRY))))

    assert isinstance(command, SubmitOrder)
    assert command.client_order_id == BUY
    assert (command.side, command.quantity, command.limit_price) == (Side.BUY, D(10), D(100))


def test_a_fill_ends_the_order_once_it_is_complete() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    assert list(made.on_filled(fill(BUY, "4", execution="x1", price="100"))) == []

    ended = only(list(made.on_filled(fill(BUY, "6", execution="x2", price="101"))))

    assert isinstance(ended, OrderEnded)
    assert (ended.outcome, ended.filled, ended.average_price) == ("filled", D(10), D("100.6"))


def test_the_last_fill_ends_an_order_of_which_an_earlier_one_was_not_told() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    last = structs.replace(fill(BUY, "6", execution="x2"), cumulative=D(10), complete=True)

    ended = only(list(made.on_filled(last)))

    assert isinstance(ended, OrderEnded)
    assert (ended.outcome, ended.filled, ended.missing) == ("filled", D(6), D(4))
    assert made.book.open_in("AAPL") == []

    list(made.on_filled(fill(BUY, "4", execution="x1")))

    order = made.book.get(BUY)
    assert order is not None
    assert (order.filled, order.missing) == (D(10), D(0))


def test_an_execution_counts_once() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_filled(fill(BUY, "4")))

    assert list(made.on_filled(fill(BUY, "4"))) == []

    order = made.book.get(BUY)
    assert order is not None
    assert order.filled == D(4)


def test_a_rejection_ends_the_order() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    rejection = OrderRejected(**about(), status_code=403, code=40310000, reason="no")  # type: ignore[arg-type]  # shared keys

    ended = only(list(made.on_order_event(rejection)))

    assert isinstance(ended, OrderEnded)
    assert (ended.outcome, ended.filled, ended.average_price) == ("rejected", D(0), None)


def test_an_end_says_which_shares_no_fill_has_told() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_filled(fill(BUY, "4")))

    ended = only(list(made.on_order_event(cancelled(filled="7"))))

    assert isinstance(ended, OrderEnded)
    assert (ended.filled, ended.missing) == (D(4), D(3))


def test_an_entry_that_had_its_time_is_cancelled_once() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_order_event(accepted()))
    assert list(made.on_timer(tick(2.9))) == []

    cancel = only(list(made.on_timer(tick(3))))

    assert isinstance(cancel, CancelOrder)
    assert (cancel.client_order_id, cancel.order_id) == (BUY, "b1")
    assert list(made.on_timer(tick(4))) == []


def test_a_refused_cancel_is_asked_again() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_timer(tick(3)))
    refused = CancelRejected(**about(), reason="too late")  # type: ignore[arg-type]  # shared keys
    list(made.on_order_event(refused))

    assert isinstance(only(list(made.on_timer(tick(4)))), CancelOrder)


def stopped_position(made: Router) -> str:
    """Hold 10 shares with a working stop; return the stop's name."""
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_filled(fill(BUY, "10")))
    stop = only(list(made.on_approved(approved(Purpose.PROTECT))))
    assert isinstance(stop, SubmitOrder)
    list(made.on_order_event(accepted(stop.client_order_id)))
    return stop.client_order_id


def test_an_exit_waits_until_the_stop_has_let_go_of_the_shares() -> None:
    made = router()
    stop = stopped_position(made)

    cancel = only(list(made.on_approved(approved(Purpose.EXIT))))
    assert isinstance(cancel, CancelOrder)
    assert cancel.client_order_id == stop
    ended, submit = list(made.on_order_event(cancelled(stop)))

    assert isinstance(ended, OrderEnded)
    assert isinstance(submit, SubmitOrder)
    assert (submit.purpose, submit.quantity) == (Purpose.EXIT, D(10))


def test_a_refused_cancel_of_the_stop_does_not_strand_the_exit() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))
    refused = CancelRejected(**about(stop), reason="no answer")  # type: ignore[arg-type]  # shared keys
    list(made.on_order_event(refused))

    cancel = only(list(made.on_timer(tick(1))))

    assert isinstance(cancel, CancelOrder)
    assert cancel.client_order_id == stop
    assert list(made.on_timer(tick(2))) == []


def test_a_stop_is_left_alone_once_the_exit_that_waited_for_it_is_gone() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))
    refused = CancelRejected(**about(stop), reason="no answer")  # type: ignore[arg-type]  # shared keys
    list(made.on_order_event(refused))
    (parked,) = (order for order in made.book.open_in("AAPL") if order.purpose is Purpose.EXIT)
    list(made.cancel(parked, 0))

    assert list(made.on_timer(tick(9))) == []


def test_an_exit_never_sells_what_a_bust_has_taken_back() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))
    made.on_busted(
        FillBusted(
            **about(),  # type: ignore[arg-type]  # shared keys
            previous_execution_id="x1",
            execution_id="x2",
            quantity=D(4),
            price=D(100),
        )
    )

    _, submit = list(made.on_order_event(cancelled(stop)))

    assert isinstance(submit, SubmitOrder)
    assert submit.quantity == D(4)


def test_an_exit_never_sells_what_the_stop_has_sold_meanwhile() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))
    list(made.on_filled(fill(stop, "4", side=Side.SELL, execution="s1")))

    _, submit = list(made.on_order_event(cancelled(stop)))

    assert isinstance(submit, SubmitOrder)
    assert submit.quantity == D(6)


def test_an_exit_never_sells_what_the_stop_has_sold_and_nobody_has_told_yet() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))

    _, submit = list(made.on_order_event(cancelled(stop, filled="4")))

    assert isinstance(submit, SubmitOrder)
    assert submit.quantity == D(6)


def test_an_exit_is_dropped_when_the_stop_has_sold_everything() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))

    messages = list(made.on_filled(fill(stop, "10", side=Side.SELL, execution="s1")))

    outcomes = [(m.purpose, m.outcome) for m in messages if isinstance(m, OrderEnded)]
    assert outcomes == [(Purpose.PROTECT, "filled"), (Purpose.EXIT, "never sent")]
    assert not any(isinstance(m, SubmitOrder) for m in messages)


def test_a_parked_exit_that_is_cancelled_was_never_sent() -> None:
    made = router()
    stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))
    parked = made.book.open_in("AAPL")[-1]

    ended = only(list(made.cancel(parked, 0)))

    assert isinstance(ended, OrderEnded)
    assert ended.outcome == "never sent"


def unknown(name: str = BUY) -> dict[str, object]:
    return about(name) | {"order_id": ""}


def test_an_order_nobody_knows_ends_as_never_sent() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_order_event(OrderUnresolved(**unknown(), reason="504")))  # type: ignore[arg-type]  # shared keys

    ended = only(list(made.on_order_event(OrderNotFound(**unknown(), lookups=5))))  # type: ignore[arg-type]  # shared keys

    assert isinstance(ended, OrderEnded)
    assert ended.outcome == "never sent"


def test_a_stop_that_the_stream_has_shown_still_holds_its_shares_when_a_look_up_misses_it() -> None:
    made = router()
    stop = stopped_position(made)
    list(made.on_approved(approved(Purpose.EXIT)))

    note = only(list(made.on_order_event(OrderNotFound(**unknown(stop), lookups=5))))  # type: ignore[arg-type]  # shared keys

    assert isinstance(note, OrderStale)
    assert (note.state, note.event) == ("cancelling", "not found")


def test_a_late_fill_is_counted_and_noted() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_order_event(cancelled()))

    stale = only(list(made.on_filled(fill(BUY, "4"))))

    order = made.book.get(BUY)
    assert isinstance(stale, OrderStale)
    assert order is not None
    assert (order.state, order.filled) == (OrderState.CANCELLED, D(4))


def test_a_strangers_order_is_reported() -> None:
    made = router()

    for event in (fill("manual", "1"), accepted("manual")):
        handle = made.on_filled if event.__class__.__name__ == "OrderFilled" else None
        stale = only(list(handle(event) if handle else made.on_order_event(event)))  # type: ignore[arg-type]  # by class
        assert isinstance(stale, OrderStale)
        assert stale.state == "unknown"


def test_a_busted_fill_is_taken_back_and_a_correction_put_in_its_place() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_filled(fill(BUY, "4")))
    bust = {"previous_execution_id": "x1", "execution_id": "x2"}

    made.on_busted(FillBusted(**about(), **bust, quantity=D(3), price=D(99)))  # type: ignore[arg-type]  # shared keys
    order = made.book.get(BUY)
    assert order is not None
    assert (order.filled, order.average_price) == (D(3), D(99))
    made.on_busted(
        FillBusted(
            **about(),  # type: ignore[arg-type]  # shared keys
            previous_execution_id="x2",
            execution_id="x3",
            quantity=D(3),
            price=None,
        )
    )

    assert (order.filled, order.average_price) == (D(0), None)
    made.on_busted(FillBusted(**about("manual"), **bust, quantity=D(3), price=None))  # type: ignore[arg-type]  # shared keys


def test_orders_of_an_earlier_run_are_adopted_and_all_but_stops_cancelled() -> None:
    made = router()
    entry, stop = "te-t0-contrarian-AAPL-000001-e", "te-t0-protection-MSFT-000002-p"
    broker = snapshot(
        held_position("5", symbol="MSFT"),
        orders=(held_order(entry), held_order(stop, "MSFT"), held_order("manual", "KO")),
        why="start",
    )

    cancel = only(list(made.on_snapshot(broker)))

    assert isinstance(cancel, CancelOrder)
    assert (cancel.client_order_id, cancel.order_id) == (entry, f"id-{entry}")
    assert [order.client_order_id for order in made.book.open_in("MSFT")] == [stop]
    assert made.book.get("manual") is None
    assert len(made.book) == 2
    assert list(made.on_snapshot(broker)) == []


def test_a_snapshot_for_another_reason_adopts_nothing() -> None:
    made = router()

    assert list(made.on_snapshot(snapshot(orders=(held_order(BUY),), why="flatten"))) == []
    assert len(made.book) == 0


def test_an_exit_of_a_symbol_without_orders_goes_at_once() -> None:
    made = router()
    list(made.on_snapshot(snapshot(held_position("10"), why="start")))

    command = only(list(made.on_approved(approved(Purpose.EXIT, at=second(1)))))

    assert isinstance(command, SubmitOrder)


def test_a_fill_that_the_first_answer_already_held_frees_no_more_shares() -> None:
    made = router()
    stop = "te-t0-protection-AAPL-000002-p"
    start = snapshot(held_position("6"), orders=(held_order(stop),), why="start", at=10)
    list(made.on_snapshot(start))
    list(made.on_filled(fill(stop, "4", side=Side.SELL, at=second(9), position="6")))
    list(made.on_approved(approved(Purpose.EXIT, at=second(11))))

    messages = list(made.on_order_event(cancelled(stop)))

    submit = messages[-1]
    assert isinstance(submit, SubmitOrder)
    assert submit.quantity == D(6)


def test_a_fill_told_after_its_shares_were_taken_over_moves_no_shares() -> None:
    """A parked exit would else be sent for shares that somebody has sold already."""
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY, "10")))
    made.on_holdings(
        HoldingsDiffer(
            at=second(60),
            symbol="AAPL",
            recorded=D(0),
            held=D(10),
            average_price=D(100),
            taken_over=True,
            read_at=second(60),
        )
    )

    list(made.on_filled(fill(BUY, "10", at=second(50))))

    # A stop is open when the exit is asked for 25: it waits, and is then cut to what is held.
    list(made.on_approved(approved(Purpose.PROTECT, "10", at=second(61))))
    list(made.on_approved(approved(Purpose.EXIT, "25", at=second(62))))
    stop = "te-t1-contrarian-AAPL-000002-p"
    sent = [m for m in made.on_order_event(cancelled(stop)) if isinstance(m, SubmitOrder)]
    assert [order.quantity for order in sent] == [D(10)]


def test_an_order_that_shows_up_after_every_look_up_missed_it_is_cancelled() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    lost = OrderUnresolved(**unknown(), reason="no answer")  # type: ignore[arg-type]  # shared keys
    list(made.on_order_event(lost))
    missed = OrderNotFound(**unknown(), lookups=5)  # type: ignore[arg-type]  # shared keys
    (ended,) = list(made.on_order_event(missed))
    assert isinstance(ended, OrderEnded)

    stale, cancel = list(made.on_order_event(accepted()))

    assert isinstance(stale, OrderStale)
    assert isinstance(cancel, CancelOrder)
    assert (cancel.client_order_id, cancel.order_id) == (BUY, "b1")


def test_an_order_that_shows_up_late_by_a_fill_is_cancelled_too() -> None:
    made = router()
    list(made.on_approved(approved(Purpose.ENTRY)))
    list(made.on_order_event(OrderNotFound(**unknown(), lookups=5)))  # type: ignore[arg-type]  # shared keys

    stale, cancel = list(made.on_filled(fill(BUY, "4")))

    assert isinstance(stale, OrderStale)
    assert isinstance(cancel, CancelOrder)


def test_a_fill_from_before_the_first_question_frees_no_more_shares() -> None:
    made = router()
    stop = "te-t0-protection-AAPL-000002-p"
    start = snapshot(held_position("6"), orders=(held_order(stop),), why="start", at=10)
    list(made.on_snapshot(structs.replace(start, asked_at=second(10))))
    list(made.on_filled(fill(stop, "4", side=Side.SELL, at=second(9))))
    list(made.on_approved(approved(Purpose.EXIT, at=second(11))))

    submit = list(made.on_order_event(cancelled(stop)))[-1]

    assert isinstance(submit, SubmitOrder)
    assert submit.quantity == D(6)
