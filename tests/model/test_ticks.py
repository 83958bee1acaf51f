"""Prices are rounded to ticks, in the direction that the caller names."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.model.ticks import tick_at, tick_down, tick_up

D = Decimal


@pytest.mark.parametrize(
    ("price", "tick"), [("0.9999", "0.0001"), ("1", "0.01"), ("1.5", "0.01"), ("900", "0.01")]
)
def test_a_tick_is_a_cent_from_a_dollar_on(price: str, tick: str) -> None:
    assert tick_at(D(price)) == D(tick)


@pytest.mark.parametrize(
    ("price", "down", "up"),
    [
        ("50.01", "50.01", "50.01"),
        ("50.011", "50.01", "50.02"),
        ("50.019", "50.01", "50.02"),
        ("0.12345", "0.1234", "0.1235"),
        ("0.99999", "0.9999", "1.0000"),
        ("1.001", "1.00", "1.01"),
    ],
)
def test_a_price_between_ticks_goes_where_it_is_told(price: str, down: str, up: str) -> None:
    assert str(tick_down(D(price))) == down
    assert str(tick_up(D(price))) == up


@given(st.decimals(min_value="0.0001", max_value="100000", places=6))
def test_rounding_moves_less_than_a_tick_and_a_tick_stays(price: Decimal) -> None:
    down, up = tick_down(price), tick_up(price)

    assert down <= price <= up
    assert up - down <= tick_at(price)
    assert (tick_down(down), tick_up(up)) == (down, up)
