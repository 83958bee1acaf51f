"""
What a request must look like, whatever the market and the account are.

Each rule is a small function; `check` asks them in the broker's order.
"""

from decimal import Decimal

from tradeengine.venue.exchange.refusals import malformed, plain, unprocessable
from tradeengine.venue.records import OrderRequest

TYPES = frozenset({"market", "limit", "stop", "stop_limit", "trailing_stop"})
WHOLE_DAY = frozenset({"day", "gtc"})
TIMES_IN_FORCE = {
    "market": WHOLE_DAY | {"ioc", "fok", "opg", "cls"},
    "limit": WHOLE_DAY | {"ioc", "fok", "opg", "cls"},
    "stop": WHOLE_DAY,
    "stop_limit": WHOLE_DAY,
    "trailing_stop": WHOLE_DAY,
}
LONGEST_CLIENT_ORDER_ID = 128
LEAST_TRAIL_PERCENT = Decimal("0.1")
CLASSES = frozenset({"", "simple", "bracket", "oco", "oto"})


def check(request: OrderRequest) -> None:
    """Refuse a request whose fields do not fit together. Raises Refused."""
    for rule in (_type, _side, _client_order_id, _size, _prices, _trail, _time, _class):
        rule(request)


def is_fractional(qty: Decimal | None) -> bool:
    """Tell whether a quantity has a fraction of a share; no quantity means notional."""
    return qty is None or qty != qty.to_integral_value()


def check_increment(name: str, price: Decimal | None) -> None:
    """Refuse a price finer than the tick: two decimals from $1, else four (Rule 612)."""
    if price is None:
        return
    places = 2 if price >= 1 else 4
    if price != round(price, places):
        raise unprocessable(
            f"invalid {name} {plain(price)}. sub-penny increment does not fulfill "
            "minimum pricing criteria"
        )


def _type(request: OrderRequest) -> None:
    if request.type not in TYPES:
        raise malformed("invalid order type")


def _side(request: OrderRequest) -> None:
    if request.side not in {"buy", "sell"}:
        raise malformed("invalid side")


def _client_order_id(request: OrderRequest) -> None:
    if len(request.client_order_id or "") > LONGEST_CLIENT_ORDER_ID:
        raise malformed("client_order_id must be no more than 128 characters")


def _size(request: OrderRequest) -> None:
    if request.qty is not None and request.notional is not None:
        raise malformed("only one of qty or notional is accepted")
    if request.qty is None and request.notional is None:
        raise malformed("qty or notional is required")
    if request.qty is not None and request.qty <= 0:
        raise malformed("qty must be > 0")
    if request.qty is not None and request.qty != round(request.qty, 9):
        # Words not recorded; the nine places are documented.
        raise malformed("qty must have no more than 9 decimal places")
    if request.notional is not None and request.notional < 1:
        raise unprocessable("notional must be >= 1.00")


def _prices(request: OrderRequest) -> None:
    limit, stop = request.limit_price, request.stop_price
    if request.type == "market" and (limit is not None or stop is not None):
        raise malformed("market orders require no stop or limit price")
    if request.type == "limit" and limit is None:
        raise malformed("limit orders require a limit price")
    if request.type == "limit" and stop is not None:
        # Words not recorded.
        raise malformed("limit orders require no stop price")
    if request.type == "stop" and stop is None:
        raise malformed("stop orders require a stop price")
    if request.type == "stop" and limit is not None:
        # Words not recorded.
        raise malformed("stop orders require no limit price")
    if request.type == "stop_limit" and (limit is None or stop is None):
        raise malformed("stop limit orders require both stop and limit price")
    if limit is not None and limit <= 0:
        raise malformed("limit price must be > 0")
    if stop is not None and stop <= 0:
        raise malformed("stop price must be > 0")
    check_increment("limit_price", limit)
    check_increment("stop_price", stop)


def _trail(request: OrderRequest) -> None:
    price, percent = request.trail_price, request.trail_percent
    if request.type != "trailing_stop":
        _no_trail(request.type, "trail_price", price)
        _no_trail(request.type, "trail_percent", percent)
        return
    if (price is None) == (percent is None):
        raise malformed("trailing stop orders must specify one of trail_price or trail_percent")
    if percent is not None and percent < LEAST_TRAIL_PERCENT:
        raise malformed("trail_percent must be greater than or equal to 0.1")
    if price is not None and price <= 0:
        raise malformed("trail_price must be > 0")


def _no_trail(kind: str, name: str, value: Decimal | None) -> None:
    if value is not None:
        # The vendor's list of errors has the words for market orders.
        raise malformed(f"{kind} orders must not have {name}")


def _time(request: OrderRequest) -> None:
    if request.time_in_force not in TIMES_IN_FORCE[request.type]:
        raise malformed("invalid time_in_force")


def _class(request: OrderRequest) -> None:
    if request.order_class not in CLASSES:
        raise malformed("invalid order_class")
