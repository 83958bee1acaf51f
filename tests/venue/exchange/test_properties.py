"""What must hold whatever is asked of the exchange and whatever the tape does."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.venue.exchange.scene import ME, OPEN, Scene, ScriptedTick, quote, trade
from tradeengine.model.instants import NANOS
from tradeengine.venue.exchange.margin import buying_power, held_for_orders
from tradeengine.venue.records import (
    AccountUpdate,
    OrderRequest,
    Refused,
    ReplaceRequest,
    VenueOrder,
)

START = Decimal(20_000)
SLOW: dict[str, float] = {
    "accept_latency_ms": 300,
    "fill_latency_ms": 200,
    "in_house_latency_ms": 300,
    "cancel_latency_ms": 600,
    "replace_latency_ms": 700,
    "latency_jitter": 0.9,
}
"""Slow enough for the tape to come between a request and its effect: races."""

HALF_A_CENT = Decimal("0.005")


@dataclass(frozen=True)
class Ask:
    """A request, in numbers small enough for Hypothesis to make smaller."""

    what: str
    side: str
    shape: tuple[str, str, str]
    qty: Decimal
    offset: int
    which: int


SHAPES = [
    *[(kind, "", "day") for kind in ("market", "limit", "stop", "stop_limit", "trailing_stop")],
    *[(kind, "", time) for kind in ("market", "limit") for time in ("ioc", "fok", "gtc", "cls")],
    *[(kind, name, "day") for kind in ("market", "limit") for name in ("bracket", "oto")],
    ("limit", "oco", "day"),
    ("limit", "oco", "gtc"),
]

asks = st.builds(
    Ask,
    what=st.sampled_from(["submit"] * 9 + ["cancel", "replace", "replace", "close", "close_all"]),
    side=st.sampled_from(["buy", "buy", "sell"]),
    shape=st.sampled_from(SHAPES),
    qty=st.sampled_from([Decimal(text) for text in ("7", "1", "150", "400", "0.5", "7", "150")]),
    offset=st.integers(-60, 60),
    which=st.integers(0, 20),
)
paths = st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 300)), min_size=5, max_size=30)


def cents_of(path: list[tuple[int, int]]) -> list[int]:
    """Give the price after each step, in cents."""
    return list(accumulate((step for step, _ in path), initial=10_000))[1:]


def tape_of(path: list[tuple[int, int]]) -> list[ScriptedTick]:
    """Make a tape from steps in cents and print sizes: a quote and a print a second."""
    ticks = []
    for second, (cents, (_, size)) in enumerate(zip(cents_of(path), path, strict=True), start=1):
        ticks.append(quote(second, (cents - 1) / 100, (cents + 1) / 100))
        ticks.append(trade(second + 0.5, cents / 100, size=size))
    return ticks


def request_of(ask: Ask, mark: Decimal) -> OrderRequest:
    kind, order_class, time_in_force = ask.shape
    near = mark + Decimal(ask.offset) / 100
    away = mark * (Decimal("1.01") if ask.side == "buy" else Decimal("0.99"))
    back = mark * (Decimal("0.99") if ask.side == "buy" else Decimal("1.01"))
    grouped = order_class in {"bracket", "oto"}
    if order_class == "oco":
        near, back = back, away  # An exit: its profit lies where an entry has its loss.
    return OrderRequest(
        symbol="KO",
        side=ask.side,
        type=kind,
        time_in_force=time_in_force,
        qty=ask.qty,
        limit_price=round(near, 2) if "limit" in kind else None,
        stop_price=round(near, 2) if kind in {"stop", "stop_limit"} else None,
        trail_price=Decimal("0.30") if kind == "trailing_stop" else None,
        order_class=order_class,
        take_profit_limit=round(away, 2) if grouped else None,
        stop_loss_stop=round(back, 2) if order_class in {"bracket", "oco"} else None,
    )


def perform(scene: Scene, ask: Ask) -> VenueOrder | None:
    """Carry out one request; give the order it made, if it made one."""
    orders = scene.exchange.orders(ME, status="all", limit=500, direction="asc")
    chosen = orders[ask.which % len(orders)] if orders else None
    printed = scene.exchange.last_trade("KO")
    mark = Decimal(repr(printed.price)) if printed else Decimal(100)
    made = None
    try:
        if ask.what == "submit":
            made = scene.exchange.submit(ME, request_of(ask, mark))
        elif ask.what == "close":
            made = scene.exchange.close_position(ME, "KO")
        elif ask.what == "close_all":
            scene.exchange.close_all(ME, cancel_orders=True)
        elif chosen is not None and ask.what == "cancel":
            scene.exchange.cancel(ME, chosen.id)
        elif chosen is not None:
            made = scene.exchange.replace(ME, chosen.id, change_of(ask, chosen, mark))
    except Refused:
        made = None
    scene.updates += scene.exchange.drain()
    return made


def change_of(ask: Ask, order: VenueOrder, mark: Decimal) -> ReplaceRequest:
    """Move an order's price; of a simple one the quantity, too."""
    price = round(mark + Decimal(ask.offset) / 100, 2)
    return ReplaceRequest(
        qty=None if order.order_class else ask.qty,
        limit_price=price if order.limit_price is not None else None,
        stop_price=price if order.type == "stop" else None,
    )


def check(scene: Scene) -> None:
    """Look at the account and every order after a step."""
    floor = scene.exchange._floor
    account = floor.account(ME)
    held = account.qty("KO")
    assert held_for_orders(account, "KO") <= abs(held)
    for order in scene.exchange.orders(ME, status="all", limit=500):
        if order.qty is not None:
            assert Decimal(0) <= order.filled_qty <= order.qty
        assert (order.status == "filled") == (order.filled_at is not None)
        if order.limit_price is not None and order.filled_avg_price is not None:
            worse = order.filled_avg_price - order.limit_price
            assert (worse <= 0) if order.side == "buy" else (worse >= 0)


def check_money(scene: Scene) -> None:
    """Compare the account with the executions it was told of."""
    fills = [u for u in scene.updates if u.event in {"fill", "partial_fill"}]
    mark = scene.exchange._floor.price("KO")
    profit = held = Decimal(0)
    for fill in fills:
        assert fill.qty is not None
        assert fill.price is not None
        signed = fill.qty if fill.order.side == "buy" else -fill.qty
        profit += signed * (mark - fill.price)
        held += signed
        assert fill.position_qty == held
    record = scene.exchange.account(ME)
    assert scene.qty() == held
    assert abs(record.equity - START - profit) <= HALF_A_CENT * len(fills)
    assert record.cash == round(record.cash, 2)


def play(path: list[tuple[int, int]], requests: list[Ask]) -> Scene:
    """Play a tape with a request now and then; check everything on the way."""
    scene = Scene(*tape_of(path), cash=int(START), depth_levels=2, slow=SLOW)
    for number, ask in enumerate(requests):
        scene.run_to(len(path) * number / len(requests))
        made = perform(scene, ask)
        if made is not None and made.position_intent.endswith("_to_open"):
            floor = scene.exchange._floor
            assert made.replaces or buying_power(floor, floor.account(ME)) >= 0
        check(scene)
    scene.run_to(len(path) + 5)
    check(scene)
    check_money(scene)
    scene.run_to(23_401)
    check(scene)
    check_money(scene)
    return scene


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(path=paths, requests=st.lists(asks, min_size=1, max_size=14))
def test_money_shares_and_orders_stay_consistent(
    path: list[tuple[int, int]], requests: list[Ask]
) -> None:
    play(path, requests)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(path=paths, requests=st.lists(asks, min_size=1, max_size=10))
def test_no_fill_is_worse_than_the_quote_and_its_depth(
    path: list[tuple[int, int]], requests: list[Ask]
) -> None:
    scene = play(path, requests)
    asked = [Decimal("100.01"), *(Decimal(c + 1) / 100 for c in cents_of(path))]
    impact = Decimal("0.0001")  # One level of depth behind the touch, at 1 basis point.
    for update in scene.updates:
        if update.price is None or update.order.time_in_force == "cls":
            continue
        ask = asked[min((update.at - OPEN) // NANOS, len(path))]
        if update.order.side == "buy":
            assert update.price <= ask * (1 + impact)
        else:
            assert update.price >= (ask - Decimal("0.02")) * (1 - impact)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(path=paths, requests=st.lists(asks, min_size=3, max_size=10))
def test_the_same_commands_cause_the_same_updates(
    path: list[tuple[int, int]], requests: list[Ask]
) -> None:
    def story() -> list[AccountUpdate]:
        return play(path, requests).updates

    assert story() == story()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(path=paths, requests=st.lists(asks, min_size=1, max_size=10))
def test_after_the_close_no_day_order_is_left(
    path: list[tuple[int, int]], requests: list[Ask]
) -> None:
    scene = play(path, requests)

    assert {o.time_in_force for o in scene.exchange.orders(ME, limit=500)} <= {"gtc"}
