import pytest

from tests.venue.exchange.scene import ME, Scene, instant, words
from tradeengine.venue.records import Activity, Refused, VenueOrder


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Five orders, a second apart: one filled, one canceled, two working, one of PEP."""
    scene = Scene()
    scene.order("buy", 10, client_order_id="filled")
    for second, (name, fields) in enumerate(
        {
            "canceled": {"limit_price": "90"},
            "low": {"limit_price": "91"},
            "high": {"limit_price": "92"},
            "pep": {"limit_price": "40", "symbol": "PEP"},
        }.items(),
        start=1,
    ):
        scene.run_to(second).order("buy", 1, "limit", client_order_id=name, **fields)
    scene.run_to(5).cancel(scene.exchange.order_by_client_id(ME, "canceled"))
    return scene.run_to(6)


def names(orders: list[VenueOrder]) -> list[str]:
    return [order.client_order_id for order in orders]


def test_open_orders_come_newest_first(scene: Scene) -> None:
    assert names(scene.exchange.orders(ME)) == ["pep", "high", "low"]


def test_closed_and_all(scene: Scene) -> None:
    assert names(scene.exchange.orders(ME, status="closed")) == ["canceled", "filled"]
    assert names(scene.exchange.orders(ME, status="all", direction="asc")) == [
        "filled",
        "canceled",
        "low",
        "high",
        "pep",
    ]


def test_filters(scene: Scene) -> None:
    exchange = scene.exchange

    assert names(exchange.orders(ME, symbols=["PEP"])) == ["pep"]
    assert names(exchange.orders(ME, side="sell")) == []
    assert names(exchange.orders(ME, limit=2)) == ["pep", "high"]
    assert names(exchange.orders(ME, after=instant(2.005))) == ["pep", "high"]
    assert names(exchange.orders(ME, until=instant(3.005))) == ["low"]


def test_cursors(scene: Scene) -> None:
    high = scene.exchange.order_by_client_id(ME, "high").id

    assert names(scene.exchange.orders(ME, status="all", before_order_id=high)) == [
        "low",
        "canceled",
        "filled",
    ]
    assert names(scene.exchange.orders(ME, status="all", after_order_id=high)) == ["pep"]
    with pytest.raises(Refused):
        scene.exchange.orders(ME, after_order_id="nobody")


def test_unknown_orders_are_not_found(scene: Scene) -> None:
    with pytest.raises(Refused) as by_id:
        scene.exchange.order(ME, "x")
    with pytest.raises(Refused) as by_client_id:
        scene.exchange.order_by_client_id(ME, "y")

    assert words(by_id.value) == (404, 40410000, "order not found for x")
    assert words(by_client_id.value) == (404, 40410000, "order not found for y")


def test_what_is_handed_out_is_a_copy(scene: Scene) -> None:
    found = scene.exchange.order_by_client_id(ME, "low")
    found.status = "nonsense"

    assert scene.exchange.order_by_client_id(ME, "low").status == "new"


def test_legs_are_rows_unless_nested() -> None:
    scene = Scene()
    entry = scene.order(
        "buy",
        1,
        "limit",
        limit_price="90",
        order_class="bracket",
        take_profit_limit="91",
        stop_loss_stop="89",
    )

    assert len(scene.exchange.orders(ME)) == 3
    (nested,) = scene.exchange.orders(ME, nested=True)
    assert nested.id == entry.id
    assert [leg.status for leg in nested.legs] == ["held", "held"]


def test_activities_are_the_fills_newest_first_in_pages() -> None:
    scene = Scene(depth_levels=2, impact_bps=0.0)
    order = scene.order("buy", 150)
    scene.run_to(1).order("sell", 20)
    scene.run_to(2)
    rows = scene.exchange.activities(ME)
    sell, rest, first = (row for row in rows if isinstance(row, Activity))

    assert sell.side == "sell"
    assert [str(number) for number in (sell.qty, sell.cum_qty, sell.leaves_qty)] == [
        "20",
        "20",
        "0",
    ]
    assert (rest.type, rest.order_status, str(rest.cum_qty)) == ("fill", "filled", "150")
    assert (first.type, first.order_status) == ("partial_fill", "partially_filled")
    assert first.leaves_qty == 50
    assert first.id.startswith("20190213093000015::")
    assert scene.exchange.activities(ME, direction="asc") == [first, rest, sell]
    assert scene.exchange.activities(ME, page_size=1, page_token=sell.id) == [rest]
    assert scene.exchange.activities(ME, order_id=order.id) == [rest, first]
    assert scene.exchange.activities(ME, after=instant(0.5)) == [sell]
    assert scene.exchange.activities(ME, until=instant(0.5)) == [rest, first]
