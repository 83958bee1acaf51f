from decimal import Decimal

from tests.venue.exchange.scene import Scene, quote, trade


def test_a_sell_stop_sleeps_until_a_print_reaches_it() -> None:
    scene = Scene(trade(4, 99.51), quote(5, 99.40, 99.42), trade(6, 99.50))
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "stop", stop_price="99.50")

    assert scene.run_to(5.5).status(stop) == "new"
    assert scene.run_to(6).fills(stop) == [("10", "99.4")]


def test_a_buy_stop_is_collared_at_two_and_a_half_percent() -> None:
    scene = Scene(quote(5, 105.0, 105.5), trade(6, 105.2), quote(7, 103.0, 103.01))
    stop = scene.order("buy", 10, "stop", stop_price="101")

    # The collar is 103.52; the ask jumped over it, so the order waits for it to come back.
    assert scene.run_to(6).fills(stop) == []
    assert scene.run_to(7).fills(stop) == [("10", "103.01")]
    assert scene.seen(stop).limit_price is None


def test_below_fifty_dollars_the_collar_is_four_percent() -> None:
    scene = Scene(
        quote(1, 9.98, 10.0, symbol="PEP"),
        trade(2, 10.0, symbol="PEP"),
        quote(5, 10.40, 10.43, symbol="PEP"),
        trade(6, 10.41, symbol="PEP"),
        quote(7, 10.38, 10.40, symbol="PEP"),
    )
    stop = scene.run_to(3).order("buy", 10, "stop", stop_price="10.01", symbol="PEP")

    assert scene.run_to(6).fills(stop) == []
    assert scene.run_to(7).fills(stop) == [("10", "10.4")]


def test_a_stop_limit_becomes_a_limit_order() -> None:
    scene = Scene(quote(5, 99.0, 99.02), trade(6, 99.01), quote(7, 99.3, 99.32))
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "stop_limit", stop_price="99.50", limit_price="99.20")

    assert scene.run_to(6.5).status(stop) == "new"
    assert scene.run_to(7).fills(stop) == [("10", "99.3")]


def test_a_stop_already_passed_goes_off_on_arrival() -> None:
    scene = Scene()
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "stop", stop_price="101")

    assert scene.run_to(2).fills(stop) == [("10", "99.99")]


def test_a_trailing_stop_follows_the_high_and_sells_below_it() -> None:
    scene = Scene(
        trade(3, 102.0), trade(4, 101.0), quote(5, 100.9, 100.92), trade(6, 100.95), trade(7, 100.5)
    )
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "trailing_stop", trail_price="1.05")

    assert stop.hwm is None
    assert scene.run_to(2).seen(stop).hwm == Decimal("100.0")
    assert scene.seen(stop).stop_price == Decimal("98.95")
    assert scene.run_to(5).seen(stop).hwm == Decimal("102.0")
    assert scene.seen(stop).stop_price == Decimal("100.95")
    assert scene.run_to(6).fills(stop) == [("10", "100.9")]


def test_a_trailing_buy_stop_follows_the_low_in_percent() -> None:
    scene = Scene(trade(3, 90.0), quote(4, 90.8, 90.9), trade(5, 90.89), trade(6, 90.90))
    stop = scene.order("buy", 10, "trailing_stop", trail_percent="1")

    assert scene.run_to(5).seen(stop).stop_price == Decimal("90.90")
    assert scene.seen(stop).status == "new"
    assert scene.run_to(6).fills(stop) == [("10", "90.9")]


def test_a_stop_does_not_go_off_after_the_close() -> None:
    close = 23_400.0
    scene = Scene(trade(close + 60, 90.0), quote(close + 61, 90.0, 90.02))
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "stop", stop_price="99.50", time_in_force="gtc")

    assert scene.run_to(close + 100).status(stop) == "new"


def test_a_stop_that_arrives_before_any_price_waits_for_one() -> None:
    scene = Scene(quote(2, 99.0, 99.02), trade(3, 99.0), begin=False)
    stop = scene.order("buy", 10, "stop", stop_price="99")

    assert scene.run_to(1).status(stop) == "new"
    assert scene.run_to(3).status(stop) == "filled"
