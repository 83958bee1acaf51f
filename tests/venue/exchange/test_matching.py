from decimal import Decimal

from tests.venue.exchange.scene import Scene, band, quote, status, trade


def test_an_order_larger_than_the_touch_walks_into_the_depth() -> None:
    scene = Scene(impact_bps=10.0)
    order = scene.order("buy", 250)

    assert scene.run_to(1).fills(order) == [
        ("100", "100.01"),
        ("100", "100.1100"),
        ("50", "100.2100"),
    ]
    assert scene.events(order)[2:] == ["partial_fill", "partial_fill", "fill"]


def test_a_sell_walks_down() -> None:
    scene = Scene(impact_bps=10.0)
    order = scene.order("sell", 150)

    assert scene.run_to(1).fills(order) == [("100", "99.99"), ("50", "99.8901")]


def test_a_limit_stops_the_walk() -> None:
    scene = Scene(impact_bps=10.0)
    order = scene.order("buy", 250, "limit", limit_price="100.11")

    assert scene.run_to(1).fills(order) == [("100", "100.01"), ("100", "100.1100")]
    assert scene.status(order) == "partially_filled"


def test_what_was_taken_is_gone_until_the_quote_is_renewed() -> None:
    scene = Scene(quote(5, 99.99, 100.01), impact_bps=10.0)
    scene.order("buy", 100)
    second = scene.run_to(1).order("buy", 10)
    third = scene.run_to(5).order("buy", 10)
    scene.run_to(6)

    assert scene.fills(second) == [("10", "100.1100")]
    assert scene.fills(third) == [("10", "100.01")]


def test_an_order_too_large_for_the_depth_waits_for_the_next_quote() -> None:
    scene = Scene(quote(5, 100.02, 100.04), depth_levels=2, impact_bps=0.0)
    order = scene.order("buy", 250)

    assert scene.run_to(4).seen(order).filled_qty == 200
    assert scene.run_to(5).fills(order)[-1] == ("50", "100.04")


def test_the_better_limit_is_served_first_then_the_earlier_order() -> None:
    scene = Scene(trade(5, 99.0, size=25))
    late = scene.order("buy", 10, "limit", limit_price="99.50")
    best = scene.order("buy", 10, "limit", limit_price="99.60")
    later = scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(5)

    assert scene.fills(best) == [("10", "99.60")]
    assert scene.fills(late) == [("10", "99.50")]
    assert scene.fills(later) == [("5", "99.50")]


def test_a_print_does_not_fill_an_order_the_quote_could_fill() -> None:
    # What is left of it waits for the depth to come back, at the quote's price.
    scene = Scene(trade(5, 100.0, size=500), depth_levels=1)
    order = scene.order("buy", 150, "limit", limit_price="103")

    assert scene.run_to(5).fills(order) == [("100", "100.01")]


def test_nothing_trades_without_a_quote_on_its_side() -> None:
    scene = Scene(quote(1, 0.0, 0.0, size=0), quote(9, 99.0, 99.5))
    scene.run_to(2)
    order = scene.order("buy", 10)

    assert scene.run_to(8).fills(order) == []
    assert scene.run_to(9).fills(order) == [("10", "99.5")]


def test_nothing_trades_against_a_crossed_quote() -> None:
    scene = Scene(quote(1, 101.0, 99.0), quote(9, 99.0, 99.5))
    scene.run_to(2)
    order = scene.order("buy", 10)

    assert scene.run_to(8).fills(order) == []
    assert scene.run_to(9).fills(order) == [("10", "99.5")]


def test_nothing_trades_outside_the_price_band() -> None:
    scene = Scene(band(1, 95.0, 100.0), quote(9, 99.0, 99.5))
    scene.run_to(2)
    buy = scene.order("buy", 10)

    assert scene.run_to(8).fills(buy) == []
    assert scene.run_to(9).fills(buy) == [("10", "99.5")]


def test_a_sell_below_the_band_waits_too() -> None:
    scene = Scene(band(1, 99.995, 105.0))
    sell = scene.run_to(2).order("sell", 10)

    assert scene.run_to(8).fills(sell) == []


def test_a_halt_stops_matching_and_the_resumption_starts_it_again() -> None:
    scene = Scene(
        status(1, halted=True), quote(5, 99.0, 99.5), trade(5, 99.2), status(9, halted=False)
    )
    scene.run_to(2)
    order = scene.order("buy", 10)

    assert scene.exchange.halted() == {"KO"}
    assert scene.run_to(8).status(order) == "new"
    assert scene.run_to(9).fills(order) == [("10", "99.5")]
    assert scene.exchange.halted() == frozenset()


def test_an_order_can_be_canceled_in_a_halt() -> None:
    scene = Scene(status(1, halted=True))
    order = scene.run_to(2).order("buy", 10)
    scene.run_to(3).cancel(order)

    assert scene.run_to(4).status(order) == "canceled"


def test_on_paper_the_whole_order_fills_at_the_touch() -> None:
    scene = Scene(fills="paper", paper_partial_share=0.0)
    order = scene.order("buy", 5000 // 2)

    assert scene.run_to(1).fills(order) == [("2500", "100.01")]


def test_on_paper_a_part_comes_first_now_and_then_and_the_rest_with_the_next_quote() -> None:
    renewals = [quote(n, 99.99, 100.01) for n in range(2, 60)]
    scene = Scene(*renewals, fills="paper", paper_partial_share=1.0)
    order = scene.order("buy", 1000)
    scene.run_to(60)

    assert scene.events(order)[2] == "partial_fill"
    assert scene.events(order)[-1] == "fill"
    assert sum(Decimal(qty) for qty, _ in scene.fills(order)) == 1000


def test_on_paper_prints_fill_nothing() -> None:
    scene = Scene(trade(5, 99.0), fills="paper")
    order = scene.order("buy", 10, "limit", limit_price="99.50")

    assert scene.run_to(6).fills(order) == []


def test_a_fraction_of_a_share_does_not_care_for_the_displayed_size() -> None:
    scene = Scene(quote(1, 99.99, 100.01, size=1))
    scene.run_to(2)
    order = scene.order("buy", "250.5")

    assert scene.run_to(3).fills(order) == [("250.5", "100.01")]
