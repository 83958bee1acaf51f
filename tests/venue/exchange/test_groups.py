from decimal import Decimal

import pytest

from tests.venue.exchange.scene import (
    CLOSE_SECONDS,
    ME,
    Scene,
    ScriptedTick,
    quote,
    trade,
    words,
)
from tradeengine.venue.records import Refused, ReplaceRequest, VenueOrder

BRACKET = {"order_class": "bracket", "take_profit_limit": "101", "stop_loss_stop": "99"}


def bracket(
    *script: ScriptedTick, qty: int = 10
) -> tuple[Scene, VenueOrder, VenueOrder, VenueOrder]:
    """Submit a buy bracket around KO at 100.01: out at 101 or at 99."""
    scene = Scene(*script)
    entry = scene.order("buy", qty, **BRACKET)
    profit, loss = entry.legs
    return scene, entry, profit, loss


def low_bracket(scene: Scene, limit: str, profit: str, loss: str) -> VenueOrder:
    """Submit a buy bracket of ten that rests at its limit."""
    return scene.order(
        "buy",
        10,
        "limit",
        limit_price=limit,
        order_class="bracket",
        take_profit_limit=profit,
        stop_loss_stop=loss,
    )


def test_a_bracket_is_an_entry_with_two_held_legs() -> None:
    scene, entry, profit, loss = bracket()

    assert scene.events() == ["pending_new", "held", "held"]
    assert (profit.type, profit.side, profit.status) == ("limit", "sell", "held")
    assert (loss.type, loss.side, loss.status) == ("stop", "sell", "held")
    assert {o.order_class for o in (entry, profit, loss)} == {"bracket"}
    assert [o.group_role for o in (entry, profit, loss)] == ["entry", "take_profit", "stop_loss"]
    assert {o.group_id for o in (entry, profit, loss)} == {entry.group_id}
    assert profit.parent_id == loss.parent_id == entry.id
    assert profit.position_intent == "sell_to_close"


def test_when_the_entry_is_filled_the_take_profit_goes_out_and_the_stop_stays_held() -> None:
    scene, entry, profit, loss = bracket()
    scene.run_to(1)

    assert scene.status(entry) == "filled"
    assert scene.status(profit) == "new"
    assert scene.status(loss) == "held"
    assert [leg.status for leg in scene.seen(entry).legs] == ["new", "held"]


def test_the_legs_stay_held_while_the_entry_is_filled_in_part() -> None:
    scene, entry, profit, loss = bracket(qty=2000)
    scene.run_to(1)

    assert scene.status(entry) == "partially_filled"
    assert (scene.status(profit), scene.status(loss)) == ("held", "held")


def test_the_take_profit_ends_the_stop() -> None:
    scene, _, profit, loss = bracket(quote(5, 101.5, 101.52))
    scene.run_to(6)

    assert scene.fills(profit) == [("10", "101.5")]
    assert scene.events(loss) == ["held", "canceled"]
    assert scene.qty() == 0


def test_the_stop_ends_the_take_profit() -> None:
    scene, _, profit, loss = bracket(quote(5, 98.9, 98.92), trade(6, 98.95))
    scene.run_to(6)

    assert scene.events(profit) == ["held", "new", "canceled"]
    assert scene.events(loss) == ["held", "new", "fill"]
    assert scene.fills(loss) == [("10", "98.9")]
    assert scene.qty() == 0


def test_what_one_exit_fills_the_other_loses() -> None:
    scene, _, profit, loss = bracket(
        trade(5, 101.2, size=4), quote(7, 98.9, 98.92), trade(8, 98.95)
    )
    scene.run_to(6)
    assert scene.seen(profit).filled_qty == 4
    assert scene.seen(loss).qty == 6
    assert scene.events(loss) == ["held", "restated"]

    scene.run_to(9)
    assert scene.fills(loss) == [("6", "98.9")]
    assert scene.status(profit) == "canceled"
    assert scene.qty() == 0


def test_the_two_exits_hold_the_shares_once() -> None:
    scene, *_ = bracket()
    scene.run_to(1)

    assert scene.exchange.position(ME, "KO").qty_available == 0
    with pytest.raises(Refused) as refusal:
        scene.order("sell", 1)
    assert refusal.value.extra["held_for_orders"] == "10"


def test_canceling_the_entry_cancels_the_legs() -> None:
    scene = Scene()
    entry = low_bracket(scene, "90", "91", "89")
    scene.run_to(1).cancel(entry)
    scene.run_to(2)

    assert [scene.status(o) for o in (entry, *entry.legs)] == ["canceled"] * 3


def test_canceling_one_held_leg_cancels_the_entry_too() -> None:
    scene = Scene()
    entry = low_bracket(scene, "90", "91", "89")
    scene.run_to(1).cancel(entry.legs[1])
    scene.run_to(2)

    assert [scene.status(o) for o in (entry, *entry.legs)] == ["canceled"] * 3


def test_canceling_one_exit_cancels_the_other_and_not_the_filled_entry() -> None:
    scene, entry, profit, loss = bracket()
    scene.run_to(1).cancel(loss)
    scene.run_to(2)

    assert scene.status(entry) == "filled"
    assert (scene.status(profit), scene.status(loss)) == ("canceled", "canceled")


def test_a_rejected_entry_takes_its_legs_along() -> None:
    scene = Scene()
    scene.exchange.reject_next(ME, "no")
    entry = scene.order("buy", 10, **BRACKET)
    scene.run_to(1)

    assert scene.status(entry) == "rejected"
    assert [scene.status(leg) for leg in entry.legs] == ["canceled", "canceled"]


def test_a_day_bracket_expires_whole() -> None:
    scene, _, profit, loss = bracket()
    scene.run_to(CLOSE_SECONDS)

    assert (scene.status(profit), scene.status(loss)) == ("expired", "expired")


def test_a_stop_loss_with_a_limit_is_a_stop_limit() -> None:
    scene = Scene(quote(5, 98.0, 98.02), trade(6, 98.0), quote(7, 98.6, 98.62))
    entry = scene.order("buy", 10, **BRACKET, stop_loss_limit="98.50")
    loss = entry.legs[1]

    assert loss.type == "stop_limit"
    assert scene.run_to(6).status(loss) == "new"
    assert scene.run_to(7).fills(loss) == [("10", "98.6")]


def test_a_short_bracket_covers_by_buying() -> None:
    scene = Scene(quote(5, 98.88, 98.9))
    entry = scene.order(
        "sell", 10, order_class="bracket", take_profit_limit="99", stop_loss_stop="101"
    )
    scene.run_to(6)

    assert entry.position_intent == "sell_to_open"
    assert scene.fills(entry.legs[0]) == [("10", "98.9")]
    assert scene.status(entry.legs[1]) == "canceled"
    assert scene.qty() == 0


def test_an_oco_holds_its_stop_beside_the_take_profit() -> None:
    scene = Scene(quote(5, 98.9, 98.92), trade(6, 98.95))
    scene.order("buy", 10)
    # The limit price comes as the take-profit's, as the broker's documents send it.
    profit = scene.run_to(1).order(
        "sell", 10, "limit", order_class="oco", take_profit_limit="101", stop_loss_stop="99"
    )
    (loss,) = profit.legs

    assert str(profit.limit_price) == "101"
    assert (profit.group_role, loss.group_role) == ("take_profit", "stop_loss")
    assert scene.run_to(2).status(profit) == "new"
    assert scene.status(loss) == "held"
    assert scene.exchange.position(ME, "KO").qty_available == 0
    scene.run_to(6)
    assert scene.status(profit) == "canceled"
    assert scene.fills(loss) == [("10", "98.9")]


def test_canceling_an_oco_cancels_both() -> None:
    scene = Scene()
    scene.order("buy", 10)
    profit = scene.run_to(1).order(
        "sell", 10, "limit", order_class="oco", limit_price="101", stop_loss_stop="99"
    )
    scene.run_to(2).cancel(profit)
    scene.run_to(3)

    assert [scene.status(o) for o in (profit, *profit.legs)] == ["canceled", "canceled"]


@pytest.mark.parametrize(
    ("fields", "price"), [({"take_profit_limit": "101"}, 101.5), ({"stop_loss_stop": "99"}, 98.5)]
)
def test_an_oto_sends_its_only_leg(fields: dict[str, str], price: float) -> None:
    scene = Scene(quote(5, price, price + 0.02), trade(6, price))
    entry = scene.order("buy", 10, order_class="oto", **fields)
    (leg,) = entry.legs

    assert scene.run_to(1).status(leg) == "new"
    assert scene.run_to(6).fills(leg) == [("10", str(price))]
    assert scene.qty() == 0


def test_a_held_stop_can_be_moved() -> None:
    scene, entry, profit, loss = bracket(quote(5, 99.4, 99.42), trade(6, 99.45))
    scene.run_to(1)
    moved = scene.exchange.replace(ME, loss.id, ReplaceRequest(stop_price=profit.limit_price))
    scene.exchange.cancel(ME, moved.id)
    assert scene.run_to(2).status(profit) == "canceled"

    scene, entry, profit, loss = bracket(quote(5, 99.4, 99.42), trade(6, 99.45))
    scene.run_to(1)
    moved = scene.exchange.replace(ME, loss.id, ReplaceRequest(stop_price=_price("99.5")))
    scene.run_to(2)
    assert scene.status(loss) == "replaced"
    assert moved.status == "held"
    assert [leg.id for leg in scene.seen(entry).legs] == [profit.id, moved.id]
    scene.run_to(6)
    assert scene.fills(moved) == [("10", "99.4")]
    assert scene.status(profit) == "canceled"


def test_a_replaced_entry_keeps_its_legs() -> None:
    scene = Scene()
    entry = low_bracket(scene, "99.90", "101", "99")
    scene.run_to(1)
    new = scene.exchange.replace(ME, entry.id, ReplaceRequest(limit_price=_price("100.10")))
    scene.run_to(2)

    assert scene.status(new) == "filled"
    assert [leg.status for leg in scene.seen(new).legs] == ["new", "held"]
    assert scene.seen(entry).legs == []
    assert {leg.parent_id for leg in scene.seen(new).legs} == {new.id}


def test_a_held_leg_of_an_open_entry_can_be_moved_and_is_sent_later() -> None:
    scene = Scene(quote(5, 89.9, 89.95), quote(7, 91.2, 91.22))
    entry = low_bracket(scene, "90", "92", "89")
    scene.run_to(1)
    new = scene.exchange.replace(ME, entry.legs[0].id, ReplaceRequest(limit_price=_price("91")))

    assert scene.run_to(2).status(new) == "held"
    assert scene.run_to(7).fills(new) == [("10", "91.2")]


def test_the_quantity_of_a_group_cannot_be_changed() -> None:
    scene, _, profit, _ = bracket()
    scene.run_to(1)

    with pytest.raises(Refused) as refusal:
        scene.exchange.replace(ME, profit.id, ReplaceRequest(qty=_price("5")))
    assert words(refusal.value) == (422, 42210000, "qty cannot be changed for advanced orders")


def _price(text: str) -> Decimal:
    return Decimal(text)


def test_shares_sold_while_the_entry_was_filling_are_taken_off_the_legs() -> None:
    scene = Scene(quote(5, 99.9, 100.0), depth_levels=1)
    entry = scene.order("buy", 150, **BRACKET)
    scene.run_to(1).order("sell", 60)
    scene.run_to(6)

    assert scene.status(entry) == "filled"
    assert scene.qty() == 90
    assert [leg.qty for leg in scene.seen(entry).legs] == [90, 90]


def test_with_nothing_left_to_protect_the_legs_are_canceled() -> None:
    scene = Scene(quote(5, 99.9, 100.0, size=200), quote(9, 99.9, 100.0), depth_levels=1)
    scene.order("buy", 100)
    busted = scene.run_to(1).updates[-1].execution_id
    entry = scene.order("buy", 210, **BRACKET)
    scene.run_to(6).order("sell", 300)
    assert busted is not None
    scene.exchange.bust(ME, busted)
    scene.run_to(9)

    assert scene.status(entry) == "filled"
    assert scene.qty() == -90
    assert [scene.status(leg) for leg in entry.legs] == ["canceled", "canceled"]
