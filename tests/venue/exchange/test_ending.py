from decimal import Decimal

import pytest

from tests.venue.exchange.scene import ME, Scene, quote, words
from tradeengine.venue.records import Refused, VenueOrder

BRACKET = {"order_class": "bracket", "take_profit_limit": "101", "stop_loss_stop": "99"}


def holding(qty: object = 10) -> Scene:
    scene = Scene()
    scene.order("buy", qty)
    return scene.run_to(1)


def test_a_position_is_closed_at_the_market() -> None:
    scene = holding("10.5")
    order = scene.exchange.close_position(ME, "KO")
    scene.run_to(2)

    assert (order.side, order.type, order.qty) == ("sell", "market", Decimal("10.5"))
    assert order.position_intent == "sell_to_close"
    assert scene.qty() == 0


def test_a_short_position_is_bought_back() -> None:
    scene = Scene()
    scene.order("sell", 10)
    order = scene.run_to(1).exchange.close_position(ME, "asset-ko")

    assert order.side == "buy"
    assert order.qty == 10
    assert scene.run_to(2).qty() == 0


def test_a_part_is_closed_by_quantity_or_percentage() -> None:
    scene = holding()

    assert scene.exchange.close_position(ME, "KO", qty=Decimal(3)).qty == 3
    assert scene.exchange.close_position(ME, "KO", percentage=Decimal("33.333")).qty == Decimal(
        "3.3333"
    )


def test_a_percentage_of_what_has_no_fractions_is_whole() -> None:
    scene = Scene(quote(0.1, 0.98, 0.99, symbol="OCGN"))
    scene.run_to(0.2).order("buy", 10, symbol="OCGN")
    order = scene.run_to(1).exchange.close_position(ME, "OCGN", percentage=Decimal(33))

    assert order.qty == 3


@pytest.mark.parametrize(
    ("symbol", "qty", "percentage", "expected"),
    [
        ("NOPE", None, None, (404, 40410000, "symbol not found: NOPE")),
        ("PEP", None, None, (404, 40410000, "position does not exist")),
        ("KO", 1, 1, (422, 40010001, "only one of qty or percentage is accepted")),
        ("KO", None, 101, (422, 40010001, "percentage must be between 0 and 100")),
        ("KO", None, 0, (422, 40010001, "percentage must be between 0 and 100")),
    ],
)
def test_what_cannot_be_closed_is_refused(
    symbol: str, qty: int | None, percentage: int | None, expected: tuple[int, int, str]
) -> None:
    with pytest.raises(Refused) as refusal:
        holding().exchange.close_position(
            ME,
            symbol,
            None if qty is None else Decimal(qty),
            None if percentage is None else Decimal(percentage),
        )
    assert words(refusal.value) == expected


def test_there_is_no_position_to_look_at() -> None:
    with pytest.raises(Refused) as refusal:
        Scene().exchange.position(ME, "KO")
    assert words(refusal.value) == (404, 40410000, "position does not exist")


def test_cancel_all_names_every_order_once_and_takes_legs_along() -> None:
    scene = Scene()
    first = scene.order("buy", 1, "limit", limit_price="90")
    entry = scene.order("buy", 1, "limit", limit_price="90", order_class="oto", stop_loss_stop="80")
    rows = scene.run_to(1).exchange.cancel_all(ME)

    assert rows == [(first.id, 200), (entry.id, 200)]
    assert scene.exchange.cancel_all(ME) == rows
    scene.run_to(2)
    assert scene.exchange.orders(ME) == []
    assert scene.exchange.cancel_all(ME) == []
    assert scene.status(entry.legs[0]) == "canceled"


def test_cancel_all_names_two_exits_once() -> None:
    scene = Scene()
    entry = scene.order("buy", 10, **BRACKET)
    scene.run_to(1)

    assert scene.exchange.cancel_all(ME) == [(entry.legs[0].id, 200)]


def test_close_all_closes_every_position() -> None:
    scene = Scene(quote(0.1, 49.9, 50.1, symbol="PEP"))
    scene.order("buy", 10)
    scene.order("sell", 5, symbol="PEP")
    rows = scene.run_to(1).exchange.close_all(ME)
    scene.run_to(2)

    assert [(symbol, status) for symbol, status, _ in rows] == [("KO", 200), ("PEP", 200)]
    assert scene.exchange.positions(ME) == []


def test_close_all_tells_of_what_it_could_not_close() -> None:
    scene = holding()
    scene.order("sell", 4, "limit", limit_price="110")
    ((symbol, status, refusal),) = scene.exchange.close_all(ME)

    assert (symbol, status) == ("KO", 403)
    assert isinstance(refusal, Refused)
    assert refusal.message == ("insufficient qty available for order (requested: 10, available: 6)")


def test_close_all_with_cancel_orders_frees_the_shares_first() -> None:
    scene = Scene()
    entry = scene.order("buy", 10, **BRACKET)
    scene.run_to(1)
    ((_, status, order),) = scene.exchange.close_all(ME, cancel_orders=True)

    assert status == 200
    assert isinstance(order, VenueOrder)
    assert [scene.status(leg) for leg in entry.legs] == ["canceled", "canceled"]
    assert scene.run_to(2).qty() == 0
