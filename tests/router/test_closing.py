"""A closing order is what the hour and the policy say it must be."""

from decimal import Decimal

import pytest

from tests.router.scenes import held_position, opened, second
from tradeengine.model.orders import OrderType, Side, TimeInForce
from tradeengine.router.closing import Closing
from tradeengine.router.parameters import AfterHours, RouterParameters

D = Decimal
HOUR = 3600
CLOSE = 23400
"""The scenes' session opens at 0 and closes here, seconds."""


def scene(policy: AfterHours = AfterHours.QUEUE) -> Closing:
    made = Closing(RouterParameters(flatten_after_hours=policy, flatten_collar_rounds=2))
    made.on_run_opened(opened())
    return made


@pytest.mark.parametrize(
    ("policy", "at", "kind", "limit", "extended"),
    [
        (AfterHours.QUEUE, 60, OrderType.LIMIT, "49.50", False),
        (AfterHours.QUEUE, -60, OrderType.MARKET, None, False),
        (AfterHours.QUEUE, CLOSE, OrderType.MARKET, None, False),
        (AfterHours.EXTENDED, 60, OrderType.LIMIT, "49.50", False),
        (AfterHours.EXTENDED, CLOSE, OrderType.LIMIT, "49.50", True),
        (AfterHours.EXTENDED, CLOSE + 4 * HOUR, OrderType.MARKET, None, False),
        (AfterHours.EXTENDED, -5 * HOUR, OrderType.LIMIT, "49.50", True),
        (AfterHours.EXTENDED, -6 * HOUR, OrderType.MARKET, None, False),
    ],
)
def test_the_kind_of_order_follows_hours_and_policy(
    policy: AfterHours, at: float, kind: OrderType, limit: str | None, extended: bool
) -> None:
    wish = scene(policy).wish(held_position("10", price="50"), 1, second(at))

    assert (wish.side, wish.quantity, wish.time_in_force) == (Side.SELL, D(10), TimeInForce.DAY)
    assert (wish.order_type, wish.extended_hours) == (kind, extended)
    assert wish.limit_price == (None if limit is None else D(limit))


def test_extended_hours_know_no_market_orders_however_many_rounds() -> None:
    made = scene(AfterHours.EXTENDED)
    price, late = held_position("10", price="50"), second(CLOSE + 60)

    assert made.wish(price, 9, second(60)).order_type is OrderType.MARKET
    assert made.wish(price, 9, late).limit_price == D("49.50")


def test_without_a_price_a_market_order_waits_for_the_open_even_with_that_policy() -> None:
    wish = scene(AfterHours.EXTENDED).wish(held_position("10", price=None), 1, second(CLOSE))

    assert (wish.order_type, wish.extended_hours) == (OrderType.MARKET, False)


def test_a_fill_ends_the_waiting_after_refusals() -> None:
    made = scene()
    made.refused("AAPL", "wash", second(1))
    assert not made.may_close("AAPL", second(2.9))
    assert made.may_close("AAPL", second(3))
    assert made.why_held("AAPL", second(3)) == "the broker refuses to close it: wash"

    made.filled("AAPL")

    assert made.why_held("AAPL", second(3)) == "not closed in time"
    made.refused("AAPL", "wash", second(4))
    assert made.may_close("AAPL", second(6))


@pytest.mark.parametrize(("at", "end", "opens"), [(-60, 120, True), (-600, -420, False)])
def test_the_open_may_come_within_the_flatten(at: float, end: float, opens: bool) -> None:
    assert scene().opens_within(second(at), second(end)) is opens
