from datetime import date, time
from decimal import Decimal

import pytest

from tests.venue.exchange.scene import CLOSE_SECONDS, ME, Scene, instant, quote, trade, words
from tradeengine.model.instants import instant_of
from tradeengine.venue.exchange.states import ImpossibleMove
from tradeengine.venue.exchange.ticket import Ticket
from tradeengine.venue.records import Refused


def test_a_market_order_is_pending_new_then_new_then_filled_at_the_ask() -> None:
    scene = Scene()
    order = scene.order("buy", 10, client_order_id="one")

    assert order.status == "pending_new"
    assert order.submitted_at == order.created_at == instant(0)
    assert order.position_intent == "buy_to_open"
    assert order.order_class == ""

    scene.run_to(1)
    filled = scene.seen(order)
    assert scene.events() == ["pending_new", "new", "fill"]
    assert scene.fills(order) == [("10", "100.01")]
    assert filled.status == "filled"
    assert filled.submitted_at == instant(0.005)
    assert filled.filled_at == instant(0.015)
    assert filled.filled_avg_price == Decimal("100.01")
    assert scene.qty() == 10


def test_only_executed_updates_carry_what_the_broker_puts_on_them() -> None:
    scene = Scene()
    scene.order("buy", 10)
    pending, new, fill = scene.run_to(1).updates

    assert pending.execution_id is None
    assert new.execution_id is not None
    assert fill.qty == fill.position_qty == 10
    assert fill.price == Decimal("100.01")
    assert fill.settle_date == "2019-02-15"
    assert fill.order.status == "filled"
    assert pending.order.status == "pending_new"
    assert [u.event_id for u in scene.updates] == sorted(u.event_id for u in scene.updates)


def test_requests_do_not_move_time() -> None:
    scene = Scene().run_to(3)
    order = scene.order("buy", 1)
    scene.cancel(order)

    assert scene.exchange.now == instant(3)
    assert scene.exchange.drain() == []


def test_a_buy_limit_rests_below_the_market_and_fills_when_the_ask_comes_down() -> None:
    scene = Scene(quote(5, 99.90, 99.92))
    order = scene.order("buy", 10, "limit", limit_price="99.95")

    assert scene.run_to(4).status(order) == "new"
    assert scene.run_to(5).status(order) == "filled"
    assert scene.fills(order) == [("10", "99.92")]


def test_a_print_through_a_resting_limit_fills_it_at_the_limit() -> None:
    scene = Scene(trade(5, 99.94, size=30))
    order = scene.order("buy", 50, "limit", limit_price="99.95")
    scene.run_to(5)

    assert scene.fills(order) == [("30", "99.95")]
    assert scene.status(order) == "partially_filled"


def test_a_print_at_a_resting_limit_gives_it_its_share_of_the_queue() -> None:
    scene = Scene(trade(5, 99.95, size=41), queue_share=0.5)
    order = scene.order("buy", 50, "limit", limit_price="99.95")

    assert scene.run_to(5).fills(order) == [("20", "99.95")]


def test_without_a_queue_share_a_print_at_the_limit_fills_nothing() -> None:
    scene = Scene(trade(5, 99.95, size=41), queue_share=0.0)
    order = scene.order("buy", 50, "limit", limit_price="99.95")

    assert scene.run_to(5).fills(order) == []


def test_a_canceled_order_is_pending_cancel_first() -> None:
    scene = Scene()
    order = scene.order("buy", 10, "limit", limit_price="90")
    scene.run_to(1).cancel(order)

    assert scene.status(order) == "pending_cancel"
    assert scene.seen(order).cancel_requested_at == instant(1)
    scene.run_to(2)
    assert scene.events(order) == ["pending_new", "new", "pending_cancel", "canceled"]
    assert scene.seen(order).canceled_at == instant(1.004)


def test_an_order_canceled_before_it_arrives_never_becomes_new() -> None:
    scene = Scene()
    order = scene.order("buy", 10)
    scene.cancel(order)

    assert scene.run_to(1).events(order) == ["pending_new", "pending_cancel", "canceled"]


def test_a_fill_before_the_cancel_wins_the_race() -> None:
    scene = Scene(quote(1.002, 99.0, 99.02))
    order = scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(1).cancel(order)
    scene.run_to(2)

    assert scene.events(order)[2:] == ["pending_cancel", "fill", "order_cancel_rejected"]
    assert scene.status(order) == "filled"


def test_at_the_same_instant_the_tape_comes_before_the_cancel() -> None:
    scene = Scene(quote(1.004, 99.0, 99.02))
    order = scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(1).cancel(order)

    assert scene.run_to(2).status(order) == "filled"


def test_a_part_filled_in_the_race_stays_filled_and_the_rest_is_canceled() -> None:
    scene = Scene(trade(1.002, 99.40, size=4))
    order = scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(1).cancel(order)
    scene.run_to(2)

    assert scene.events(order)[2:] == ["pending_cancel", "partial_fill", "canceled"]
    assert scene.seen(order).filled_qty == 4
    assert scene.qty() == 4


def test_an_order_that_is_over_cannot_be_canceled() -> None:
    scene = Scene()
    order = scene.order("buy", 10)
    scene.run_to(1)

    with pytest.raises(Refused) as refusal:
        scene.cancel(order)
    assert words(refusal.value) == (422, 42210000, 'order is already in "filled" state')


def test_an_unknown_order_cannot_be_canceled() -> None:
    with pytest.raises(Refused) as refusal:
        Scene().exchange.cancel(ME, "nobody")
    assert words(refusal.value) == (404, 40410000, "order not found for nobody")


def test_a_lost_cancel_leaves_the_order_pending_until_it_is_asked_for_again() -> None:
    scene = Scene()
    order = scene.order("buy", 10, "limit", limit_price="90")
    scene.exchange.stick_next_cancel(ME)
    scene.run_to(1).cancel(order)
    assert scene.run_to(60).status(order) == "pending_cancel"

    scene.cancel(order)
    assert scene.run_to(61).status(order) == "canceled"


def test_an_order_the_exchange_rejects_says_so_after_it_was_taken() -> None:
    scene = Scene()
    scene.exchange.reject_next(ME, "no locate")
    rejected = scene.order("buy", 10)
    fine = scene.order("buy", 10)
    scene.run_to(1)

    assert scene.events(rejected) == ["pending_new", "rejected"]
    assert scene.seen(rejected).failed_at == instant(0.005)
    assert scene.seen(rejected).reject_reason == "no locate"
    assert scene.status(fine) == "filled"


def test_a_day_order_expires_at_the_close() -> None:
    scene = Scene()
    order = scene.order("buy", 10, "limit", limit_price="90")

    assert order.expires_at == instant(CLOSE_SECONDS)
    assert scene.run_to(CLOSE_SECONDS - 1).status(order) == "new"
    scene.run_to(CLOSE_SECONDS)
    assert scene.status(order) == "expired"
    assert scene.seen(order).expired_at == instant(CLOSE_SECONDS)


def test_a_gtc_order_outlives_the_day_and_expires_after_ninety() -> None:
    later = 7 * 24 * 3600.0
    scene = Scene(quote(later, 80.0, 80.02))
    order = scene.order("buy", 10, "limit", limit_price="90", time_in_force="gtc")

    assert order.expires_at == 1557864000 * 10**9  # 2019-05-14 16:00 in New York.
    assert scene.run_to(later - 1).status(order) == "new"
    assert scene.run_to(later).fills(order) == [("10", "80.02")]


def test_a_gtc_order_that_nobody_fills_expires() -> None:
    scene = Scene(quote(100 * 24 * 3600.0, 95.0, 95.02))
    order = scene.order("buy", 10, "limit", limit_price="90", time_in_force="gtc")

    assert scene.run_to(100 * 24 * 3600.0).status(order) == "expired"
    assert scene.seen(order).expired_at == instant_of(date(2019, 5, 14), time(16, 0))


def test_an_ioc_order_takes_what_there_is_and_cancels_the_rest() -> None:
    scene = Scene(impact_bps=0.0)
    order = scene.order("buy", 150, "limit", limit_price="100.01", time_in_force="ioc")
    scene.run_to(1)
    assert scene.status(order) == "filled"

    greedy = Scene(depth_levels=1)
    order = greedy.order("buy", 150, "limit", limit_price="100.01", time_in_force="ioc")
    greedy.run_to(1)
    assert greedy.events(order) == ["pending_new", "new", "partial_fill", "canceled"]
    assert greedy.seen(order).filled_qty == 100


def test_a_fok_order_takes_all_or_nothing() -> None:
    scene = Scene(depth_levels=1)
    refused = scene.order("buy", 101, "limit", limit_price="101", time_in_force="fok")
    filled = scene.order("buy", 100, "limit", limit_price="101", time_in_force="fok")
    scene.run_to(1)

    assert scene.events(refused) == ["pending_new", "new", "canceled"]
    assert scene.seen(refused).filled_qty == 0
    assert scene.events(filled) == ["pending_new", "new", "fill"]


def test_a_fractional_order_is_filled_in_house_and_keeps_its_submission_instant() -> None:
    scene = Scene()
    order = scene.order("buy", "0.5")
    scene.run_to(1)
    filled = scene.seen(order)

    assert scene.events(order) == ["pending_new", "new", "fill"]
    assert filled.submitted_at == filled.created_at == instant(0)
    assert filled.filled_at == instant(0.003)


def test_five_dollars_buy_shares_for_four_dollars_ninety_nine() -> None:
    scene = Scene(quote(0.5, 86.87, 86.878), trade(0.5, 86.878))
    scene.run_to(0.6)
    order = scene.order("buy", None, notional="5")
    scene.run_to(1)

    # Recorded on paper, 2026-10-08: notional 5 at 86.878 gave 0.057436865 shares.
    assert scene.fills(order) == [("0.057436865", "86.878")]
    assert scene.seen(order).qty is None
    assert scene.seen(order).filled_qty == Decimal("0.057436865")


def test_selling_dollars_worth_of_a_position() -> None:
    scene = Scene()
    scene.order("buy", 10)
    order = scene.run_to(1).order("sell", None, notional="500")
    scene.run_to(2)

    assert scene.fills(order) == [("5.000500050", "99.99")]
    assert scene.qty() == Decimal("4.99949995")


def test_a_fractional_limit_order_fills_when_the_tape_trades_through_it() -> None:
    scene = Scene(trade(5, 99.95, size=10), trade(6, 99.94, size=1))
    order = scene.order("buy", "2.5", "limit", limit_price="99.95")

    assert scene.run_to(5).fills(order) == []
    assert scene.run_to(6).fills(order) == [("2.5", "99.95")]


def test_dollars_wait_for_a_quote() -> None:
    scene = Scene(quote(5, 99.9, 100.0), begin=False)
    order = scene.order("buy", None, notional="500")

    assert scene.run_to(4).status(order) == "new"
    assert scene.run_to(5).fills(order) == [("4.999900000", "100.0")]


def test_a_move_the_table_does_not_have_is_a_bug() -> None:
    order = Scene().order("buy", 1)
    ticket = Ticket(order=order, number=1, ends_at=0)

    with pytest.raises(ImpossibleMove, match="pending_new -> filled"):
        ticket.move("filled", 0)
