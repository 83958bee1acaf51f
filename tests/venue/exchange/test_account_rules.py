from decimal import Decimal

import pytest

from tests.venue.exchange.scene import ME, Scene, ScriptedTick, quote, trade, words
from tradeengine.venue.records import Refused


def refusal_of(
    scene: Scene, side: str, qty: object, kind: object = "market", **fields: object
) -> Refused:
    with pytest.raises(Refused) as refusal:
        scene.order(side, qty, kind, **fields)
    return refusal.value


def holding(qty: object = 10, *script: ScriptedTick) -> Scene:
    scene = Scene(*script)
    scene.order("buy", qty)
    return scene.run_to(1)


def test_a_client_order_id_is_used_up_even_when_its_order_is_over() -> None:
    scene = Scene()
    scene.order("buy", 1, client_order_id="one")
    scene.run_to(1)

    refusal = refusal_of(scene, "buy", 1, client_order_id="one")
    assert words(refusal) == (422, 40010001, "client_order_id must be unique")


def test_selling_more_than_is_held_is_refused_in_the_recorded_words() -> None:
    scene = holding("0.557436865")

    # Recorded on paper, 2026-10-08 (there with KO, too).
    refusal = refusal_of(scene, "sell", "1.057436865")
    assert words(refusal) == (
        403,
        40310000,
        "insufficient qty available for order (requested: 1.057436865, available: 0.557436865)",
    )
    assert refusal.extra == {
        "available": "0.557436865",
        "existing_qty": "0.557436865",
        "held_for_orders": "0",
        "symbol": "KO",
    }
    assert len(scene.exchange.orders(ME, status="all")) == 1


def test_shares_held_by_an_open_order_are_not_available() -> None:
    scene = holding()
    scene.order("sell", 7, "limit", limit_price="110")

    refusal = refusal_of(scene, "sell", 4, "limit", limit_price="111")
    assert refusal.extra["available"] == "3"
    assert refusal.extra["held_for_orders"] == "7"
    assert scene.exchange.position(ME, "KO").qty_available == 3


def test_buying_back_more_than_is_short_is_refused() -> None:
    scene = Scene()
    scene.order("sell", 5)
    scene.run_to(1)

    assert refusal_of(scene, "buy", 6).extra["available"] == "5"
    assert scene.exchange.position(ME, "KO").qty_available == -5


def test_the_intent_must_be_what_the_position_says() -> None:
    refusal = refusal_of(holding(), "sell", 1, position_intent="sell_to_open")

    assert words(refusal) == (
        422,
        42210000,
        "position intent mismatch, inferred: sell_to_close, specified: sell_to_open",
    )


@pytest.mark.parametrize(("side", "intent"), [("buy", "buy_to_open"), ("sell", "sell_to_open")])
def test_without_a_position_orders_open_one(side: str, intent: str) -> None:
    assert Scene().order(side, 1, position_intent=intent).position_intent == intent


def test_a_short_sale_while_a_buy_is_open_is_refused() -> None:
    scene = Scene()
    scene.order("buy", 1, "limit", limit_price="90")

    assert words(refusal_of(scene, "sell", 1)) == (
        403,
        40310000,
        "cannot open a short sell while a long buy order is open",
    )


def test_a_buy_while_a_short_sale_is_open_is_refused() -> None:
    scene = Scene()
    scene.order("sell", 1, "limit", limit_price="110")

    assert words(refusal_of(scene, "buy", 1)) == (
        403,
        40310000,
        "cannot open a long buy while a short sell order is open",
    )


def test_an_account_that_may_not_short_is_refused() -> None:
    expected = (403, 40310000, "account is not allowed to short")

    assert words(refusal_of(Scene(shorting_enabled=False), "sell", 1)) == expected
    assert words(refusal_of(Scene(cash=1999), "sell", 1)) == expected


def test_what_cannot_be_borrowed_cannot_be_sold_short() -> None:
    refusal = refusal_of(Scene(), "sell", 1, symbol="HARD")

    assert words(refusal) == (422, 42210000, "asset HARD cannot be sold short")


@pytest.mark.parametrize(
    ("existing", "new", "reason"),
    [
        ({"kind": "limit", "limit_price": "110"}, {"kind": "market"}, "limit"),
        (
            {"kind": "limit", "limit_price": "110"},
            {"kind": "limit", "limit_price": "110"},
            "limit",
        ),
        (
            {"kind": "stop", "stop_price": "90"},
            {"kind": "limit", "limit_price": "89"},
            "market/stop",
        ),
        (
            {"kind": "stop_limit", "stop_price": "90", "limit_price": "89"},
            {"kind": "limit", "limit_price": "89"},
            "limit",
        ),
    ],
)
def test_an_order_that_could_meet_an_own_one_is_a_wash_trade(
    existing: dict[str, str], new: dict[str, str], reason: str
) -> None:
    scene = holding()
    sell = scene.order("sell", 5, **existing)

    refusal = refusal_of(scene, "buy", 1, **new)
    assert words(refusal) == (
        403,
        40310000,
        "potential wash trade detected. use complex orders",
    )
    assert refusal.extra == {
        "existing_order_id": sell.id,
        "reject_reason": f"opposite side {reason} order exists",
    }


def test_limits_that_cannot_meet_are_fine() -> None:
    scene = holding()
    scene.order("buy", 5, "limit", limit_price="95")

    assert scene.order("sell", 5, "limit", limit_price="95.01").status == "pending_new"
    assert refusal_of(scene, "sell", 5, "limit", limit_price="95").message.startswith("potential")


def test_trailing_stops_and_the_legs_of_groups_are_exempt() -> None:
    scene = holding()
    scene.order("sell", 5, "trailing_stop", trail_price="1")
    assert scene.order("buy", 1).status == "pending_new"
    assert scene.order("sell", 5, "trailing_stop", trail_price="1").status == "pending_new"

    grouped = holding()
    grouped.order(
        "sell", 5, "limit", order_class="oco", take_profit_limit="101", stop_loss_stop="99"
    )
    assert grouped.order("buy", 1).status == "pending_new"


def test_a_fraction_must_cost_a_dollar() -> None:
    refusal = refusal_of(Scene(), "buy", "0.009")

    assert words(refusal) == (403, 40310000, "cost basis must be >= minimal amount of order 1")


def test_a_whole_share_may_cost_less_than_a_dollar() -> None:
    # Recorded on paper, 2026-10-08: one share of OCGN at $0.9858.
    scene = Scene(quote(0.1, 0.98, 0.9858, symbol="OCGN"))
    order = scene.run_to(1).order("buy", 1, symbol="OCGN")

    assert scene.run_to(2).fills(order) == [("1", "0.9858")]


def test_a_remnant_of_less_than_a_dollar_can_be_sold() -> None:
    scene = holding("0.02", quote(2, 10.0, 10.02))
    scene.run_to(3)

    assert scene.order("sell", "0.02").status == "pending_new"


def test_an_order_that_costs_more_than_the_buying_power_is_refused() -> None:
    scene = Scene(cash=250)

    refusal = refusal_of(scene, "buy", 20, "limit", limit_price="100")
    assert words(refusal) == (403, 40310000, "insufficient buying power")
    assert refusal.extra == {"buying_power": "1000.00", "cost_basis": "2000.00"}


def test_open_orders_use_buying_power() -> None:
    scene = Scene(cash=250)
    first = scene.order("buy", 6, "limit", limit_price="100")
    assert scene.buying_power() == 400
    assert refusal_of(scene, "buy", 5, "limit", limit_price="100").message == (
        "insufficient buying power"
    )

    scene.cancel(first)
    assert scene.run_to(1).buying_power() == 1000


@pytest.mark.parametrize(
    ("side", "fields", "kept"),
    [
        ("buy", {"kind": "market"}, "1000.10"),
        ("buy", {"kind": "stop", "stop_price": "104"}, "1066.00"),
        ("buy", {"kind": "stop_limit", "stop_price": "104", "limit_price": "105"}, "1050"),
        ("buy", {"kind": "trailing_stop", "trail_price": "1"}, "1000.10"),
        ("sell", {"kind": "market"}, "1030.1030"),
        ("sell", {"kind": "limit", "limit_price": "110"}, "1100"),
        ("sell", {"kind": "limit", "limit_price": "100"}, "1030.1030"),
    ],
)
def test_what_an_opening_order_keeps(side: str, fields: dict[str, str], kept: str) -> None:
    scene = Scene()
    scene.order(side, 10, **fields)

    assert scene.buying_power() == 400_000 - Decimal(kept)


def test_dollars_keep_themselves() -> None:
    scene = Scene()
    scene.order("buy", None, notional="500")

    assert scene.buying_power() == 399_500


def test_closing_orders_keep_no_buying_power() -> None:
    scene = holding()
    before = scene.buying_power()
    scene.order("sell", 10, "limit", limit_price="110")

    assert scene.buying_power() == before


def test_a_position_of_six_times_the_equity_may_only_be_closed() -> None:
    scene = Scene(
        quote(2, 79.99, 80.01), trade(2, 80.0), cash=10_000, depth_levels=1000, impact_bps=0
    )
    scene.order("buy", 390)
    # Bought at 100.01; at 80 the equity is 2196 and the position 31200.
    scene.run_to(3)

    refusal = refusal_of(scene, "buy", 1)
    assert words(refusal)[:2] == (403, 40310000)
    assert "600%" in refusal.message
    assert scene.order("sell", 390).status == "pending_new"


def test_a_position_below_that_may_grow() -> None:
    assert holding().order("buy", 1).status == "pending_new"


def test_an_unknown_account_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Scene().exchange.account("nobody")
    assert refusal.value.status == 404


def test_a_refusal_reads_as_one_line() -> None:
    refusal = Refused(403, 40310000, "insufficient buying power")

    assert str(refusal) == "HTTP 403 code 40310000: insufficient buying power"
