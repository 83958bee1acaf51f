"""Every position has a resting stop at the broker, whatever led to it."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import structs

from tests.router.scenes import (
    approved,
    fill,
    held_order,
    held_position,
    opened,
    position,
    second,
    snapshot,
    tick,
)
from tradeengine.model.commands import AskBroker, CancelOrder, OrderIntent
from tradeengine.model.events import (
    AlertRaised,
    BrokerOrder,
    NakedLimitReached,
    OrderAccepted,
    OrderCancelled,
    OrderEnded,
    PositionSplit,
    StateChanged,
)
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, OrderType, Purpose, Question, Side, TimeInForce
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.protection import Protector
from tradeengine.router.router import Router

D = Decimal
STOP = "te-t1-contrarian-AAPL-000001-p"
FOUND = "te-t0-protection-AAPL-000007-p"


class Scene:
    """A protector with the router's book, and the market's price."""

    def __init__(self, state: EngineState = EngineState.TRADING) -> None:
        parameters = RouterParameters(adopted_stop_percent=D(3), protect_retry_seconds=10)
        self.router = Router(parameters)
        self.router.on_run_opened(opened())
        self.price: Decimal | None = None
        self.alerts: list[Message] = []
        self.protector = Protector(parameters, self.router, self._mark)
        self.become(state)

    def _mark(self, _: str, otherwise: Decimal) -> Decimal:
        return otherwise if self.price is None else self.price

    def become(self, state: EngineState) -> list[Message]:
        change = StateChanged(at=second(1), before=EngineState.CLOSED, after=state, reason="")
        return list(self.protector.on_state(change))

    def hold(self, quantity: str, average: str = "100", at: float = 1) -> list[Message]:
        told = structs.replace(position(quantity, average), at=second(at))
        return list(self.protector.on_position(told))

    def beat(self, at: float = 5) -> list[Message]:
        return list(self.protector.on_timer(tick(at)))

    def rest(self, quantity: str = "10") -> None:
        """Let the broker take a stop."""
        stop = approved(Purpose.PROTECT, quantity=quantity, limit="97")
        list(self.router.on_approved(stop))
        accepted = OrderAccepted(
            at=0, received_at=0, client_order_id=STOP, order_id="b1", symbol="AAPL", status="new"
        )
        list(self.router.on_order_event(accepted))

    def end(self, purpose: Purpose, outcome: str, at: float = 1) -> list[Message]:
        ended = OrderEnded(
            at=second(at),
            client_order_id="x",
            strategy="protection",
            symbol="AAPL",
            side=Side.SELL,
            purpose=purpose,
            outcome=outcome,
            filled=D(0),
            average_price=None,
        )
        return list(self.protector.on_order_ended(ended))

    def lose(self, at: float = 2) -> list[Message]:
        """Let the broker end every open order as cancelled; give what the protector wants."""
        wanted: list[Message] = []
        for order in list(self.router.book.open_orders()):
            gone = OrderCancelled(
                at=second(at),
                received_at=second(at),
                client_order_id=order.client_order_id,
                order_id="b1",
                symbol=order.symbol,
                cumulative=order.filled,
            )
            for message in list(self.router.on_order_event(gone)):
                if isinstance(message, OrderEnded):
                    wanted += self.protector.on_order_ended(message)
        return wanted


def only_stop(messages: Iterable[Message]) -> OrderIntent:
    (stop,) = messages
    assert isinstance(stop, OrderIntent)
    assert stop.purpose is Purpose.PROTECT
    return stop


def found_stop(quantity: str, price: str) -> BrokerOrder:
    order = held_order(FOUND)
    return structs.replace(
        order,
        order_type=OrderType.STOP,
        quantity=D(quantity),
        limit_price=None,
        stop_price=D(price),
    )


def test_a_position_gets_a_stop_at_once_at_the_distance_its_entry_asked_for() -> None:
    scene = Scene()
    scene.protector.on_approved(approved(Purpose.ENTRY, stop_distance="2.505"))

    stop = only_stop(scene.hold("10", average="100.25"))

    assert (stop.side, stop.quantity, stop.order_type) == (Side.SELL, D(10), OrderType.STOP)
    assert stop.stop_price == D("97.74")


def test_an_adopted_position_gets_the_configured_distance() -> None:
    assert only_stop(Scene().hold("10", average="100")).stop_price == D("97.00")


def test_a_fraction_of_a_share_gets_a_stop_of_its_own_for_the_day() -> None:
    scene = Scene()

    whole = only_stop(scene.hold("10.5"))
    scene.rest("10")
    fraction = only_stop(scene.beat(at=6))

    assert (whole.quantity, whole.time_in_force) == (D(10), TimeInForce.GTC)
    assert (fraction.quantity, fraction.time_in_force) == (D("0.5"), TimeInForce.DAY)
    assert only_stop(Scene().hold("0.25")).time_in_force is TimeInForce.DAY


def test_a_short_position_is_protected_above() -> None:
    stop = only_stop(Scene().hold("-10", average="100.001"))

    assert (stop.side, stop.quantity, stop.stop_price) == (Side.BUY, D(10), D("103.01"))


def test_a_stop_is_not_asked_for_again_within_half_a_second() -> None:
    scene = Scene()
    scene.hold("10", at=1)

    assert scene.hold("10", at=1.4) == []
    assert only_stop(scene.hold("10", at=1.5)).quantity == D(10)


def test_what_was_found_before_trading_began_is_covered_when_the_state_allows_it() -> None:
    scene = Scene(EngineState.RECONCILING)
    assert scene.hold("10") == []

    assert only_stop(scene.become(EngineState.CLOSED)).quantity == D(10)


def test_a_part_filled_entry_is_cancelled_by_the_next_heartbeat_and_its_end_brings_the_stop() -> (
    None
):
    scene = Scene()
    list(scene.router.on_approved(approved(Purpose.ENTRY)))
    list(scene.router.on_filled(fill("te-t1-contrarian-AAPL-000001-e", "4")))
    assert scene.hold("4") == []

    (cancel,) = scene.beat()

    assert isinstance(cancel, CancelOrder)
    assert cancel.client_order_id == "te-t1-contrarian-AAPL-000001-e"
    assert only_stop(scene.lose()).quantity == D(4)


def test_an_entry_without_a_fill_is_left_to_its_patience() -> None:
    scene = Scene()
    list(scene.router.on_approved(approved(Purpose.ENTRY)))

    assert scene.beat() == []


def test_shares_that_came_after_the_stop_are_covered_too() -> None:
    scene = Scene()
    scene.rest("6")
    assert scene.hold("6") == []

    assert only_stop(scene.hold("10")).quantity == D(4)


def test_a_stop_for_more_than_is_held_is_cancelled() -> None:
    scene = Scene()
    scene.rest("10")
    scene.hold("10")

    (cancel,) = scene.hold("6")  # a fill was taken back

    assert isinstance(cancel, CancelOrder)


def test_no_stop_outlives_its_position() -> None:
    scene = Scene()
    scene.rest("10")
    scene.hold("10")

    (cancel,) = scene.hold("0")

    assert isinstance(cancel, CancelOrder)
    assert scene.beat() == []


def test_no_stop_is_placed_while_halting_unless_somebody_asks() -> None:
    scene = Scene(EngineState.HALTING)

    assert scene.hold("10") == []
    assert scene.beat() == []
    assert only_stop(scene.protector.cover(second(6))).quantity == D(10)


def test_a_stop_that_somebody_cancelled_is_made_again_at_once() -> None:
    scene = Scene()
    scene.hold("10")

    assert only_stop(scene.end(Purpose.PROTECT, "cancelled")).quantity == D(10)


def test_a_refused_stop_is_alerted_and_made_again_by_the_next_heartbeat() -> None:
    scene = Scene()
    scene.hold("10")

    (alert,) = scene.end(Purpose.PROTECT, "rejected", at=1.2)

    assert isinstance(alert, AlertRaised)
    assert alert.code == "NAKED"
    assert only_stop(scene.beat(2)).quantity == D(10)


def test_the_wait_doubles_with_each_refusal_up_to_the_retry_time() -> None:
    scene = Scene()
    scene.hold("10")
    waits = []
    now = 1
    for _ in range(7):
        scene.end(Purpose.PROTECT, "rejected", at=now)
        tried = next(t for t in range(now, now + 60) if scene.beat(t))
        waits.append(tried - now)
        now = tried

    assert waits == [0, 1, 2, 4, 8, 10, 10]


def test_a_stop_that_gave_way_to_an_exit_has_not_failed() -> None:
    scene = Scene()
    scene.hold("10")
    for at in (2, 3, 4, 5):
        list(scene.router.on_approved(approved(Purpose.EXIT)))
        assert scene.end(Purpose.PROTECT, "cancelled", at=at) == []
        assert only_stop(scene.lose(at)).quantity == D(10)


def test_where_the_stop_would_trigger_at_once_the_broker_is_asked_first() -> None:
    scene = Scene()
    scene.price = D(50)

    (question,) = scene.hold("10", at=1)

    assert question == AskBroker(at=second(1), why=Question.PROTECT)
    assert scene.beat(1.5) == []
    assert only_stop(scene.beat(3)).stop_price == D("97.00")  # nothing was split: it fell


def test_a_split_moves_the_stop_with_the_shares() -> None:
    scene = Scene()
    scene.protector.on_approved(approved(Purpose.ENTRY, stop_distance="4"))
    scene.price = D(50)
    scene.hold("10")
    row = structs.replace(held_position("20", "50"), average_price=D(50))

    split, alert = scene.protector.on_snapshot(snapshot(row, why="protect", at=2))

    assert isinstance(split, PositionSplit)
    assert (split.ratio, split.quantity, split.average_price) == (D(2), D(20), D(50))
    assert isinstance(alert, AlertRaised)
    assert alert.code == "STOP_MISFIT"
    stop = only_stop(scene.hold("20", average="50", at=2))
    assert (stop.quantity, stop.stop_price) == (D(20), D("48.00"))


def test_a_stop_that_a_split_left_behind_goes_first() -> None:
    scene = Scene()
    scene.rest("10")
    scene.hold("10")
    scene.price = D(50)
    (question,) = scene.beat(2)
    assert isinstance(question, AskBroker)
    row = structs.replace(held_position("20", "50"), average_price=D(50))
    list(scene.protector.on_snapshot(snapshot(row, why="protect", at=2)))

    (cancel,) = scene.hold("20", average="50", at=2)

    assert isinstance(cancel, CancelOrder)
    assert cancel.client_order_id == STOP


def test_a_difference_that_is_no_split_changes_nothing() -> None:
    scene = Scene()
    scene.rest("10")
    scene.hold("10")
    row = structs.replace(held_position("20", "100"), average_price=D(100))

    assert list(scene.protector.on_snapshot(snapshot(row, why="protect", at=2))) == []


def started_with(quantity: str, average: str, market: str, stop: BrokerOrder) -> Scene:
    """Start on a position and a stop that an earlier run left."""
    scene = Scene(EngineState.RECONCILING)
    row = structs.replace(held_position(quantity, market), average_price=D(average))
    told = snapshot(row, orders=(stop,), why="start", at=1)
    list(scene.router.on_snapshot(told))
    scene.alerts = list(scene.protector.on_snapshot(told))
    scene.price = D(market)
    scene.hold(quantity, average)
    return scene


def test_a_stop_found_overnight_is_kept_where_it_is() -> None:
    scene = started_with("10", "100", "101", found_stop("10", "95"))

    assert scene.alerts == []
    assert scene.become(EngineState.CLOSED) == []


def test_shares_beyond_a_found_stop_are_covered_at_its_level() -> None:
    scene = started_with("10", "100", "101", found_stop("6", "95"))

    assert only_stop(scene.become(EngineState.CLOSED)).stop_price == D("95.00")


def test_a_stop_left_as_it_was_by_an_overnight_split_is_replaced_by_a_scaled_one() -> None:
    scene = started_with("20", "50", "50.5", found_stop("10", "97"))
    assert [getattr(alert, "code", "") for alert in scene.alerts] == ["STOP_MISFIT"]

    (cancel,) = scene.become(EngineState.CLOSED)
    assert isinstance(cancel, CancelOrder)
    assert scene.beat(1.5) == []  # the broker still keeps shares for the old one
    stop = only_stop(scene.lose())

    assert (stop.quantity, stop.stop_price) == (D(20), D("48.50"))


def test_a_stop_for_too_many_shares_after_a_reverse_split_is_replaced() -> None:
    scene = started_with("5", "200", "202", found_stop("10", "97"))

    (cancel,) = scene.become(EngineState.CLOSED)
    assert isinstance(cancel, CancelOrder)
    stop = only_stop(scene.lose())

    assert (stop.quantity, stop.stop_price) == (D(5), D("194.00"))


def naked(at: float) -> NakedLimitReached:
    return NakedLimitReached(
        at=second(at), symbol="AAPL", dollars=D(1000), dollar_seconds=D(9), limit=D(8)
    )


def test_a_position_that_was_naked_for_too_long_is_sold() -> None:
    scene = Scene()
    scene.hold("10")
    scene.price = D(98)

    (sale,) = scene.protector.on_naked(naked(3))

    assert isinstance(sale, OrderIntent)
    assert (sale.purpose, sale.side, sale.quantity) == (Purpose.EXIT, Side.SELL, None)
    assert (sale.order_type, sale.limit_price) == (OrderType.LIMIT, D("97.02"))


def test_the_sale_is_tried_again_and_at_market_when_the_collar_has_failed() -> None:
    scene = Scene()
    scene.hold("10")
    list(scene.protector.on_naked(naked(3)))
    assert scene.beat(12.9) == []
    scene.beat(13)

    (sale,) = scene.beat(23)

    assert isinstance(sale, OrderIntent)
    assert (sale.order_type, sale.limit_price) == (OrderType.MARKET, None)


def test_a_sale_that_hangs_is_cancelled_before_the_next() -> None:
    scene = Scene()
    scene.hold("10")
    list(scene.protector.on_naked(naked(3)))
    list(scene.router.on_approved(approved(Purpose.EXIT)))

    (cancel,) = scene.beat(13)

    assert isinstance(cancel, CancelOrder)


def test_a_stop_on_the_wrong_side_protects_nothing_and_goes() -> None:
    """A position was taken over as a short one: its old stop would sell still more."""
    scene = Scene()
    scene.rest()

    (cancel,) = scene.hold("-10")

    assert isinstance(cancel, CancelOrder)
    stop = only_stop(scene.lose())
    assert (stop.side, stop.quantity) == (Side.BUY, D(10))
