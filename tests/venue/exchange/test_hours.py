from datetime import date, time

import pytest

from tests.venue.exchange.scene import (
    CLOSE_SECONDS,
    DAY,
    Scene,
    instant,
    quote,
    status,
    the_session,
    trade,
    words,
)
from tradeengine.model.instants import instant_of
from tradeengine.venue.exchange.hours import session_at
from tradeengine.venue.records import Refused

HOUR = 3600.0


def test_before_the_open_an_order_is_accepted_and_goes_out_at_the_open() -> None:
    scene = Scene(start=-600)
    order = scene.order("buy", 10)

    assert order.status == "accepted"
    assert scene.events(order) == ["accepted"]
    assert scene.run_to(-1).status(order) == "accepted"
    assert scene.run_to(0.005).status(order) == "new"
    assert scene.seen(order).submitted_at == instant(0.005)
    assert scene.run_to(1).status(order) == "filled"


def test_an_accepted_order_can_be_canceled_before_the_open() -> None:
    scene = Scene(start=-600)
    order = scene.order("buy", 10)
    scene.cancel(order)

    assert scene.run_to(1).events(order) == ["accepted", "pending_cancel", "canceled"]


def test_after_the_close_a_day_order_waits_for_the_next_session() -> None:
    scene = Scene(start=CLOSE_SECONDS + 60)
    order = scene.order("buy", 10)

    assert order.status == "accepted"
    assert order.expires_at == the_session(date(2019, 2, 14)).close_at


def test_an_extended_hours_limit_order_trades_before_the_open() -> None:
    scene = Scene(quote(-1000, 99.9, 99.92), start=-3600, begin=False)
    order = scene.order("buy", 10, "limit", limit_price="100", extended_hours=True)

    assert order.status == "pending_new"
    assert order.expires_at == the_session().post_close_at
    assert scene.run_to(-999).fills(order) == [("10", "99.92")]


def test_a_regular_order_does_not_trade_before_the_open() -> None:
    scene = Scene(quote(-1000, 99.9, 99.92), quote(5, 99.9, 99.92), start=-3600, begin=False)
    order = scene.order("buy", 10, "limit", limit_price="100")

    assert scene.run_to(-1).status(order) == "accepted"
    assert scene.run_to(6).status(order) == "filled"


def test_an_extended_hours_order_sent_at_night_waits_for_four_o_clock() -> None:
    scene = Scene(start=-6 * HOUR)
    order = scene.order("buy", 10, "limit", limit_price="90", extended_hours=True)

    assert order.status == "accepted"
    assert scene.run_to(-5.5 * HOUR + 1).status(order) == "new"


def test_an_opening_order_trades_at_the_first_print() -> None:
    scene = Scene(
        quote(0.1, 99.0, 99.02),
        trade(0.2, 98.5, size=1),
        trade(0.3, 97.0),
        start=-600,
        begin=False,
    )
    order = scene.order("buy", 500, time_in_force="opg")
    cheap = scene.order("buy", 5, "limit", limit_price="98", time_in_force="opg")

    assert order.status == "pending_new"
    assert scene.run_to(-1).status(order) == "new"
    assert scene.run_to(1).fills(order) == [("500", "98.5")]
    # The opening price was worse than the limit; later prints are not the auction.
    assert scene.status(cheap) == "new"
    assert scene.run_to(61).status(cheap) == "canceled"


def test_an_opening_order_that_meets_no_print_is_canceled() -> None:
    scene = Scene(start=-600, begin=False)
    order = scene.order("buy", 5, time_in_force="opg")

    assert scene.run_to(61).status(order) == "canceled"


@pytest.mark.parametrize("seconds", [-120.0, 0.0, 9.4 * HOUR])
def test_opening_orders_are_refused_from_nine_twenty_eight_to_seven(seconds: float) -> None:
    scene = Scene(start=seconds, begin=False)

    with pytest.raises(Refused) as refusal:
        scene.order("buy", 5, time_in_force="opg")
    assert words(refusal.value) == (
        403,
        40310000,
        "opg orders must be submitted after 7:00pm and before 9:28am",
    )


def test_an_opening_order_sent_in_the_evening_is_for_the_next_session() -> None:
    scene = Scene(start=9.5 * HOUR)
    order = scene.order("buy", 5, time_in_force="opg")

    assert order.status == "accepted"
    assert order.expires_at == the_session(date(2019, 2, 14)).open_at + 60 * 10**9


def test_a_closing_order_trades_at_the_last_price() -> None:
    scene = Scene(quote(CLOSE_SECONDS - 5, 101.0, 101.02), trade(CLOSE_SECONDS - 4, 101.5))
    order = scene.order("buy", 500, time_in_force="cls")
    dear = scene.order("buy", 5, "limit", limit_price="101", time_in_force="cls")

    assert scene.run_to(CLOSE_SECONDS - 1).status(order) == "new"
    scene.run_to(CLOSE_SECONDS + 1)
    assert scene.fills(order) == [("500", "101.5")]
    assert scene.status(dear) == "canceled"


def test_a_closing_order_in_a_halt_is_canceled() -> None:
    scene = Scene(status(CLOSE_SECONDS - 60, halted=True))
    order = scene.order("buy", 500, time_in_force="cls")

    assert scene.run_to(CLOSE_SECONDS).status(order) == "canceled"


def test_closing_orders_are_refused_from_three_fifty() -> None:
    scene = Scene(start=CLOSE_SECONDS - 600)

    with pytest.raises(Refused) as refusal:
        scene.order("buy", 5, time_in_force="cls")
    assert words(refusal.value) == (
        403,
        40310000,
        "cls orders must be submitted after 7:00pm and before 3:55pm",
    )


def test_a_session_lasts_until_its_post_close() -> None:
    assert session_at(instant_of(DAY, time(19, 59))).date == DAY
    assert session_at(instant_of(DAY, time(20, 0))).date == date(2019, 2, 14)
    assert session_at(instant_of(date(2019, 2, 16), time(12, 0))).date == date(2019, 2, 19)
