"""Flatten goes on until the broker itself reports no position and no order."""

from decimal import Decimal

from msgspec import structs

from tests.router.scenes import (
    approved,
    fill,
    held_order,
    held_position,
    intent,
    opened,
    position,
    second,
    snapshot,
    tick,
)
from tradeengine.model.commands import (
    ApprovedOrder,
    AskBroker,
    CancelOrder,
    FlattenAll,
    OrderIntent,
    SubmitOrder,
)
from tradeengine.model.denials import Denial
from tradeengine.model.events import (
    BrokerPosition,
    BrokerUnreachable,
    FlattenEnded,
    OrderAccepted,
    OrderCancelled,
    OrderDenied,
    OrderEnded,
    OrderRejected,
    TradingStatus,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Question, Side, StopTrigger
from tradeengine.router.flatten import Flattener
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.protection import Protector
from tradeengine.router.router import Router
from tradeengine.router.states import OrderState

D = Decimal
BUY = "te-t1-contrarian-AAPL-000001-e"


def scene() -> tuple[Flattener, Router]:
    parameters = RouterParameters(
        flatten_poll_seconds=2,
        flatten_collar_percent=D(1),
        flatten_collar_rounds=2,
        flatten_deadline_seconds=60,
    )
    router = Router(parameters)
    router.on_run_opened(opened())
    protector = Protector(parameters, router, lambda _, average: average)
    return Flattener(parameters, router, protector, lambda _: None), router


def rejected(name: str) -> OrderRejected:
    return OrderRejected(
        at=0,
        received_at=second(0.8),
        client_order_id=name,
        order_id="",
        symbol="AAPL",
        status_code=0,
        code=0,
        reason="not sent",
    )


def protector_of(made: Flattener) -> Protector:
    return made._protector


def accepted(name: str) -> OrderAccepted:
    return OrderAccepted(
        at=0,
        received_at=0,
        client_order_id=name,
        order_id=f"id-{name}",
        symbol="AAPL",
        status="new",
    )


def cancelled(name: str) -> OrderCancelled:
    return OrderCancelled(
        at=0,
        received_at=second(60),
        client_order_id=name,
        order_id=f"id-{name}",
        symbol="AAPL",
        cumulative=D(0),
    )


def begin(made: Flattener, at: float = 0) -> list[Message]:
    command = FlattenAll(at=second(at), trigger=StopTrigger.INTERRUPT, reason="Ctrl-C")
    return list(made.on_flatten_all(command))


def kinds(messages: list[Message]) -> list[str]:
    return [type(message).__name__ for message in messages]


def closing(message: Message) -> OrderIntent:
    assert isinstance(message, OrderIntent)
    return message


def test_an_account_that_is_flat_is_reported_flat_at_once() -> None:
    made, _ = scene()
    assert kinds(begin(made)) == ["AskBroker"]

    (ended,) = made.on_snapshot(snapshot(at=0.5))

    assert ended == FlattenEnded(
        at=second(0.5),
        trigger=StopTrigger.INTERRUPT,
        flat=True,
        rounds=0,
        seconds=0.5,
        symbols=(),
        positions_left=(),
        orders_left=(),
    )
    assert not made.active


def test_known_orders_are_cancelled_before_the_broker_is_asked() -> None:
    made, router = scene()
    list(router.on_approved(approved(Purpose.ENTRY)))

    assert kinds(begin(made)) == ["CancelOrder", "AskBroker"]


def test_stops_stay_until_the_broker_has_said_what_it_holds() -> None:
    made, router = scene()
    (stop,) = list(router.on_approved(approved(Purpose.PROTECT)))
    assert isinstance(stop, SubmitOrder)
    list(router.on_order_event(accepted(stop.client_order_id)))

    asked = [begin(made), *(list(made.on_timer(tick(at))) for at in (20, 40))]
    assert {kind for messages in asked for kind in kinds(messages)} == {"AskBroker"}

    answer = snapshot(held_position("10"), orders=(held_order(stop.client_order_id),), at=40)
    assert kinds(list(made.on_snapshot(answer))) == ["CancelOrder"]
    assert next(router.book.open_orders()).state is OrderState.CANCELLING


def test_a_position_is_closed_with_a_collared_limit_and_then_at_market() -> None:
    made, _ = scene()
    begin(made)
    first = closing(next(iter(made.on_snapshot(snapshot(held_position("10", price="50"), at=1)))))
    list(made.on_timer(tick(3)))
    second_try = closing(
        next(iter(made.on_snapshot(snapshot(held_position("10", price="50"), at=4))))
    )
    list(made.on_timer(tick(7)))
    third = closing(next(iter(made.on_snapshot(snapshot(held_position("10"), at=8)))))

    assert (first.side, first.quantity, first.limit_price) == (Side.SELL, D(10), D("49.50"))
    assert second_try.order_type is OrderType.LIMIT
    assert (third.order_type, third.limit_price) == (OrderType.MARKET, None)


def test_a_short_position_is_bought_back() -> None:
    made, _ = scene()
    begin(made)

    wish = closing(next(iter(made.on_snapshot(snapshot(held_position("-3", price="50"))))))

    assert (wish.side, wish.quantity, wish.limit_price) == (Side.BUY, D(3), D("50.50"))


def test_a_position_without_a_price_is_closed_at_market() -> None:
    made, _ = scene()
    begin(made)

    wish = closing(next(iter(made.on_snapshot(snapshot(held_position("3", price=None))))))

    assert wish.order_type is OrderType.MARKET


def test_a_position_waits_while_the_broker_still_has_an_order_for_it() -> None:
    made, _ = scene()
    begin(made)

    messages = list(made.on_snapshot(snapshot(held_position("10"), orders=(held_order("manual"),))))

    assert kinds(messages) == ["CancelOrder"]
    cancel = messages[0]
    assert isinstance(cancel, CancelOrder)
    assert cancel.order_id == "id-manual"


def test_a_working_order_of_ours_is_cancelled_again_if_the_broker_still_shows_it() -> None:
    made, router = scene()
    begin(made)
    list(router.on_approved(approved(Purpose.ENTRY)))

    messages = list(made.on_snapshot(snapshot(orders=(held_order(BUY, side=Side.BUY),))))

    assert kinds(messages) == ["CancelOrder"]


def close_one(made: Flattener, router: Router) -> str:
    """Begin, and have a closing order of ours working; return its name."""
    begin(made)
    wish = closing(next(iter(made.on_snapshot(snapshot(held_position("10"), at=1)))))
    assert wish.quantity is not None
    list(router.on_snapshot(snapshot(held_position("10"), why="start")))
    list(router.on_approved(approved(Purpose.FLATTEN, at=second(1))))
    return "te-t1-contrarian-AAPL-000001-f"


def test_a_closing_order_gets_its_time_before_it_is_cancelled() -> None:
    made, router = scene()
    name = close_one(made, router)
    broker = snapshot(held_position("10"), orders=(held_order(name),), at=2)
    list(made.on_timer(tick(2)))
    assert list(made.on_snapshot(broker)) == []

    list(made.on_timer(tick(4)))
    later = snapshot(held_position("10"), orders=(held_order(name),), at=4)

    assert kinds(list(made.on_snapshot(later))) == ["CancelOrder"]


def test_the_end_of_the_last_order_asks_at_once() -> None:
    made, router = scene()
    name = close_one(made, router)
    (ended,) = router.on_filled(fill(name, "10", side=Side.SELL))
    assert isinstance(ended, OrderEnded)

    (ask,) = made.on_order_ended(ended)

    assert isinstance(ask, AskBroker)
    assert list(made.on_order_ended(ended)) == []
    (receipt,) = made.on_snapshot(snapshot(at=3))
    assert isinstance(receipt, FlattenEnded)
    assert (receipt.flat, receipt.rounds) == (True, 1)
    (row,) = receipt.symbols
    assert (row.symbol, row.start_quantity, row.left) == ("AAPL", D(10), D(0))
    assert row.steps[0] == "round 1: sell 10 limit"


def test_an_unanswered_question_is_asked_again() -> None:
    made, _ = scene()
    begin(made)
    assert list(made.on_timer(tick(5))) == []

    assert kinds(list(made.on_timer(tick(20)))) == ["AskBroker"]


def test_an_unreachable_broker_is_asked_again_at_the_next_poll() -> None:
    made, _ = scene()
    begin(made)
    made.on_unreachable(BrokerUnreachable(at=0, received_at=0, why="other", reason="x"))
    assert list(made.on_timer(tick(2))) == []
    made.on_unreachable(BrokerUnreachable(at=0, received_at=0, why="flatten", reason="x"))

    assert kinds(list(made.on_timer(tick(2)))) == ["AskBroker"]


def test_after_the_deadline_a_last_look_names_what_is_left() -> None:
    made, _ = scene()
    begin(made)
    left = snapshot(held_position("10"), orders=(held_order("manual", "KO"),))
    list(made.on_snapshot(left))
    assert kinds(list(made.on_timer(tick(60)))) == ["AskBroker"]

    (ended,) = made.on_snapshot(left)

    assert isinstance(ended, FlattenEnded)
    assert (ended.flat, ended.positions_left, ended.orders_left) == (False, ("AAPL",), ("manual",))
    assert ended.reasons == "10 AAPL: not closed in time"
    assert list(made.on_timer(tick(61))) == []


def test_a_last_look_that_finds_nothing_is_flat_after_all() -> None:
    made, _ = scene()
    begin(made)
    list(made.on_timer(tick(60)))

    (ended,) = made.on_snapshot(snapshot(at=61))

    assert isinstance(ended, FlattenEnded)
    assert ended.flat


def test_a_broker_that_never_answers_leaves_what_our_own_books_say() -> None:
    made, _ = scene()
    list(protector_of(made).on_position(position("10")))
    begin(made)
    made.on_unreachable(BrokerUnreachable(at=0, received_at=0, why="flatten", reason="timed out"))
    for at in (60, 70, 79):
        assert "FlattenEnded" not in kinds(list(made.on_timer(tick(at))))

    ended = list(made.on_timer(tick(80)))[-1]

    assert isinstance(ended, FlattenEnded)
    assert (ended.flat, ended.positions_left) == (False, ("AAPL",))
    assert ended.reasons == "10 AAPL: no answer from the broker: timed out"


def test_safety_begins_again_at_once_and_puts_no_stops_back() -> None:
    made, _ = scene()
    list(made.on_flatten_all(FlattenAll(at=0, trigger=StopTrigger.SAFETY, reason="mute")))
    list(made.on_snapshot(snapshot(held_position("10"))))

    (ended,) = made.on_timer(tick(60))

    assert isinstance(ended, FlattenEnded)
    assert (ended.flat, ended.positions_left) == (False, ("AAPL",))


def test_a_refused_closing_order_waits_longer_each_time() -> None:
    made, router = scene()
    begin(made)
    sent = []
    for at in range(20):
        messages = list(made.on_snapshot(snapshot(held_position("10"), at=at)))
        for wish in messages:
            assert isinstance(wish, OrderIntent)
            sent.append(at)
            refuse(made, router, at)
        list(made.on_timer(tick(at + 1)))

    assert sent == [0, 2, 6, 14]
    (row,) = give_up(made, held_position("10")).symbols
    assert row.why == "the broker refuses to close it: insufficient qty available"
    assert row.steps.count("refused: insufficient qty available") == 4


def refuse(made: Flattener, router: Router, at: float) -> None:
    """Have a closing order sent, refused and told as ended."""
    list(router.on_approved(approved(Purpose.FLATTEN, at=second(at))))
    name = next(router.book.open_orders()).client_order_id
    event = structs.replace(
        rejected(name), reason="insufficient qty available", received_at=second(at)
    )
    (ended,) = router.on_order_event(event)
    made.on_rejected(event)
    assert isinstance(ended, OrderEnded)
    list(made.on_order_ended(ended))


def give_up(made: Flattener, *held: BrokerPosition) -> FlattenEnded:
    """Let the deadline pass; give the end."""
    list(made.on_timer(tick(60)))
    list(made.on_timer(tick(70)))
    ended = list(made.on_snapshot(snapshot(*held, at=71)))[-1]
    assert isinstance(ended, FlattenEnded)
    return ended


def test_a_halted_symbol_keeps_its_closing_order_at_the_broker() -> None:
    made, router = scene()
    name = close_one(made, router)
    made.on_status(halt("AAPL", halted=True))
    broker = snapshot(held_position("10"), orders=(held_order(name),), at=10)
    list(made.on_timer(tick(10)))
    assert list(made.on_snapshot(broker)) == []

    made.on_status(halt("AAPL", halted=False))
    list(made.on_timer(tick(12)))
    assert kinds(list(made.on_snapshot(structs.replace(broker, asked_at=0)))) == ["CancelOrder"]


def halt(symbol: str, *, halted: bool) -> TradingStatus:
    return TradingStatus(at=0, received_at=0, symbol=symbol, code="T1", halted=halted)


def test_what_is_left_after_the_deadline_gets_its_stop_back() -> None:
    made, router = scene()
    name = close_one(made, router)
    list(protector_of(made).on_position(position("10")))
    made.on_status(halt("AAPL", halted=True))
    list(made.on_snapshot(snapshot(held_position("10"), orders=(held_order(name),), at=2)))

    cancel = list(made.on_timer(tick(60)))
    assert kinds(cancel) == ["CancelOrder", "AskBroker"]
    (ended,) = router.on_order_event(cancelled(name))
    assert isinstance(ended, OrderEnded)
    (stop,) = made.on_order_ended(ended)
    assert isinstance(stop, OrderIntent)
    assert (stop.purpose, stop.order_type, stop.quantity) == (
        Purpose.PROTECT,
        OrderType.STOP,
        D(10),
    )
    list(router.on_approved(approved(Purpose.PROTECT, at=second(60))))
    stop_name = next(router.book.open_orders()).client_order_id
    list(router.on_order_event(accepted(stop_name)))
    list(made.on_snapshot(snapshot(held_position("10"), at=61)))
    assert kinds(list(made.on_timer(tick(62)))) == ["AskBroker"]

    found = snapshot(held_position("10"), orders=(held_order(stop_name),), at=62)
    (end,) = made.on_snapshot(found)

    assert isinstance(end, FlattenEnded)
    assert (end.flat, end.orders_left) == (False, (stop_name,))
    assert end.symbols[0].steps[-1] == "stop back at the broker for 10"
    assert end.reasons == "10 AAPL: trading is halted (T1)"


def test_a_fill_that_nobody_told_is_asked_for_before_the_account_is_flat() -> None:
    made, router = scene()
    name = close_one(made, router)
    ended_in_part = structs.replace(cancelled(name), cumulative=D(4))
    (ended,) = router.on_order_event(ended_in_part)
    assert isinstance(ended, OrderEnded)
    assert kinds(list(made.on_order_ended(ended))) == ["AskBroker"]

    (asked,) = made.on_snapshot(snapshot(at=61))
    assert isinstance(asked, AskBroker)
    assert asked.why == Question.MISSED

    list(router.on_filled(fill(name, "4", side=Side.SELL, at=second(62))))
    (end,) = made.on_snapshot(snapshot(at=63))
    assert isinstance(end, FlattenEnded)
    assert end.flat


def test_a_fill_that_cannot_be_read_keeps_nobody_from_being_flat_for_long() -> None:
    made, router = scene()
    name = close_one(made, router)
    list(router.on_order_event(structs.replace(cancelled(name), cumulative=D(4))))

    heard = [message for at in range(61, 65) for message in made.on_snapshot(snapshot(at=at))]

    assert kinds(heard) == ["AskBroker", "FlattenEnded"]


def test_orders_that_only_we_think_open_are_asked_after() -> None:
    made, router = scene()
    name = close_one(made, router)
    list(router.on_order_event(accepted(name)))
    list(made.on_timer(tick(3)))
    assert list(made.on_snapshot(snapshot(at=3))) == []
    list(made.on_timer(tick(5)))

    (missed,) = made.on_snapshot(snapshot(at=5))

    assert missed == AskBroker(at=second(5), why="missed")


def never_shown(made: Flattener, *held: BrokerPosition, unreadable: int = 0) -> list[Message]:
    """Answer polls by what is held, and with no order; give what came of the last."""
    last: list[Message] = []
    for at in (2, 4, 6, 8, 10):
        list(made.on_timer(tick(at)))
        shown = structs.replace(snapshot(*held, at=at), unreadable_rows=unreadable)
        last = list(made.on_snapshot(shown))
        for ended in last:
            if isinstance(ended, OrderEnded):
                list(made.on_order_ended(ended))
    return last


def entered(router: Router) -> None:
    list(router.on_approved(approved(Purpose.ENTRY)))
    list(router.on_order_event(accepted(BUY)))


def test_an_order_that_the_broker_never_shows_does_not_keep_its_symbol_from_being_closed() -> None:
    made, router = scene()
    entered(router)
    begin(made)

    last = never_shown(made, held_position("10"))

    assert closing(last[-1]).quantity == D(10)
    sent = list(router.on_approved(ApprovedOrder(at=0, intent=closing(last[-1]), quantity=D(10))))
    assert kinds(sent) == ["SubmitOrder"]


def test_an_order_that_the_broker_never_shows_does_not_keep_an_empty_account_from_flat() -> None:
    made, router = scene()
    entered(router)
    begin(made)

    end = never_shown(made)[-1]

    assert isinstance(end, FlattenEnded)
    assert end.flat


def test_an_order_may_be_among_the_rows_that_cannot_be_read() -> None:
    made, router = scene()
    entered(router)
    begin(made)

    assert "FlattenEnded" not in kinds(never_shown(made, unreadable=1))
    assert [order.client_order_id for order in router.book.open_orders()] == [BUY]


CLOSE = second(23400)


def test_after_the_close_it_ends_when_all_is_queued_for_the_open() -> None:
    made, router = scene()
    made.on_run_opened(opened())
    command = FlattenAll(at=CLOSE, trigger=StopTrigger.CLOSE, reason="")
    list(made.on_flatten_all(command))
    (wish,) = made.on_snapshot(snapshot(held_position("10"), at=23401))
    assert closing(wish).order_type is OrderType.MARKET
    list(router.on_approved(approved(Purpose.FLATTEN, at=second(23401))))
    name = next(router.book.open_orders()).client_order_id
    list(made.on_timer(tick(23410)))
    queued = snapshot(held_position("10"), orders=(held_order(name),), at=23410)

    (ended,) = made.on_snapshot(queued)

    assert isinstance(ended, FlattenEnded)
    assert (ended.flat, ended.orders_left) == (False, (name,))
    assert ended.reasons == "10 AAPL: the market is closed, queued for the open"


def test_a_denied_closing_order_is_in_the_receipt() -> None:
    made, _ = scene()
    begin(made)
    wish = intent(Purpose.FLATTEN, quantity="10")
    made.on_denied(
        OrderDenied(at=0, intent=wish, reason=Denial.DUPLICATE_INTENT, limit="1", actual="2")
    )
    entry = intent(Purpose.ENTRY, symbol="KO")
    made.on_denied(OrderDenied(at=0, intent=entry, reason=Denial.COOLDOWN, limit="1", actual="2"))

    (ended,) = made.on_snapshot(snapshot())

    assert isinstance(ended, FlattenEnded)
    assert [row.steps for row in ended.symbols] == [("denied: DUPLICATE_INTENT 2",)]


def test_snapshots_for_other_reasons_and_orders_outside_a_flatten_change_nothing() -> None:
    made, router = scene()
    list(router.on_approved(approved(Purpose.ENTRY)))
    (ended,) = router.on_filled(fill(BUY, "10"))
    assert isinstance(ended, OrderEnded)

    assert list(made.on_order_ended(ended)) == []
    assert list(made.on_timer(tick(1))) == []
    assert list(made.on_snapshot(snapshot(why="start"))) == []


def test_it_is_not_flat_while_an_entry_may_still_reach_the_broker() -> None:
    made, router = scene()
    list(router.on_approved(approved(Purpose.ENTRY)))
    begin(made)

    assert list(made.on_snapshot(snapshot(at=0.5))) == []
    assert made.active

    ended = next(iter(router.on_order_event(rejected(BUY))))
    assert isinstance(ended, OrderEnded)
    assert kinds(list(made.on_order_ended(ended))) == ["AskBroker"]
    assert kinds(list(made.on_snapshot(snapshot(at=1)))) == ["FlattenEnded"]


def test_shares_that_a_closing_order_sold_while_the_broker_read_are_not_sold_again() -> None:
    made, router = scene()
    name = close_one(made, router)
    list(made.on_timer(tick(3)))
    (ended,) = router.on_filled(fill(name, "10", side=Side.SELL))
    assert isinstance(ended, OrderEnded)
    assert list(made.on_order_ended(ended)) == []

    # The positions were read before the fill, the orders before the order was taken.
    messages = list(made.on_snapshot(snapshot(held_position("10"), at=3.5)))

    assert kinds(messages) == ["AskBroker"]
    assert kinds(list(made.on_snapshot(snapshot(at=4)))) == ["FlattenEnded"]


def test_a_flatten_that_begins_again_takes_no_answer_to_an_earlier_question() -> None:
    made, _ = scene()
    begin(made)
    held = snapshot(held_position("10", price="50"), at=1)
    first = closing(next(iter(made.on_snapshot(held))))
    assert first.quantity == 10

    begin(made, at=2)  # a stop, a lock: the close may be filled by now
    stale = structs.replace(held, asked_at=second(0.5))
    assert list(made.on_snapshot(stale)) == []
    fresh = structs.replace(snapshot(at=3), asked_at=second(2))
    assert [m for m in made.on_snapshot(fresh) if isinstance(m, OrderIntent)] == []


def test_a_flatten_that_begins_again_reports_itself_only() -> None:
    made, _ = scene()
    begin(made)
    list(made.on_snapshot(snapshot(at=1)))
    assert not made.active

    asked = begin(made, at=5)
    (ended,) = made.on_snapshot(snapshot(at=6))

    assert kinds(asked) == ["AskBroker"]
    assert isinstance(ended, FlattenEnded)
    assert (ended.seconds, ended.rounds) == (1.0, 0)


def test_a_broker_that_answers_slowly_is_given_more_time_with_each_question() -> None:
    made, _ = scene()
    begin(made)
    questions = asked = 0
    for at in range(1, 60):
        late = [second(asked)] if at - asked == 25 else []
        for asked_at in late:
            held = structs.replace(snapshot(held_position("10"), at=at), asked_at=asked_at)
            if [m for m in made.on_snapshot(held) if isinstance(m, OrderIntent)]:
                return
        if "AskBroker" in kinds(list(made.on_timer(tick(at)))):
            questions, asked = questions + 1, at
    raise AssertionError(f"nothing was closed, {questions} questions were asked")
