"""The market's state at a close is what could be told at that close."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeengine.model.plan import Regime
from tradeengine.regime.chains import Floats
from tradeengine.regime.fit import Verdict
from tradeengine.regime.walk_forward import StateHistory, regime_of, state_history

WINDOW = 250
LENGTH = 700


def days(count: int = LENGTH) -> list[date]:
    weekdays = (date(2001, 1, 1) + timedelta(days=7 * (n // 5) + n % 5) for n in range(count))
    return list(weekdays)


def prices(seed: int = 4, count: int = LENGTH) -> Floats:
    """Draw a market of calm and wild spells of 60 days."""
    random = np.random.default_rng(seed)
    sigma = np.where((np.arange(count) // 60) % 2 == 0, 0.004, 0.02)
    return np.asarray(100.0 * np.exp(np.cumsum(random.normal(0.0, sigma))))


@pytest.fixture(scope="module")
def whole() -> StateHistory:
    return state_history(days(), prices(), WINDOW)


def test_nothing_is_known_before_the_first_fit(whole: StateHistory) -> None:
    first = whole.days.index(whole.refits[0].day)
    assert first >= WINDOW
    assert set(whole.states[:first]) == {Regime.UNKNOWN}
    assert Regime.UNKNOWN not in whole.states[first:]
    assert np.isfinite(whole.high_variance[first:]).all()


def test_wild_spells_are_seen(whole: StateHistory) -> None:
    first = whole.days.index(whole.refits[0].day)
    wild = (np.arange(LENGTH) // 60) % 2 == 1
    seen = whole.high_variance > 0.5
    assert (seen[first:] == wild[first:]).mean() > 0.85


def test_parameters_change_on_the_first_day_of_a_quarter(whole: StateHistory) -> None:
    assert len(whole.refits) == 7
    for refit in whole.refits:
        before = whole.days[whole.days.index(refit.day) - 1]
        assert (before.month - 1) // 3 != (refit.day.month - 1) // 3


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(WINDOW + 60, LENGTH - 1), seed=st.integers(0, 1000))
def test_the_future_changes_no_state(whole: StateHistory, cut: int, seed: int) -> None:
    bent = prices()
    bent[cut:] *= np.exp(np.random.default_rng(seed).normal(0.0, 0.1, LENGTH - cut))
    found = state_history(days(), bent, WINDOW)
    assert found.states[:cut] == whole.states[:cut]
    np.testing.assert_allclose(found.high_variance[:cut], whole.high_variance[:cut], atol=1e-9)


@pytest.mark.parametrize("cut", [WINDOW + 3, 400, LENGTH - 1])
def test_a_history_that_ends_earlier_says_the_same(whole: StateHistory, cut: int) -> None:
    found = state_history(days()[:cut], prices()[:cut], WINDOW)
    assert found.states == whole.states[:cut]


def test_a_history_that_begins_later_says_the_same(whole: StateHistory) -> None:
    later = state_history(days()[100:], prices()[100:], WINDOW)
    first = later.days.index(later.refits[0].day) + 60  # The trend has long begun.
    assert later.states[first:] == whole.states[100 + first :]


def test_a_short_history_knows_nothing() -> None:
    found = state_history(days(50), prices(count=50), WINDOW)
    assert set(found.states) == {Regime.UNKNOWN}
    assert found.refits == ()


def test_a_fit_without_two_regimes_is_not_used() -> None:
    random = np.random.default_rng(8)
    even = 100.0 * np.exp(np.cumsum(random.uniform(-0.01, 0.01, LENGTH)))
    found = state_history(days(), even, WINDOW)
    refused = [refit for refit in found.refits if refit.verdict is not Verdict.ACCEPTED]
    assert refused
    assert all(refit.used != refit.day for refit in refused)
    if found.refits[0].used is None:
        assert found.states[found.days.index(found.refits[0].day)] is Regime.UNKNOWN


@pytest.mark.parametrize(
    ("high_variance", "rising", "regime"),
    [
        (0.2, 1, Regime.LV_BULL),
        (0.2, -1, Regime.LV_BEAR),
        (0.5, 1, Regime.HV_BULL),
        (0.9, -1, Regime.HV_BEAR),
        (0.9, 0, Regime.UNKNOWN),
        (float("nan"), 1, Regime.UNKNOWN),
    ],
)
def test_variance_and_trend_make_four_states(
    high_variance: float, rising: int, regime: Regime
) -> None:
    assert regime_of(high_variance, rising) is regime
