import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.risk.beta_quantile import beta_probability, beta_quantile


def test_the_uniform_distribution_is_beta_of_one_and_one() -> None:
    assert beta_quantile(0.3, 1, 1) == pytest.approx(0.3, abs=1e-15)


def test_the_arcsine_law_is_beta_of_a_half_and_a_half() -> None:
    assert beta_probability(0.2, 0.5, 0.5) == pytest.approx(
        2 / math.pi * math.asin(math.sqrt(0.2)), abs=1e-14
    )


@pytest.mark.parametrize(
    ("a", "b", "quantile"),
    [
        # quant.md 4.1, golden values of sizing.json: win rates after 60, 8, 30 and 30 trades
        (34, 36, 0.44527072871813533),
        (8, 10, 0.3638016007299872),
        (35, 5, 0.8438055125258421),
        (5, 35, 0.08711677676217534),
    ],
)
def test_lower_quartiles_agree_with_the_oracle(a: float, b: float, quantile: float) -> None:
    assert beta_quantile(0.25, a, b) == pytest.approx(quantile, abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.5, 300), st.floats(0.5, 300))
def test_a_quantile_has_its_probability_below_it(p: float, a: float, b: float) -> None:
    assert beta_probability(beta_quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-9)


def test_a_term_that_vanishes_does_not_divide_by_zero() -> None:
    # 1 - (a + b) x / (a + 1) is exactly zero here.
    assert beta_probability(0.5, 1.0, 3.0) == pytest.approx(0.875, abs=1e-12)
