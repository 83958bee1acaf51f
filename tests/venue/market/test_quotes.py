"""Quotes fit the prints they come with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.venue.market.scene import draws
from tradeengine.venue.market.columns import Book
from tradeengine.venue.market.quotes import bought, quotes_around, typical_spread_bps


def quoted(price: float, *, at_ask: bool, spread_bps: float = 2.0, seed: int = 1) -> Book:
    return quotes_around(
        np.array([5]), np.array([price]), np.array([at_ask]), spread_bps, draws(seed)
    )


def test_a_buyers_print_is_at_the_ask() -> None:
    book = quoted(10.0, at_ask=True)

    assert (book.bid[0], book.ask[0]) == (9.99, 10.0)


def test_a_sellers_print_is_at_the_bid() -> None:
    book = quoted(10.0, at_ask=False)

    assert (book.bid[0], book.ask[0]) == (10.0, 10.01)


def test_a_print_between_ticks_is_inside_its_quote() -> None:
    book = quoted(170.6755, at_ask=True, spread_bps=0.1)

    assert (book.bid[0], book.ask[0]) == (170.67, 170.68)


def test_below_a_dollar_ticks_are_a_hundredth_of_a_cent() -> None:
    book = quoted(0.5, at_ask=False)

    assert (book.bid[0], book.ask[0]) == (0.5, 0.5001)


@given(
    price=st.integers(100, 50_000_000).map(lambda units: units / 10_000),
    at_ask=st.booleans(),
    spread=st.floats(0.1, 50),
    seed=st.integers(0, 1000),
)
def test_every_quote_holds_its_print_and_is_no_wider_than_usual(
    price: float, at_ask: bool, spread: float, seed: int
) -> None:
    book = quoted(price, at_ask=at_ask, spread_bps=spread, seed=seed)
    tick = 0.01 if price >= 1 else 0.0001
    width = book.ask[0] - book.bid[0]

    assert book.bid[0] <= price <= book.ask[0]
    assert 0.99 * tick < width <= max(tick, price * spread * 1e-4) * 1.001
    assert book.bid_size[0] in range(100, 3001, 100)
    assert book.ask_size[0] in range(100, 3001, 100)


def test_a_rise_is_bought_and_a_fall_is_sold() -> None:
    sides = bought(np.array([10.0, 10.1, 10.0, 10.2]), draws())

    assert sides[1:].tolist() == [True, False, True]


def test_where_the_price_stands_still_sides_are_drawn() -> None:
    sides = bought(np.full(1000, 10.0), draws())

    assert 400 < sides.sum() < 600


@pytest.mark.parametrize(
    ("dollars_a_day", "bps"), [(2e10, 1.0), (1e9, 3.0), (1e8, 5.0), (1e6, 9.0), (0.0, 12.0)]
)
def test_the_more_is_traded_the_narrower_the_spread(dollars_a_day: float, bps: float) -> None:
    assert typical_spread_bps(dollars_a_day) == pytest.approx(bps)
