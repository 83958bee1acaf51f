from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.risk.test_kelly import SIXTY
from tests.risk.world import limits
from tradeengine.risk.sizing import base_fraction, scale, volatility_scale, whole_shares

D = Decimal


def test_until_thirty_trades_have_closed_the_size_is_the_probe() -> None:
    assert base_fraction((0.01,) * 29, 29, limits()) == D("0.005")


def test_closed_trades_without_their_returns_prove_nothing() -> None:
    assert base_fraction((), 400, limits()) == D("0.005")


def test_a_proven_record_gets_a_quarter_of_kelly() -> None:
    fraction = base_fraction((0.01,) * 30, 30, limits())

    assert float(fraction) == pytest.approx(0.17190275626292106, abs=1e-12)


def test_the_cap_bounds_kelly() -> None:
    assert base_fraction((0.01,) * 30, 30, limits(position_cap_fraction="0.1")) == D("0.1")


def test_a_record_that_speaks_against_trading_gets_nothing() -> None:
    assert base_fraction(SIXTY, 60, limits()) == 0


@pytest.mark.parametrize(
    ("vix", "atr_percent", "expected"),
    [
        # golden sizing.json, vol_scaling.combined_min
        (12, 1.0, 1.0),
        (20, 1.5, 1.0),
        (30, 2.0, 0.5),
        (30, 2.75, 0.5),
        (40, 1.0, 0.0),
        (55, 5.0, 0.0),
        (15, 4.0, 0.0),
    ],
)
def test_the_smaller_scale_counts(vix: float, atr_percent: float, expected: float) -> None:
    assert volatility_scale(vix, atr_percent, limits()) == D(str(expected))


def test_the_scale_falls_in_a_line() -> None:
    assert scale(2.0, 1.5, 4.0) == pytest.approx(0.8)


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf")])
def test_what_is_missing_scales_to_zero(missing: float | None) -> None:
    assert volatility_scale(missing, 1.5, limits()) == 0
    assert volatility_scale(20, missing, limits()) == 0


def shares(equity: str, price: str, fraction: str, adv20: int, dollars: str = "1e9") -> Decimal:
    return whole_shares(
        equity=D(equity),
        fraction=D(fraction),
        price=D(price),
        adv20_shares=adv20,
        adv_percent=D(1),
        dollars_at_most=D(dollars),
    )


@pytest.mark.parametrize(
    ("equity", "price", "fraction", "adv20", "expected"),
    [
        # golden sizing.json, shares
        ("100000", "50", "0.05", 1_000_000, 100),
        ("100000", "50", "0.05", 5_000, 50),
        ("100000", "3000", "0.02", 1_000_000, 0),
        ("1000", "50", "0.02", 1_000_000, 0),
        ("100000", "50", "0", 1_000_000, 0),
    ],
)
def test_shares_agree_with_the_oracle(
    equity: str, price: str, fraction: str, adv20: int, expected: int
) -> None:
    assert shares(equity, price, fraction, adv20) == expected


def test_the_dollars_at_hand_bound_the_size() -> None:
    assert shares("100000", "50", "0.05", 1_000_000, dollars="999.99") == 19


def test_no_dollars_at_hand_are_no_shares() -> None:
    assert shares("100000", "50", "0.05", 1_000_000, dollars="-500") == 0


@given(
    st.decimals("0.01", "100000", places=2),
    st.decimals("0.0001", "0.2", places=4),
    st.integers(0, 10**7),
    st.decimals("0", "25000", places=2),
)
def test_a_size_never_exceeds_any_of_its_bounds(
    price: Decimal, fraction: Decimal, adv20: int, dollars: Decimal
) -> None:
    quantity = shares("100000", str(price), str(fraction), adv20, str(dollars))

    assert quantity == quantity.to_integral_value() >= 0
    assert quantity * price <= min(100_000 * fraction, dollars)
    assert quantity * 100 <= adv20
