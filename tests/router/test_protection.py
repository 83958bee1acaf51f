"""Every position has a resting stop at the broker, whatever led to it."""

from decimal import Decimal

from tests.router.scenes import approved, fill, opened, position, second, tick
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import AlertRaised, OrderEnded, StateChanged
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.protection import Protector
from tradeengine.router.router import Router

D = Decimal


def protector(state: EngineState = EngineState.TRADING) -> tuple[Protector, Router]:
    parameters = RouterParameters(adopted_stop_percent=D(3), protect_retry_seconds=10)
    router = Router(parameters)
    router.on_run_opened(opened())
    made = Protector(parameters, router.book)
    made.on_state(StateChanged(at=0, before=EngineState.CLOSED, after=state, reason=""))
    return made, router


def stop_of(made: Protector, at: float = 1) -> OrderIntent | None:
    intents = list(made.on_timer(tick(at)))
    assert len(intents) <= 1
    stop = intents[0] if intents else None
    assert stop is None or isinstance(stop, OrderIntent)
    return stop


def test_a_position_gets_a_stop_at_the_distance_its_entry_asked_for() -> None:
    made, _ = protector()
    made.on_approved(approved(Purpose.ENTRY, stop_distance="2.505"))
    made.on_position(position("10", average="100.25"))

    stop = stop_of(made)

    assert stop is not None
    assert (stop.side, stop.quantity, stop.order_type) == (Side.SELL, D(10), OrderType.STOP)
    assert (stop.stop_price, stop.purpose) == (D("97.74"), Purpose.PROTECT)


def test_an_adopted_position_gets_the_configured_distance() -> None:
    made, _ = protector()
    made.on_position(position("10", average="100"))

    stop = stop_of(made)

    assert stop is not None
    assert stop.stop_price == D("97.00")


def test_a_short_position_is_protected_above() -> None:
    made, _ = protector()
    made.on_position(position("-10", average="100.001"))

    stop = stop_of(made)

    assert stop is not None
    assert (stop.side, stop.quantity, stop.stop_price) == (Side.BUY, D(10), D("103.01"))


def test_nothing_is_asked_while_an_order_of_the_symbol_is_open() -> None:
    made, router = protector()
    made.on_position(position("10"))
    list(router.on_approved(approved(Purpose.ENTRY)))
    assert stop_of(made) is None

    list(router.on_filled(fill("te-t1-contrarian-AAPL-000001-e", "10")))

    assert stop_of(made) is not None


def test_shares_that_came_after_the_stop_are_covered_too() -> None:
    made, router = protector()
    made.on_position(position("6"))
    list(router.on_approved(approved(Purpose.PROTECT, quantity="6")))
    assert stop_of(made) is None

    made.on_position(position("10"))  # a fill that was told after the entry's end

    assert stop_of(made) is not None


def test_a_closed_position_needs_no_stop() -> None:
    made, _ = protector()
    made.on_position(position("10"))
    made.on_position(position("0"))

    assert stop_of(made) is None


def test_no_stop_is_placed_while_halting() -> None:
    made, _ = protector(EngineState.HALTING)
    made.on_position(position("10"))

    assert stop_of(made) is None


def test_a_refused_stop_is_alerted_and_tried_again_later() -> None:
    made, _ = protector()
    made.on_position(position("10"))
    refused = OrderEnded(
        at=second(1),
        client_order_id="x",
        strategy="protection",
        symbol="AAPL",
        side=Side.SELL,
        purpose=Purpose.PROTECT,
        outcome="rejected",
        filled=D(0),
        average_price=None,
    )

    (alert,) = made.on_order_ended(refused)

    assert isinstance(alert, AlertRaised)
    assert alert.code == "NAKED"
    assert stop_of(made, 10.9) is None
    assert stop_of(made, 11) is not None
