"""Orders that are not ours are told, each once."""

from tests.risk.world import broker_order, fill, snapshot
from tests.router.scenes import opened
from tradeengine.model.orders import Side
from tradeengine.router.strangers import Strangers

OURS = "te-run-contrarian-KO-000001-e"
BY_HAND = broker_order("by-hand", "KO", Side.BUY, "5")


def test_a_fill_of_another_is_told_once() -> None:
    strangers = Strangers()
    (seen,) = strangers.on_order_event(fill(order="by-hand"))
    assert (seen.symbol, seen.client_order_id, seen.what) == ("AAA", "by-hand", "a fill")
    assert list(strangers.on_order_event(fill(order="by-hand"))) == []


def test_ours_are_no_strangers() -> None:
    strangers = Strangers()
    assert list(strangers.on_order_event(fill(order=OURS))) == []
    ours = broker_order(OURS, "KO", Side.BUY, "5")
    assert list(strangers.on_snapshot(snapshot(orders=(ours,), why="reconcile"))) == []


def test_an_order_that_the_stream_did_not_tell_of_is_found() -> None:
    strangers = Strangers()
    (seen,) = strangers.on_snapshot(snapshot(orders=(BY_HAND,), why="reconcile"))
    assert (seen.symbol, seen.what) == ("KO", "an order")


def test_those_at_the_start_are_known_to_the_recovery() -> None:
    strangers = Strangers()
    assert list(strangers.on_snapshot(snapshot(orders=(BY_HAND,)))) == []
    assert list(strangers.on_snapshot(snapshot(orders=(BY_HAND,), why="reconcile"))) == []


def test_an_order_of_another_run_that_comes_after_the_start_is_of_a_second_engine() -> None:
    strangers = Strangers()
    strangers.on_run_opened(opened(tag="run"))
    earlier = broker_order("te-last-contrarian-KO-000009-p", "KO", Side.SELL, "5")
    list(strangers.on_snapshot(snapshot(orders=(earlier,))))

    assert list(strangers.on_snapshot(snapshot(orders=(earlier,), why="reconcile"))) == []
    assert list(strangers.on_order_event(fill(order=OURS))) == []
    (seen,) = strangers.on_order_event(fill(order="te-other-contrarian-KO-000001-e"))
    assert seen.client_order_id == "te-other-contrarian-KO-000001-e"
