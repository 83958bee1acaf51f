"""The meter: dollars that no stop at the broker covers, times seconds."""

from decimal import Decimal

from tradeengine.model.events import (
    AlertRaised,
    NakedLimitReached,
    OrderAccepted,
    PositionChanged,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.risk.naked import NakedMeter

D = Decimal


class Scene:
    """A meter, what the broker's stops cover, and what a share is worth."""

    def __init__(self, limit: str = "1000000") -> None:
        self.covered: dict[str, Decimal] = {}
        self.price = D(100)
        self.meter = NakedMeter(
            D(limit), lambda symbol: self.covered.get(symbol, D(0)), lambda _: self.price
        )

    def hold(self, quantity: str, at: float, symbol: str = "AAPL") -> list[Message]:
        told = PositionChanged(
            at=int(at * NANOS),
            symbol=symbol,
            quantity=D(quantity),
            average_price=D(100),
            realised=D(0),
        )
        return list(self.meter.on_position(told))

    def beat(self, at: float) -> list[Message]:
        now = int(at * NANOS)
        return list(
            self.meter.on_timer(TimerFired(at=now, received_at=now, name="heartbeat", due=now))
        )

    def cover(self, shares: str, at: float, symbol: str = "AAPL") -> list[Message]:
        self.covered[symbol] = D(shares)
        now = int(at * NANOS)
        accepted = OrderAccepted(
            at=now,
            received_at=now,
            client_order_id="x",
            order_id="b1",
            symbol=symbol,
            status="new",
        )
        return list(self.meter.on_order_event(accepted))


def test_what_is_held_counts_until_the_broker_has_taken_the_stop() -> None:
    scene = Scene()
    scene.hold("10", at=10)
    assert scene.meter.view().dollars == {"AAPL": D(1000)}

    scene.cover("10", at=10.5)

    shown = scene.meter.view()
    assert (shown.dollars, shown.total) == ({}, D(0))
    assert (shown.dollar_seconds, shown.worst_seconds) == (D(500), 0.5)


def test_only_the_shares_beyond_the_stop_count() -> None:
    scene = Scene()
    scene.covered["AAPL"] = D(6)
    scene.hold("10", at=10)

    scene.beat(12)

    assert scene.meter.view().dollars == {"AAPL": D(400)}
    assert scene.meter.view().dollar_seconds == D(800)


def test_a_short_position_counts_like_a_long_one() -> None:
    scene = Scene()
    scene.hold("-10", at=10)

    scene.beat(11)

    assert scene.meter.view().dollar_seconds == D(1000)


def test_dollars_follow_the_price_from_look_to_look() -> None:
    scene = Scene()
    scene.hold("10", at=10)
    scene.price = D(110)
    scene.beat(11)

    scene.beat(12)

    assert scene.meter.view().total == D(1100)
    assert scene.meter.view().dollar_seconds == D(1000 + 1100)


def test_symbols_are_told_apart_and_summed_up() -> None:
    scene = Scene()
    scene.hold("10", at=10)
    scene.hold("5", at=10, symbol="JPM")

    assert scene.meter.view().dollars == {"AAPL": D(1000), "JPM": D(500)}
    assert scene.meter.view().total == D(1500)


def test_the_limit_is_told_once_and_to_a_person_too() -> None:
    scene = Scene(limit="5000")
    scene.hold("10", at=10)
    assert scene.beat(15) == []

    reached, alert = scene.beat(15.1)

    assert reached == NakedLimitReached(
        at=int(15.1 * NANOS),
        symbol="AAPL",
        dollars=D(1000),
        dollar_seconds=D(5100),
        limit=D(5000),
    )
    assert isinstance(alert, AlertRaised)
    assert alert.code == "NAKED_EXPOSURE"
    assert scene.beat(16) == []


def test_a_stop_that_comes_and_goes_does_not_hide_it() -> None:
    scene = Scene(limit="5000")
    scene.hold("10", at=10)
    told: list[Message] = []
    for at in range(11, 20):
        scene.cover("10", at=at)
        told += scene.cover("0", at=at)

    assert [type(message) for message in told] == [NakedLimitReached, AlertRaised]


def test_a_closed_position_begins_anew() -> None:
    scene = Scene(limit="5000")
    scene.hold("10", at=10)
    scene.hold("0", at=14)
    scene.hold("10", at=20)

    assert scene.beat(24) == []
    assert scene.meter.view().dollar_seconds == D(8000)
    assert scene.meter.view().worst_seconds == 4.0
