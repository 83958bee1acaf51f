"""What must hold for any data: sums, labels, units, and no look into the future."""

import numpy as np
import pytest

from tradeengine.regime.ascent import ascend
from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.em import em_step
from tradeengine.regime.fit import Verdict, fit
from tradeengine.regime.hamilton import hamilton
from tradeengine.regime.kim import kim
from tradeengine.regime.trend import kama, trend

DAYS = 400


def some_returns(count: int = 3, seed: int = 5) -> Floats:
    random = np.random.default_rng(seed)
    wild = np.repeat(random.random((DAYS // 40, count)) < 0.4, 40, axis=0)
    return np.asarray(np.where(wild, 2.0, 0.7) * random.standard_normal((DAYS, count)))


def some_chains(count: int = 3) -> Chains:
    ones = np.ones(count)
    return Chains(
        mean=np.stack((0.05 * ones, -0.1 * ones)),
        variance=np.stack((0.5 * ones, 4.0 * ones)),
        stay=np.stack((0.98 * ones, 0.95 * ones)),
        start=np.stack((0.7 * ones, 0.3 * ones)),
    )


def test_other_labels_give_the_other_probabilities() -> None:
    y, chains = some_returns(), some_chains()
    swapped = Chains(
        mean=chains.mean[::-1],
        variance=chains.variance[::-1],
        stay=chains.stay[::-1],
        start=chains.start[::-1],
    )
    one = hamilton(log_densities(y, chains), chains)
    two = hamilton(log_densities(y, swapped), swapped)
    assert one.filtered == pytest.approx(1.0 - two.filtered)
    assert one.log_likelihood == pytest.approx(two.log_likelihood)
    assert swapped.in_order().mean == pytest.approx(chains.mean)


def test_another_unit_shifts_the_likelihood_and_nothing_else() -> None:
    y, chains = some_returns(), some_chains()
    cents = Chains(
        mean=chains.mean * 100, variance=chains.variance * 1e4, stay=chains.stay, start=chains.start
    )
    one = hamilton(log_densities(y, chains), chains)
    two = hamilton(log_densities(y * 100, cents), cents)
    assert two.filtered == pytest.approx(one.filtered)
    assert two.log_likelihood == pytest.approx(one.log_likelihood - DAYS * np.log(100))


def test_em_never_goes_down() -> None:
    y, chains = some_returns(), some_chains()
    reached = np.full(3, -np.inf)
    for _ in range(30):
        chains, value = em_step(y, chains)
        assert (value >= reached - 1e-9).all()
        reached = value


def test_the_smoother_ends_where_the_filter_ends() -> None:
    y, chains = some_returns(), some_chains()
    forward = hamilton(log_densities(y, chains), chains)
    backward = kim(forward, chains)
    assert backward.smoothed[-1] == pytest.approx(forward.filtered[-1])
    assert backward.stayed + backward.left == pytest.approx(
        np.stack(((1 - backward.smoothed[:-1]).sum(axis=0), backward.smoothed[:-1].sum(axis=0)))
    )


@pytest.mark.parametrize("day", [0, 57, 200, DAYS - 2])
def test_the_future_changes_nothing_that_is_filtered(day: int) -> None:
    y, chains = some_returns(), some_chains()
    other = y.copy()
    other[day + 1 :] = 9.0
    one = hamilton(log_densities(y, chains), chains).filtered[: day + 1]
    two = hamilton(log_densities(other, chains), chains).filtered[: day + 1]
    assert one.tobytes() == two.tobytes()
    closes, changed = np.exp(np.cumsum(y, axis=0) / 100), np.exp(np.cumsum(other, axis=0) / 100)
    assert (trend(kama(closes))[: day + 1] == trend(kama(changed))[: day + 1]).all()


def test_an_impossible_observation_is_no_accident() -> None:
    y, chains = some_returns(1), some_chains(1)
    y[100] = 300.0
    forward = hamilton(log_densities(y, chains), chains)
    assert np.isfinite(forward.log_likelihood).all()
    assert forward.filtered[100, 0] == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_fit_and_company_changes_nothing() -> None:
    y = some_returns(4)
    one, two, alone = fit(y, seed=3), fit(y, seed=3), fit(y[:, :1], seed=3)
    assert one.log_likelihood.tobytes() == two.log_likelihood.tobytes()
    assert alone.log_likelihood[0] == pytest.approx(one.log_likelihood[0], abs=1e-6)


def test_noise_of_one_kind_is_not_taken_for_two_regimes() -> None:
    y = np.random.default_rng(1).standard_normal((1260, 12))
    verdicts = fit(y).verdicts
    assert sum(verdict is Verdict.ACCEPTED for verdict in verdicts) <= 1


def test_a_series_that_stands_still_is_refused() -> None:
    y = some_returns(2)
    y[:, 1] = 1.0
    with pytest.raises(ValueError, match=r"series \[1\] are constant"):
        fit(y)


def test_models_with_slopes_want_the_day_before() -> None:
    chains = some_chains(1)
    sloped = Chains(
        mean=chains.mean,
        variance=chains.variance,
        stay=chains.stay,
        start=chains.start,
        slope=np.zeros((2, 1)),
    )
    with pytest.raises(ValueError, match="want the observations before"):
        log_densities(some_returns(1), sloped)


def test_too_few_days_have_no_trend() -> None:
    closes = np.ones((8, 2))
    assert np.isnan(kama(closes)).all()
    assert (trend(kama(closes)) == 0).all()


def test_states_that_follow_no_order_say_nothing_of_the_next_day() -> None:
    y, chains = some_returns(), some_chains()
    share = 0.3
    even = Chains(
        mean=chains.mean,
        variance=chains.variance,
        stay=np.stack((np.full(3, 1 - share), np.full(3, share))),
        start=np.stack((np.full(3, 1 - share), np.full(3, share))),
    )
    density = np.exp(log_densities(y, even))
    alone = share * density[1] / (share * density[1] + (1 - share) * density[0])

    assert hamilton(log_densities(y, even), even).filtered == pytest.approx(alone)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_a_certain_start_stands_against_its_first_observation(certain: float) -> None:
    y, chains = some_returns(1), some_chains(1)
    y[0] = 30.0 if certain == 0.0 else 0.0
    sure = Chains(
        mean=chains.mean,
        variance=np.array([[0.5], [900.0]]),
        stay=chains.stay,
        start=np.array([[1.0 - certain], [certain]]),
    )
    densities = log_densities(y, sure)
    forward = hamilton(densities, sure)

    assert forward.filtered[0, 0] == certain
    assert forward.log_densities[0, 0] == pytest.approx(densities[int(certain), 0, 0])
    assert np.isfinite(forward.log_likelihood).all()


def test_a_climb_that_is_cut_short_has_not_settled() -> None:
    y, chains = some_returns(), some_chains()
    short, whole = ascend(y, chains, most_rounds=2), ascend(y, chains)

    assert not short.settled.any()
    assert whole.settled.all()
    assert (whole.log_likelihood >= short.log_likelihood).all()
    assert (short.log_likelihood >= em_step(y, chains)[1]).all()


def test_a_start_out_of_this_world_is_left_where_it_is() -> None:
    y, chains = some_returns(), some_chains()
    chains.mean[0, 1] = np.nan
    found = ascend(y, chains)

    assert found.settled.tolist() == [True, False, True]


def test_a_fit_from_one_start_is_a_fit() -> None:
    y = some_returns(2, seed=8)
    one, many = fit(y, starts=1), fit(y)

    assert (one.log_likelihood <= many.log_likelihood + 1e-4).all()
    assert many.ratio.shape == many.duration.shape == many.occupancy.shape == (2,)
    assert (many.ratio >= 1.0).all()


def test_progress_is_told() -> None:
    heard: list[int] = []
    fit(some_returns(2), progress=heard.append)

    assert heard[-1] == 0
