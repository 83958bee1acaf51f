import pytest

from tests.venue.exchange.scene import Scene, words
from tradeengine.venue.records import Refused

MALFORMED = [
    ({"kind": "iceberg"}, "invalid order type"),
    ({"side": "hold"}, "invalid side"),
    ({"client_order_id": "x" * 129}, "client_order_id must be no more than 128 characters"),
    ({"notional": "5"}, "only one of qty or notional is accepted"),
    ({"qty": None}, "qty or notional is required"),
    ({"qty": "0"}, "qty must be > 0"),
    ({"qty": "-1"}, "qty must be > 0"),
    ({"qty": "0.0000000001"}, "qty must have no more than 9 decimal places"),
    ({"limit_price": "1"}, "market orders require no stop or limit price"),
    ({"stop_price": "1"}, "market orders require no stop or limit price"),
    ({"kind": "limit"}, "limit orders require a limit price"),
    ({"kind": "limit", "limit_price": "0"}, "limit price must be > 0"),
    (
        {"kind": "limit", "limit_price": "90", "stop_price": "80"},
        "limit orders require no stop price",
    ),
    ({"kind": "stop"}, "stop orders require a stop price"),
    (
        {"kind": "stop", "stop_price": "110", "limit_price": "90"},
        "stop orders require no limit price",
    ),
    ({"trail_price": "1"}, "market orders must not have trail_price"),
    (
        {"kind": "limit", "limit_price": "90", "trail_percent": "1"},
        "limit orders must not have trail_percent",
    ),
    ({"kind": "stop", "stop_price": "-2"}, "stop price must be > 0"),
    (
        {"kind": "stop_limit", "stop_price": "1"},
        "stop limit orders require both stop and limit price",
    ),
    (
        {"kind": "stop_limit", "limit_price": "1"},
        "stop limit orders require both stop and limit price",
    ),
    (
        {"kind": "trailing_stop"},
        "trailing stop orders must specify one of trail_price or trail_percent",
    ),
    (
        {"kind": "trailing_stop", "trail_price": "1", "trail_percent": "1"},
        "trailing stop orders must specify one of trail_price or trail_percent",
    ),
    (
        {"kind": "trailing_stop", "trail_percent": "0.09"},
        "trail_percent must be greater than or equal to 0.1",
    ),
    ({"kind": "trailing_stop", "trail_price": "0"}, "trail_price must be > 0"),
    ({"time_in_force": "forever"}, "invalid time_in_force"),
    ({"kind": "stop", "stop_price": "90", "time_in_force": "ioc"}, "invalid time_in_force"),
    (
        {"kind": "trailing_stop", "trail_price": "1", "time_in_force": "cls"},
        "invalid time_in_force",
    ),
    ({"order_class": "mleg"}, "invalid order_class"),
]


def refusal_of(fields: dict[str, object]) -> tuple[int, int, str]:
    values = {"side": "buy", "qty": "1"} | fields
    scene = Scene()
    with pytest.raises(Refused) as refusal:
        scene.order(values.pop("side"), values.pop("qty"), **values)
    assert scene.exchange.orders("me", status="all") == []
    return words(refusal.value)


@pytest.mark.parametrize(("fields", "message"), MALFORMED)
def test_a_malformed_request_is_refused(fields: dict[str, object], message: str) -> None:
    assert refusal_of(fields) == (422, 40010001, message)


def test_less_than_a_dollar_is_refused() -> None:
    assert refusal_of({"qty": None, "notional": "0.99"}) == (
        422,
        42210000,
        "notional must be >= 1.00",
    )


@pytest.mark.parametrize(
    ("fields", "name", "price"),
    [
        ({"kind": "limit", "limit_price": "290.123"}, "limit_price", "290.123"),
        ({"kind": "limit", "limit_price": "0.98765"}, "limit_price", "0.98765"),
        ({"kind": "stop", "stop_price": "90.001"}, "stop_price", "90.001"),
    ],
)
def test_prices_finer_than_the_tick_are_refused(
    fields: dict[str, object], name: str, price: str
) -> None:
    assert refusal_of(fields) == (
        422,
        42210000,
        f"invalid {name} {price}. sub-penny increment does not fulfill minimum pricing criteria",
    )


def test_below_a_dollar_four_decimals_are_fine() -> None:
    scene = Scene()
    order = scene.order("buy", 10, "limit", limit_price="0.9876")

    assert order.status == "pending_new"


def test_the_longest_client_order_id_is_fine() -> None:
    assert Scene().order("buy", 1, client_order_id="x" * 128).client_order_id == "x" * 128


@pytest.mark.parametrize("time_in_force", ["day", "gtc", "ioc", "fok", "cls"])
@pytest.mark.parametrize("kind", ["market", "limit"])
def test_market_and_limit_orders_take_every_time_in_force(kind: str, time_in_force: str) -> None:
    price = {"limit_price": "90"} if kind == "limit" else {}
    order = Scene().order("buy", 1, kind, time_in_force=time_in_force, **price)

    assert order.time_in_force == time_in_force
