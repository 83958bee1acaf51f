"""The market's regime of each day: what it rests on, and that nothing later changes it."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.regime.spy import closes
from tradeengine.model.plan import Regime
from tradeengine.regime.chains import Floats
from tradeengine.regime.hamilton import Filtered
from tradeengine.regime.market import MarketRegime, market_regimes, models_for, wild_days
from tradeengine.regime.market_model import MarketModel, estimate, refit_places
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.reigns import Mark

SHIPPED = RegimeParameters()
SHORT = RegimeParameters(observations=504)


def weekdays(count: int) -> list[date]:
    first = date(2004, 1, 5)
    return [first + timedelta(days=day + day // 5 * 2) for day in range(count)]


def some_closes(count: int, seed: int = 3) -> Floats:
    """Give closes of a market that is calm and wild by turns."""
    random = np.random.default_rng(seed)
    wild = np.repeat(random.random(count // 40 + 1) < 0.35, 40)[:count]
    moves = np.where(wild, 0.022, 0.006) * random.standard_normal(count)
    return np.asarray(100.0 * np.exp(np.cumsum(moves)))


DAYS, CLOSES = weekdays(700), some_closes(700)


def a_model(day: date, verdict: str = "accepted", **changes: float) -> MarketModel:
    given_model = MarketModel(
        fitted_through=day,
        observations=504,
        verdict=verdict,
        mean=(0.05, -0.1),
        variance=(0.36, 4.0),
        stay=(0.98, 0.95),
        log_likelihood=-700.0,
        ratio=3.0,
        duration=20.0,
        occupancy=0.3,
    )
    return replace(given_model, **changes)


def test_the_day_before_the_first_of_july_2010() -> None:
    days, prices = closes(date(2010, 6, 30))
    (today,) = market_regimes(days, prices, days[-1], SHIPPED)

    assert (today.day, today.regime, today.trend) == (date(2010, 6, 30), Regime.HV_BEAR, -1)
    assert today.probability == pytest.approx(0.953, abs=0.002)
    assert today.marks == ()
    assert today.model is not None
    assert today.model.fitted_through == date(2010, 6, 11)
    assert today.model.ratio == pytest.approx(3.486, abs=0.005)


def test_calm_markets_are_told_from_wild_ones() -> None:
    days, prices = closes()
    year = market_regimes(days, prices, date(2010, 2, 1), SHIPPED)
    of = {day.day: day.regime for day in year}

    assert of[date(2010, 4, 14)] == Regime.LV_BULL
    assert of[date(2010, 5, 20)] == Regime.HV_BEAR
    assert of[date(2010, 12, 31)] == Regime.LV_BULL


def test_a_day_of_a_long_history_is_the_day_asked_alone() -> None:
    days, prices = closes(date(2010, 6, 30))
    history = market_regimes(days, prices, date(2010, 1, 4), SHIPPED)

    for place in (0, 40, 122):
        through = history[place].day
        alone = market_regimes(*closes(through), through, SHIPPED)
        assert len(alone) == 1
        assert alike(alone[0], history[place])


def alike(one: MarketRegime, other: MarketRegime) -> bool:
    """Compare two days; a batch of other company may round differently in the last digit."""
    assert one.probability == pytest.approx(other.probability, abs=1e-6)
    return (one.day, one.regime, one.trend, one.marks, one.close) == (
        other.day, other.regime, other.trend, other.marks, other.close,
    )  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(
    st.integers(560, 699),
    st.lists(st.floats(0.2, 5.0), min_size=1, max_size=8),
)
def test_what_comes_later_changes_nothing(place: int, factors: list[float]) -> None:
    before = market_regimes(DAYS, CLOSES, DAYS[540], SHORT)
    other = CLOSES.copy()
    other[place:] *= np.resize(np.array(factors), 700 - place)
    after = market_regimes(DAYS, other, DAYS[540], SHORT)

    for one, two in zip(before[: place - 540], after[: place - 540], strict=True):
        assert alike(one, two)


def test_parameters_stay_frozen_between_refits() -> None:
    history = market_regimes(DAYS, CLOSES, DAYS[560], SHORT)
    fitted = {day.model.fitted_through for day in history if day.model is not None}
    counts = [sum(1 for day in history if day.model and day.model.fitted_through == each)
              for each in sorted(fitted)]  # fmt: skip

    assert len(fitted) > 4
    assert set(counts[1:-1]) == {21}


def test_refit_days_are_of_the_calendar_alone() -> None:
    places = refit_places(DAYS, 21)
    later = refit_places(DAYS[100:], 21)

    assert [DAYS[place] for place in places if place > 100] == [
        DAYS[100 + place] for place in later
    ]


def test_too_few_days_are_unknown() -> None:
    (today,) = market_regimes(DAYS[:400], CLOSES[:400], DAYS[399], SHORT)

    assert today.regime is Regime.UNKNOWN
    assert today.marks == (Mark.TOO_FEW_DAYS,)
    assert today.probability is None
    assert today.trend != 0


def test_without_a_trend_the_regime_is_unknown() -> None:
    place = refit_places(DAYS, SHORT.refit_sessions)[0]
    days, prices = DAYS[place - 3 : place + 12], CLOSES[place - 3 : place + 12]
    (today,) = market_regimes(days, prices, days[-1], SHORT, [a_model(DAYS[place])])

    assert today.regime is Regime.UNKNOWN
    assert today.marks == (Mark.NO_TREND,)
    assert today.probability is not None


def known_models(*refused: int) -> list[MarketModel]:
    """Give one model a refit place; refused ones by their place in the list."""
    verdict = "the two states' volatilities are too alike"
    return [
        a_model(DAYS[place], verdict if number in refused else "accepted")
        for number, place in enumerate(refit_places(DAYS, 21))
        if place >= 504
    ]


def test_a_refused_refit_leaves_the_last_accepted_parameters_in_force() -> None:
    models = known_models()
    models[-1] = replace(models[-1], verdict="a state lasts too short a time")
    (today,) = market_regimes(DAYS, CLOSES, DAYS[-1], SHORT, models)

    assert today.model == models[-2]
    assert today.refused == models[-1]
    assert today.marks == (Mark.STALE_PARAMS,)
    assert today.regime is not Regime.UNKNOWN


def test_parameters_that_nothing_replaces_run_out() -> None:
    models = [
        replace(each, verdict="a state is seen too seldom") if place else each
        for place, each in enumerate(known_models())
    ]
    history = market_regimes(DAYS, CLOSES, models[0].fitted_through, SHORT, models)
    stale = [day for day in history if Mark.STALE_PARAMS in day.marks]
    expired = [day for day in history if Mark.EXPIRED_PARAMS in day.marks]

    # 21 sessions in force, then stale up to the 63rd after the estimate; the rest is unknown.
    assert len(stale) == 63 - 20
    assert history[63].marks == (Mark.STALE_PARAMS,)
    assert history[64].marks == (Mark.EXPIRED_PARAMS,)
    assert {day.regime for day in expired} == {Regime.UNKNOWN}
    assert {day.model for day in expired} == {None}
    assert expired[-1].refused == models[-1]


def test_known_models_are_taken_as_they_are_and_others_are_not() -> None:
    models = known_models()
    assert models_for(DAYS, CLOSES, DAYS[-1], SHORT, models) == models

    odd = [replace(each, observations=1000) for each in models[:-1]]
    again = models_for(DAYS, CLOSES, DAYS[-1], SHORT, [*odd, models[-1]])
    assert models[-1] in again
    assert not set(map(id, odd)) & set(map(id, again))
    assert {each.observations for each in again} == {504}


def test_an_estimate_wants_all_of_its_observations() -> None:
    assert estimate(DAYS, CLOSES, [503], SHORT) == []
    (model,) = estimate(DAYS, CLOSES, [504], SHORT)
    assert (model.fitted_through, model.observations) == (DAYS[504], 504)
    assert model.variance[0] < model.variance[1]


@pytest.mark.parametrize(
    ("chances", "above", "below", "expected"),
    [
        ([0.4, 0.55, 0.45, 0.5, 0.51], 0.5, 0.5, [0, 1, 0, 0, 1]),
        ([0.4, 0.55, 0.65, 0.55, 0.45, 0.39, 0.5], 0.6, 0.4, [0, 0, 1, 1, 1, 0, 0]),
        ([0.55, 0.45], 0.6, 0.4, [1, 1]),
    ],
)
def test_hysteresis(chances: list[float], above: float, below: float, expected: list[int]) -> None:
    parameters = RegimeParameters(wild_above=above, calm_below=below)
    found = wild_days(Filtered(np.array(chances)[:, None]), parameters)

    assert found[:, 0].tolist() == [bool(each) for each in expected]


@pytest.mark.parametrize(
    ("days", "prices", "words"),
    [
        (DAYS[:3], [1.0, 2.0], "one close each"),
        ([DAYS[1], DAYS[0]], [1.0, 2.0], "must rise"),
        (DAYS[:2], [1.0, 0.0], "must be prices"),
        (DAYS[:2], [1.0, np.nan], "must be prices"),
    ],
)
def test_closes_that_cannot_be_are_refused(
    days: list[date], prices: list[float], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        market_regimes(days, np.array(prices), days[-1], SHORT)


def test_parameters_run_out_after_the_next_refit() -> None:
    with pytest.raises(ValueError, match="at least refit_sessions"):
        RegimeParameters(refit_sessions=63, stale_sessions_max=21)
