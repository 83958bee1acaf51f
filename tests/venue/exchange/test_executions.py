from decimal import Decimal

import pytest

from tests.venue.exchange.scene import ME, Scene
from tradeengine.venue.records import Refused


def test_a_bust_takes_an_execution_back() -> None:
    scene = Scene(impact_bps=10.0)
    order = scene.order("buy", 150)
    scene.run_to(1)
    second = scene.updates[-1]
    assert second.execution_id is not None
    scene.exchange.bust(ME, second.execution_id)
    (bust,) = scene.exchange.drain()

    assert bust.event == "trade_bust"
    assert bust.previous_execution_id == second.execution_id
    assert bust.execution_id not in {None, second.execution_id}
    assert bust.qty == 50
    assert bust.price == Decimal("100.11")
    assert bust.position_qty == 100
    assert scene.seen(order).filled_qty == 100
    assert scene.seen(order).filled_avg_price == Decimal("100.01")
    assert scene.seen(order).status == "filled"
    assert scene.exchange.account(ME).cash == Decimal("89999.00")
    assert scene.exchange.position(ME, "KO").avg_entry_price == Decimal("100.01")


def test_a_bust_of_the_only_fill_leaves_nothing() -> None:
    scene = Scene()
    order = scene.order("buy", 10)
    execution_id = scene.run_to(1).updates[-1].execution_id
    assert execution_id is not None
    scene.exchange.bust(ME, execution_id)

    assert scene.exchange.positions(ME) == []
    assert scene.exchange.account(ME).cash == 100_000
    assert scene.seen(order).filled_avg_price is None
    with pytest.raises(Refused) as refusal:
        scene.exchange.bust(ME, execution_id)
    assert refusal.value.status == 404


def test_the_average_price_of_an_order_has_six_places() -> None:
    scene = Scene(impact_bps=10.0)
    order = scene.order("buy", 130)

    # (100 * 100.01 + 30 * 100.11) / 130
    assert scene.run_to(1).seen(order).filled_avg_price == Decimal("100.033077")
