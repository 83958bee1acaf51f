"""Paths through a day hit its bar exactly."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.venue.market.scene import OPEN_AT, draws
from tradeengine.model.instants import MINUTE
from tradeengine.venue.market.columns import Floats, Minutes
from tradeengine.venue.market.paths import DayBar, minutes_of_day
from tradeengine.venue.market.prints import Density, print_minutes

STARTS = OPEN_AT + np.arange(390) * MINUTE
STILL = np.zeros(390)
USUAL = DayBar(49.71, 50.12, 49.40, 49.95, 12_345_678)


def path(day: DayBar = USUAL, market: Floats = STILL, beta: float = 1.0, seed: int = 1) -> Minutes:
    return minutes_of_day(day, STARTS, market, beta, draws(seed))


def day_of(minutes: Minutes) -> DayBar:
    return DayBar(
        float(minutes.open[0]),
        float(minutes.high.max()),
        float(minutes.low.min()),
        float(minutes.close[-1]),
        int(minutes.volume.sum()),
    )


@st.composite
def days(draw: st.DrawFn) -> DayBar:
    low = draw(st.integers(100, 200_000))
    high = low + draw(st.integers(0, max(1, low // 5)))
    first = draw(st.one_of(st.sampled_from([low, high]), st.integers(low, high)))
    last = draw(st.one_of(st.sampled_from([low, high]), st.integers(low, high)))
    volume = draw(st.one_of(st.integers(4, 40_000), st.integers(4, 10**8)))
    return DayBar(first / 100, high / 100, low / 100, last / 100, volume)


@given(day=days(), seed=st.integers(0, 2**32))
def test_any_day_is_given_back_exactly_and_can_be_printed(day: DayBar, seed: int) -> None:
    minutes = path(day, seed=seed)

    assert day_of(minutes) == day
    prints = print_minutes(minutes, Density(3, 6), draws())
    assert prints.size.sum() == day.volume
    assert prints.price[0] == day.open
    assert prints.price[-1] == day.close


def test_prices_off_the_cent_are_kept_where_the_day_had_them() -> None:
    day = DayBar(49.7125, 50.1234, 49.4001, 49.9599, 12_345_678)

    assert day_of(path(day)) == day


def test_a_busy_day_trades_in_every_minute() -> None:
    assert path().start.tolist() == STARTS.tolist()


def test_a_quiet_day_trades_in_few_minutes() -> None:
    minutes = path(DayBar(10.0, 10.5, 9.5, 10.2, 400))

    assert len(minutes) == 10
    assert set(minutes.start) <= set(STARTS)
    assert (np.diff(minutes.start) > 0).all()


def test_volume_has_the_shape_of_a_u() -> None:
    volume = path().volume

    assert volume[:30].sum() > 2 * volume[180:210].sum()
    assert volume[-30:].sum() > 1.5 * volume[180:210].sum()


def test_a_share_moves_with_the_market() -> None:
    market = np.cumsum(draws(5).standard_normal(390)) * 0.0004

    minutes = path(market=market, beta=1.2)

    own, common = np.diff(np.log(minutes.close)), np.diff(market)
    assert np.corrcoef(own, common)[0, 1] > 0.5


def test_without_beta_a_share_goes_its_own_way() -> None:
    market = np.cumsum(draws(5).standard_normal(390)) * 0.0004

    minutes = path(market=market, beta=0.0)

    own, common = np.diff(np.log(minutes.close)), np.diff(market)
    assert abs(np.corrcoef(own, common)[0, 1]) < 0.25


def test_neighbouring_minutes_hang_together() -> None:
    minutes = path()

    gap = np.abs(np.log(minutes.open[1:] / minutes.close[:-1]))
    assert gap.max() < 0.003


def test_the_same_seed_gives_the_same_path_and_another_seed_another() -> None:
    assert path(seed=1).close.tolist() == path(seed=1).close.tolist()
    assert path(seed=1).close.tolist() != path(seed=2).close.tolist()
