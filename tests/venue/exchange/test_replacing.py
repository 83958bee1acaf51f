from decimal import Decimal

import pytest
from msgspec import convert

from tests.venue.exchange.scene import (
    CLOSE_SECONDS,
    ME,
    Scene,
    ScriptedTick,
    instant,
    quote,
    trade,
    words,
)
from tradeengine.venue.records import Refused, ReplaceRequest, VenueOrder


def changes(**fields: str) -> ReplaceRequest:
    return convert(fields, ReplaceRequest, strict=False)


def replace(scene: Scene, order: VenueOrder, **fields: str) -> VenueOrder:
    new = scene.exchange.replace(ME, order.id, changes(**fields))
    scene.updates += scene.exchange.drain()
    return new


def refusal_of(scene: Scene, order: VenueOrder, **fields: str) -> tuple[int, int, str]:
    with pytest.raises(Refused) as refusal:
        replace(scene, order, **fields)
    return words(refusal.value)


def resting(*script: ScriptedTick, cash: int | None = None) -> tuple[Scene, VenueOrder]:
    scene = Scene(*script, cash=cash)
    order = scene.order("buy", 10, "limit", limit_price="99.50", client_order_id="one")
    return scene.run_to(1), order


def test_a_replace_answers_with_a_new_order() -> None:
    scene, old = resting()
    new = replace(scene, old, limit_price="99.60", client_order_id="two")

    assert new.id != old.id
    assert (new.replaces, new.client_order_id) == (old.id, "two")
    assert new.status == "pending_new"
    assert new.limit_price == Decimal("99.60")
    assert new.qty == 10
    assert scene.status(old) == "pending_replace"

    scene.run_to(2)
    assert scene.events(old) == ["pending_new", "new", "pending_replace", "replaced"]
    assert scene.events(new) == ["new"]
    assert scene.seen(old).replaced_by == new.id
    assert scene.seen(old).replaced_at == instant(1.005)
    assert scene.exchange.order_by_client_id(ME, "two").status == "new"


def test_the_new_order_works_at_its_price() -> None:
    scene, old = resting(quote(5, 99.5, 99.58))
    new = replace(scene, old, limit_price="99.60", qty="20")
    scene.run_to(5)

    assert scene.fills(new) == [("20", "99.58")]
    assert scene.fills(old) == []


def test_a_fill_before_the_replace_takes_effect_wins_the_race() -> None:
    scene, old = resting(quote(1.002, 99.0, 99.02))
    new = replace(scene, old, limit_price="99.60")
    scene.run_to(2)

    assert scene.events(old)[2:] == ["pending_replace", "fill", "order_replace_rejected"]
    assert scene.status(old) == "filled"
    assert scene.status(new) == "rejected"
    assert scene.qty() == 10


def test_what_is_filled_in_the_race_is_taken_off_the_new_order() -> None:
    scene, old = resting(trade(1.002, 99.4, size=4), quote(5, 99.5, 99.58))
    new = replace(scene, old, limit_price="99.60", qty="12")
    scene.run_to(5)

    assert scene.seen(old).filled_qty == 4
    assert scene.status(old) == "replaced"
    assert scene.seen(new).qty == 8
    assert scene.qty() == 12


def test_a_replace_without_a_quantity_keeps_what_is_left() -> None:
    scene, old = resting(trade(0.5, 99.4, size=4), quote(5, 99.5, 99.58))
    new = replace(scene, old, limit_price="99.60")

    assert scene.run_to(5).fills(new) == [("6", "99.58")]
    assert scene.qty() == 10


def test_the_exchange_can_refuse_a_replace_it_answered() -> None:
    scene, old = resting()
    scene.exchange.reject_next_replace(ME, "too late")
    new = replace(scene, old, limit_price="99.60")
    scene.run_to(2)

    assert scene.events(old)[2:] == ["pending_replace", "order_replace_rejected"]
    assert scene.status(old) == "new"
    assert (scene.status(new), scene.seen(new).reject_reason) == ("rejected", "too late")


def test_a_refused_replace_leaves_a_partly_filled_order_so() -> None:
    scene, old = resting(trade(0.5, 99.4, size=4))
    scene.exchange.reject_next_replace(ME, "too late")
    replace(scene, old, limit_price="99.60")

    assert scene.run_to(2).status(old) == "partially_filled"


def test_canceling_the_old_order_beats_its_replacement() -> None:
    scene, old = resting()
    new = replace(scene, old, limit_price="99.60")
    scene.cancel(old)
    scene.run_to(2)

    assert scene.status(old) == "canceled"
    assert scene.status(new) == "rejected"


def test_canceling_the_replacement_cancels_the_old_order() -> None:
    scene, old = resting()
    new = replace(scene, old, limit_price="99.60")
    scene.cancel(new)
    scene.run_to(2)

    assert scene.status(new) == "canceled"
    assert scene.status(old) == "canceled"


def test_a_replaced_trailing_stop_keeps_its_high() -> None:
    scene = Scene(trade(2, 102.0))
    scene.order("buy", 10)
    stop = scene.run_to(1).order("sell", 10, "trailing_stop", trail_price="5")
    scene.run_to(3)
    new = replace(scene, stop, trail="4")
    scene.run_to(4)

    assert scene.seen(new).hwm == Decimal("102.0")
    assert scene.seen(new).stop_price == Decimal("98.00")


def test_a_trailing_percentage_can_be_changed() -> None:
    scene = Scene()
    stop = scene.order("buy", 10, "trailing_stop", trail_percent="5")
    scene.run_to(1)

    assert replace(scene, stop, trail="2").trail_percent == 2


def test_a_stop_price_can_be_changed() -> None:
    scene = Scene()
    stop = scene.order("buy", 10, "stop", stop_price="110")
    scene.run_to(1)

    assert replace(scene, stop, stop_price="111").stop_price == 111


def test_an_order_that_is_not_at_the_exchange_cannot_be_replaced() -> None:
    scene = Scene()
    pending = scene.order("buy", 10, "limit", limit_price="90")
    expected = (422, 40010001, "unable to replace order, order isn't sent to exchange yet")
    assert refusal_of(scene, pending, limit_price="91") == expected

    early = Scene(start=-600)
    accepted = early.order("buy", 10, "limit", limit_price="90")
    assert refusal_of(early, accepted, limit_price="91") == expected


def test_an_order_with_a_request_under_way_cannot_be_replaced() -> None:
    scene, old = resting()
    replace(scene, old, limit_price="99.60")
    expected = (422, 42210000, "unable to replace order, order is not open")

    assert refusal_of(scene, old, limit_price="99.70") == expected
    scene.cancel(old)
    assert refusal_of(scene, old, limit_price="99.70") == expected
    scene.run_to(2)
    assert refusal_of(scene, old, limit_price="99.70") == expected


def test_a_replace_must_change_something() -> None:
    scene, old = resting()

    expected = (403, 40310000, "order parameters are not changed")
    assert refusal_of(scene, old, limit_price="99.50", qty="10") == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"qty": "0"}, (422, 40010001, "qty must be > 0")),
        ({"qty": "10.5"}, (422, 40010001, "qty must be a whole number of shares")),
        ({"client_order_id": "one"}, (422, 40010001, "client_order_id must be unique")),
        (
            {"client_order_id": "x" * 129},
            (422, 40010001, "client_order_id must be no more than 128 characters"),
        ),
        ({"limit_price": "0", "qty": "5"}, (422, 40010001, "limit price must be > 0")),
        ({"stop_price": "90"}, (422, 40010001, "limit orders require no stop price")),
        ({"time_in_force": "never"}, (422, 40010001, "invalid time_in_force")),
        (
            {"limit_price": "99.501"},
            (
                422,
                42210000,
                "invalid limit_price 99.501. sub-penny increment does not fulfill "
                "minimum pricing criteria",
            ),
        ),
    ],
)
def test_a_replace_keeps_the_rules_of_an_order(
    fields: dict[str, str], expected: tuple[int, int, str]
) -> None:
    scene, old = resting()

    assert refusal_of(scene, old, **fields) == expected
    assert scene.status(old) == "new"


def test_no_less_than_what_is_filled_already() -> None:
    scene, old = resting(trade(0.5, 99.4, size=4))

    assert refusal_of(scene, old, qty="4") == (422, 40010001, "qty must be > filled_qty")


def test_an_order_in_dollars_cannot_be_replaced() -> None:
    scene = Scene()
    order = scene.order("buy", None, "limit", notional="500", limit_price="90")
    scene.run_to(1)

    assert refusal_of(scene, order, limit_price="91")[:2] == (422, 42210000)


def test_buying_power_is_held_for_the_larger_of_both() -> None:
    scene, old = resting(cash=1000)
    assert scene.buying_power() == Decimal("3005.00")
    replace(scene, old, qty="20")
    assert scene.buying_power() == Decimal("2010.00")

    scene, old = resting(cash=1000)
    replace(scene, old, qty="5")
    assert scene.buying_power() == Decimal("3005.00")
    assert scene.run_to(2).buying_power() == Decimal("3502.50")


def test_a_replace_needs_the_buying_power() -> None:
    scene, old = resting(cash=1000)

    assert refusal_of(scene, old, qty="41") == (403, 40310000, "insufficient buying power")
    assert replace(scene, old, qty="40").qty == 40


def test_a_replace_needs_the_shares() -> None:
    scene = Scene()
    scene.order("buy", 10)
    order = scene.run_to(1).order("sell", 5, "limit", limit_price="110")
    scene.run_to(2)

    assert refusal_of(scene, order, qty="11") == (
        403,
        40310000,
        "insufficient qty available for order (requested: 11, available: 10)",
    )
    assert replace(scene, order, qty="10").qty == 10
    assert scene.exchange.position(ME, "KO").qty_available == 0


def test_a_short_sale_can_be_replaced() -> None:
    scene = Scene()
    order = scene.order("sell", 5, "limit", limit_price="110")
    scene.run_to(1)

    assert replace(scene, order, limit_price="109").limit_price == 109
    assert scene.run_to(2).buying_power() == Decimal("399450.00")


def test_canceling_the_replacement_of_an_order_that_was_filled_changes_nothing() -> None:
    scene, old = resting(quote(1.0045, 99.0, 99.02))
    new = replace(scene, old, limit_price="99.60")
    scene.cancel(new)
    scene.run_to(2)

    assert scene.status(old) == "filled"
    assert scene.status(new) == "canceled"


def test_a_gtc_order_can_be_made_a_day_order() -> None:
    scene = Scene()
    order = scene.order("buy", 10, "limit", limit_price="90", time_in_force="gtc")
    new = replace(scene.run_to(1), order, time_in_force="day")

    assert scene.run_to(CLOSE_SECONDS).status(new) == "expired"


def test_a_new_client_order_id_is_change_enough() -> None:
    scene = Scene()
    stop = scene.order("buy", 10, "trailing_stop", trail_price="5")
    new = replace(scene.run_to(1), stop, client_order_id="fresh")

    assert new.client_order_id == "fresh"
    assert new.trail_price == 5
