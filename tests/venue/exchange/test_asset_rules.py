import pytest

from tests.venue.exchange.scene import Scene, words
from tradeengine.venue.records import Refused

BRACKET = {"order_class": "bracket", "take_profit_limit": "101", "stop_loss_stop": "99"}
OCO_TYPE = "oco orders must be limit orders"
OCO = {"kind": "limit", "order_class": "oco", "stop_loss_stop": "99", "take_profit_limit": "101"}
EXTENDED = {"extended_hours": True, "kind": "limit", "limit_price": "90"}

REFUSED = [
    ({"symbol": "XYZ"}, 422, 42210000, 'asset "XYZ" not found'),
    ({"symbol": "DEAD"}, 422, 42210000, "asset DEAD is not tradable"),
    ({"symbol": "OCGN", "qty": "0.5"}, 403, 40310000, 'asset "OCGN" is not fractionable'),
    (
        {"qty": "0.5", "time_in_force": "gtc"},
        422,
        42210000,
        "fractional orders must be DAY orders",
    ),
    ({"qty": "1.5", **BRACKET}, 422, 42210000, "fractional orders must be simple orders"),
    (
        {"qty": "1.5", "kind": "trailing_stop", "trail_price": "1"},
        422,
        42210000,
        "fractional orders must be market, limit, stop or stop_limit orders",
    ),
    (
        {"qty": "1.5", "side": "sell"},
        422,
        42210000,
        "fractional orders cannot be sold short",
    ),
    (
        {"extended_hours": True},
        422,
        42210000,
        "extended hours order must be DAY or GTC limit orders",
    ),
    (
        {**EXTENDED, "time_in_force": "ioc"},
        422,
        42210000,
        "extended hours order must be DAY or GTC limit orders",
    ),
    (
        {"extended_hours": True, "kind": "stop", "stop_price": "90"},
        422,
        42210000,
        "stop orders are not eligible for extended hours trading",
    ),
    ({**EXTENDED, **BRACKET}, 422, 42210000, "extended hours orders must be simple orders"),
    (
        {**BRACKET, "time_in_force": "cls"},
        422,
        40010001,
        "bracket orders must be DAY or GTC orders",
    ),
    (
        {**BRACKET, "kind": "stop", "stop_price": "102"},
        422,
        40010001,
        "bracket orders must be market or limit orders",
    ),
    ({**OCO}, 422, 42210000, "oco orders must be exit orders"),
    ({**OCO, "kind": "market", "take_profit_limit": None}, 422, 40010001, OCO_TYPE),
    ({**OCO, "kind": "market"}, 422, 40010001, OCO_TYPE),
    (
        {**BRACKET, "take_profit_limit": "0"},
        422,
        40010001,
        "take_profit.limit_price must be > 0",
    ),
    ({**BRACKET, "stop_loss_stop": "0"}, 422, 40010001, "stop_loss.stop_price must be > 0"),
    ({**BRACKET, "stop_loss_limit": "-1"}, 422, 40010001, "stop_loss.limit_price must be > 0"),
    (
        {**BRACKET, "take_profit_limit": None},
        422,
        40010001,
        "bracket orders require take_profit.limit_price",
    ),
    (
        {**BRACKET, "stop_loss_stop": None},
        422,
        40010001,
        "bracket orders require stop_loss.stop_price",
    ),
    (
        {**BRACKET, "order_class": "oto"},
        422,
        40010001,
        "oto orders require exactly one of take_profit or stop_loss",
    ),
    (
        {"order_class": "oto"},
        422,
        40010001,
        "oto orders require exactly one of take_profit or stop_loss",
    ),
    (
        {**BRACKET, "take_profit_limit": "100.01"},
        422,
        42210000,
        "take_profit.limit_price must be >= base_price + 0.01",
    ),
    (
        {**BRACKET, "stop_loss_stop": "100.01"},
        422,
        42210000,
        "stop_loss.stop_price must be <= base_price - 0.01",
    ),
    (
        {**BRACKET, "stop_loss_stop": "99.95"},
        422,
        42210000,
        "stop price must not be greater than base price / 1.001",
    ),
    (
        {**BRACKET, "side": "sell", "take_profit_limit": "101", "stop_loss_stop": "102"},
        422,
        42210000,
        "take_profit.limit_price must be <= base_price - 0.01",
    ),
    (
        {**BRACKET, "side": "sell", "take_profit_limit": "99", "stop_loss_stop": "98"},
        422,
        42210000,
        "stop_loss.stop_price must be >= base_price + 0.01",
    ),
    (
        {**BRACKET, "side": "sell", "take_profit_limit": "99", "stop_loss_stop": "100.05"},
        422,
        42210000,
        "stop price must not be less than base price * 1.001",
    ),
    (
        {**BRACKET, "take_profit_limit": "101.001"},
        422,
        42210000,
        "invalid take_profit.limit_price 101.001. sub-penny increment does not fulfill "
        "minimum pricing criteria",
    ),
]


@pytest.mark.parametrize(("fields", "status", "code", "message"), REFUSED)
def test_what_the_asset_or_the_class_forbids_is_refused(
    fields: dict[str, object], status: int, code: int, message: str
) -> None:
    values = {"side": "buy", "qty": "1"} | fields
    with pytest.raises(Refused) as refusal:
        Scene().order(values.pop("side"), values.pop("qty"), **values)

    assert words(refusal.value) == (status, code, message)


def test_bracket_prices_are_measured_against_the_market_and_the_refusal_says_so() -> None:
    with pytest.raises(Refused) as refusal:
        Scene().order("buy", 1, **{**BRACKET, "take_profit_limit": "100"})

    assert refusal.value.extra == {"base_price": "100.01"}


def test_bracket_prices_are_measured_against_the_entry_limit() -> None:
    order = Scene().order(
        "buy",
        1,
        "limit",
        limit_price="90",
        order_class="bracket",
        take_profit_limit="91",
        stop_loss_stop="89",
    )

    assert [str(order.legs[0].limit_price), str(order.legs[1].stop_price)] == ["91", "89"]


def test_a_bracket_that_would_close_a_position_is_refused() -> None:
    scene = Scene()
    scene.order("buy", 10)
    scene.run_to(1)

    with pytest.raises(Refused) as refusal:
        scene.order("sell", 10, **{**BRACKET, "take_profit_limit": "99", "stop_loss_stop": "101"})
    assert words(refusal.value) == (422, 42210000, "bracket orders must be entry orders")


def test_an_oco_s_prices_stand_on_both_sides_of_the_market() -> None:
    scene = Scene()
    scene.order("buy", 10)
    scene.run_to(1)

    with pytest.raises(Refused) as refusal:
        scene.order("sell", 10, **{**OCO, "take_profit_limit": "99.99"})
    assert refusal.value.message == "take_profit.limit_price must be >= base_price + 0.01"
    with pytest.raises(Refused) as refusal:
        scene.order("sell", 10, **{**OCO, "stop_loss_stop": "99.99"})
    assert refusal.value.message == "stop_loss.stop_price must be <= base_price - 0.01"
    with pytest.raises(Refused) as refusal:
        scene.order("sell", 10, **{**OCO, "stop_loss_stop": None})
    assert refusal.value.message == "oco orders require stop_loss.stop_price"


def test_a_symbol_may_be_named_by_its_asset_id() -> None:
    assert Scene().order("buy", 1, symbol="asset-ko").symbol == "KO"
