from decimal import Decimal

import pytest

from tests.strategy.contrarian.situations import NOW, desk, held, stretched
from tests.strategy.messages import on, quote
from tradeengine.model.commands import OrderIntent
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.strategy.contrarian.orders import (
    disaster_distance,
    entry_limit,
    entry_order,
    exit_limit,
    exit_order,
)
from tradeengine.strategy.parameters import ContrarianParameters

DEFAULTS = ContrarianParameters()


@pytest.mark.parametrize(
    ("bid", "ask", "limit"),
    [
        (97.99, 98.01, "98.01"),
        (97.99, 98.0101, "98.02"),
        (0.4567, 0.4569, "0.4569"),
        # A wide market: the collar of 1 % above mid, 100.00, is rounded down.
        (90.0, 110.0, "101.00"),
    ],
)
def test_an_entry_is_limited_at_the_ask_and_by_the_collar(
    bid: float, ask: float, limit: str
) -> None:
    assert entry_limit(quote(NOW, bid, ask), Decimal(100)) == Decimal(limit)


@pytest.mark.parametrize(
    ("atr", "distance"), [(0.2, "0.6000"), (0.123456, "0.3704"), (0.5, "1.50"), (1e-9, "0.0001")]
)
def test_the_disaster_stop_is_three_ranges_away(atr: float, distance: str) -> None:
    assert disaster_distance(atr, 3) == Decimal(distance)


def test_an_entry_leaves_its_size_to_the_gate_and_says_why() -> None:
    state = stretched(desk())
    the_quote = quote(NOW, 97.99, 98.01)
    assert entry_order("contrarian", state, the_quote, 1.0, DEFAULTS, NOW) == OrderIntent(
        at=NOW,
        strategy="contrarian",
        symbol="AAA",
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        quantity=None,
        limit_price=Decimal("98.01"),
        stop_distance=Decimal("3.00"),
        reason="close 98.00, VWAP 100.00, ATR 1.0000, RSI 22.5, MACD up 2 bars",
    )


def test_an_entry_on_iex_quotes_says_so() -> None:
    iex = ContrarianParameters(quotes_from_iex_only=True)
    order = entry_order("contrarian", stretched(desk()), quote(NOW, 97.99, 98.01), 1.0, iex, NOW)
    assert order.reason.endswith("MACD up 2 bars; quotes of IEX only")


def test_an_exit_is_a_limit_a_little_below_the_bid_now_or_never() -> None:
    state = held(desk())
    state.holding.leaving = "target"
    state.quote = quote(on("10:59:59"), 98.50, 98.52)
    assert exit_order("contrarian", state, Decimal(10), DEFAULTS, NOW) == OrderIntent(
        at=NOW,
        strategy="contrarian",
        symbol="AAA",
        side=Side.SELL,
        purpose=Purpose.EXIT,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.IOC,
        quantity=Decimal(10),
        # 98.50 less 20 basis points is 98.303.
        limit_price=Decimal("98.30"),
        reason="target",
    )


def test_after_three_rounds_the_rest_is_sold_at_market() -> None:
    state = held(desk())
    state.holding.rounds = 3
    order = exit_order("contrarian", state, Decimal(4), DEFAULTS, NOW)
    assert (order.order_type, order.time_in_force) == (OrderType.MARKET, TimeInForce.DAY)
    assert (order.limit_price, order.quantity) == (None, Decimal(4))


@pytest.mark.parametrize(
    "unusable",
    [None, quote(on("10:59:57"), 50.0, 50.01), quote(on("10:59:59"), 50.02, 50.01)],
    ids=["none", "stale", "crossed"],
)
def test_without_a_usable_bid_the_last_print_is_the_measure(unusable: object) -> None:
    state = held(desk())
    state.quote = unusable  # type: ignore[assignment]  # pytest types parameters as object
    state.holding.last_price = 97.0
    assert exit_limit(state, DEFAULTS, NOW) == Decimal("96.80")


def test_without_a_print_the_last_close_is_the_measure() -> None:
    state = held(desk())
    state.quote = None
    assert exit_limit(state, DEFAULTS, NOW) == Decimal("97.80")


def test_where_no_price_is_known_the_exit_goes_to_market() -> None:
    state = held(desk())
    state.quote, state.reading.close = None, 0.0
    assert exit_limit(state, DEFAULTS, NOW) is None
    assert exit_order("contrarian", state, Decimal(1), DEFAULTS, NOW).order_type is OrderType.MARKET


def test_a_limit_of_zero_is_no_limit() -> None:
    state = held(desk())
    state.quote = quote(NOW, 0.0001, 0.0002)
    assert exit_limit(state, DEFAULTS, NOW) is None
