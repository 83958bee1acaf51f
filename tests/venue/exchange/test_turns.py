from decimal import Decimal

import pytest

from tests.venue.exchange.scene import CLOSE_SECONDS, ME, Scene, instant, quote, trade
from tradeengine.model.events import Quote, Trade, TradingStatus
from tradeengine.venue.records import OrderRequest, Refused


def test_a_turn_carries_the_market_s_messages_and_the_updates_they_caused() -> None:
    scene = Scene(quote(5, 99.0, 99.02))
    scene.order("buy", 10, "limit", limit_price="99.50")
    scene.run_to(4)
    turn = scene.exchange.advance()

    assert turn.at == scene.exchange.now == instant(5)
    assert [type(message) for message in turn.market] == [Quote]
    assert [update.event for update in turn.updates] == ["fill"]


def test_ticks_of_one_instant_are_one_turn() -> None:
    scene = Scene(quote(5, 99.0, 99.02), trade(5, 99.01))
    turn = scene.exchange.advance()

    assert [type(message) for message in turn.market] == [Quote, Trade]


def test_next_at_is_the_earlier_of_tape_and_schedule() -> None:
    scene = Scene(quote(5, 99.0, 99.02))
    assert scene.exchange.next_at() == instant(5)

    scene.order("buy", 1)
    assert scene.exchange.next_at() == instant(0.005)


def test_after_the_tape_the_schedule_runs_until_the_post_close() -> None:
    scene = Scene()
    assert scene.exchange.next_at() is None
    scene.order("buy", 1, "limit", limit_price="90", time_in_force="gtc")
    scene.run_to(1)

    assert scene.exchange.next_at() is None
    scene.order("buy", 1, "limit", limit_price="90")
    scene.run_to(2)
    assert scene.exchange.next_at() == instant(CLOSE_SECONDS)


def test_nothing_due_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing is due"):
        Scene().exchange.advance()


def test_time_passes_between_turns_but_not_over_one() -> None:
    scene = Scene(quote(5, 99.0, 99.02))
    scene.exchange.pass_time(instant(4.5))
    assert scene.order("buy", 1).created_at == instant(4.5)

    with pytest.raises(ValueError, match="cannot pass"):
        scene.exchange.pass_time(instant(4))
    with pytest.raises(ValueError, match="cannot pass"):
        scene.exchange.pass_time(instant(6))


def test_requests_between_turns_are_drained_once() -> None:
    scene = Scene()
    scene.exchange.submit(ME, _request())

    assert [update.event for update in scene.exchange.drain()] == ["pending_new"]
    assert scene.exchange.drain() == []


def test_updates_that_nobody_drained_come_with_the_next_turn() -> None:
    scene = Scene()
    scene.exchange.submit(ME, _request())

    assert [u.event for u in scene.exchange.advance().updates] == ["pending_new", "new"]


def test_the_last_quote_and_trade_can_be_asked_for() -> None:
    scene = Scene()
    shown, printed = scene.exchange.quote("KO"), scene.exchange.last_trade("asset-ko")

    assert shown is not None
    assert (shown.bid, shown.ask) == (99.99, 100.01)
    assert printed is not None
    assert printed.price == 100.0
    assert scene.exchange.quote("PEP") is None
    with pytest.raises(Refused):
        scene.exchange.quote("NOPE")


def test_an_imposed_halt_is_told_by_the_next_turn() -> None:
    scene = Scene()
    order = scene.order("buy", 10)
    scene.exchange.set_halt("KO", True)
    turn = scene.exchange.advance()

    (status,) = turn.market
    assert isinstance(status, TradingStatus)
    assert (turn.at, status.symbol, status.halted, status.code) == (instant(0), "KO", True, "H")
    assert scene.run_to(1).status(order) == "new"

    scene.exchange.set_halt("KO", False)
    assert scene.run_to(2).status(order) == "filled"


def test_a_halt_on_the_tape_s_instant_comes_after_the_tape() -> None:
    scene = Scene(quote(5, 99.0, 99.02))
    scene.exchange.pass_time(instant(5))
    scene.exchange.set_halt("KO", True)

    assert [type(message) for message in scene.exchange.advance().market] == [Quote, TradingStatus]


def test_a_tape_that_starts_later_is_read_from_the_start_asked_for() -> None:
    scene = Scene(quote(5, 99.0, 99.02), start=3)
    assert scene.exchange.quote("KO") is None
    assert scene.exchange.next_at() == instant(5)


def _request() -> OrderRequest:
    return OrderRequest(symbol="KO", side="buy", type="market", time_in_force="day", qty=Decimal(1))
