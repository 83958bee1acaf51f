"""Futures are those that were ordered, and their values are those of the one model."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tradeengine.fundamentals.central import central
from tradeengine.fundamentals.dcf import Capital, Ends, Firm, Floats, Number, Paths, worth
from tradeengine.fundamentals.monte_carlo import (
    TOGETHER,
    Draw,
    Outlook,
    Simulator,
    drawn,
    seed_of,
)
from tradeengine.fundamentals.outlook import faded

OUTLOOK = Outlook(
    firm=Firm(
        revenue=1000.0,
        depreciation=0.05,
        capital_expenditure=0.06,
        working_capital=0.1,
        net_debt=300.0,
        minorities=0.0,
        shares=100.0,
    ),
    capital=Capital(equity=2000.0, debt=400.0, interest=20.0, average_debt=410.0),
    growth=0.08,
    growth_spread=0.06,
    margin=0.25,
    margin_mean=0.22,
    margin_spread=0.03,
    tax=faded(0.20, 0.25),
    capital_expenditure=faded(0.06, 0.055),
    beta=1.1,
    beta_error=0.05,
    premium=0.045,
    premium_error=0.007,
    risk_free=0.04,
)


def zeros(empty: Floats) -> None:
    empty.fill(0.0)


def normals(seed: int) -> Draw:
    generator = np.random.default_rng(seed)
    return lambda empty: generator.standard_normal(out=empty)


class Drawn:
    """Futures with all years kept, years x paths, and one number a path of all else."""

    def __init__(self, outlook: Outlook, draws: int, draw: Draw) -> None:
        futures = drawn(outlook, draws, draw)

        def each_path(values: Number) -> Floats:
            return np.array(np.broadcast_to(values, (2, 2 * draws))).ravel()

        years = [(each_path(year.growth), each_path(year.margin)) for year in futures.years]
        self.growth, self.margin = (np.array(each) for each in zip(*years, strict=True))
        self.futures = replace(
            futures,
            beta=each_path(futures.beta),
            premium=each_path(futures.premium),
            error=each_path(futures.error),
        )
        self.ends = Ends(
            wacc=each_path(futures.ends.wacc),
            terminal_growth=each_path(futures.ends.terminal_growth),
            terminal_roic=each_path(futures.ends.terminal_roic),
        )

    def paths(self, column: slice) -> Paths:
        return Paths(
            growth=self.growth[:, column],
            margin=self.margin[:, column],
            tax=OUTLOOK.tax[:, None],
            wacc=np.asarray(self.ends.wacc)[column],
            terminal_growth=np.asarray(self.ends.terminal_growth)[column],
            terminal_roic=np.asarray(self.ends.terminal_roic)[column],
            capital_expenditure=OUTLOOK.capital_expenditure[:, None],
        )


def test_without_shocks_every_path_is_the_deterministic_model() -> None:
    still = Drawn(OUTLOOK, 2, zeros)
    wacc = (2000 * (0.04 + 1.1 * 0.045) + 400 * (20 / 410) * 0.8) / 2400
    growth, margin, level = [], [], 0.25
    for year in range(10):
        growth.append(0.025 + (0.08 - 0.025) * 0.75**year)
        level = level + 0.6 * (0.22 - level)
        margin.append(level)
    alone = Paths(
        growth=np.array(growth)[:, None],
        margin=np.array(margin)[:, None],
        tax=np.array([0.2] * 5 + [0.21, 0.22, 0.23, 0.24, 0.25])[:, None],
        wacc=wacc,
        terminal_growth=0.025,
        terminal_roic=wacc + 0.02,
        capital_expenditure=np.array([0.06] * 5 + [0.059, 0.058, 0.057, 0.056, 0.055])[:, None],
    )
    expected = worth(OUTLOOK.firm, alone).per_share[0]

    found = worth(OUTLOOK.firm, still.paths(slice(None))).per_share

    assert found == pytest.approx(np.full(8, expected), rel=1e-12)
    assert central([OUTLOOK]).per_share == pytest.approx([expected], rel=1e-12)
    assert still.futures.error == pytest.approx(np.full(8, np.exp(-0.02)))


def test_many_companies_at_once_have_the_values_that_they_have_alone() -> None:
    other = replace(
        OUTLOOK, firm=replace(OUTLOOK.firm, revenue=500.0), growth=0.02, beta=0.8, margin=0.3
    )
    together = central([OUTLOOK, other, OUTLOOK]).per_share

    alone = [central([each]).per_share[0] for each in (OUTLOOK, other)]
    assert together == pytest.approx([*alone, alone[0]], rel=1e-12)


def test_each_path_alone_has_the_value_that_it_has_among_all() -> None:
    simulator = Simulator(40)
    together = simulator.per_share(OUTLOOK, seed=3)
    futures = Drawn(OUTLOOK, 10, normals(3))
    assert together.shape == (4, 10)
    for path in range(40):
        alone = worth(OUTLOOK.firm, futures.paths(slice(path, path + 1))).per_share[0]
        value = alone * futures.futures.error[path]
        assert together.ravel()[path] == pytest.approx(value, rel=1e-12)


def test_more_draws_than_are_valued_together_are_valued_in_turns() -> None:
    found = Simulator(4 * (TOGETHER + 7)).per_share(OUTLOOK, 3)

    assert found.shape == (4, TOGETHER + 7)
    assert found[:, :TOGETHER] == pytest.approx(Simulator(4 * TOGETHER).per_share(OUTLOOK, 3))
    assert found[:, TOGETHER:].min() > 0


def test_the_same_seed_gives_the_same_numbers_whatever_was_drawn_before() -> None:
    fresh, used = Simulator(1000), Simulator(1000)
    used.per_share(replace(OUTLOOK, growth=0.2), seed=9)

    assert used.per_share(OUTLOOK, 7).tobytes() == fresh.per_share(OUTLOOK, 7).tobytes()
    assert used.per_share(OUTLOOK, 8).tobytes() != fresh.per_share(OUTLOOK, 7).tobytes()


def test_the_seed_is_of_the_company_its_latest_filing_and_the_model() -> None:
    # Literal, so that no machine and no release draws other futures unnoticed.
    assert seed_of(320193, date(2010, 4, 21)) == 124845063421779412
    seeds = {
        seed_of(320193, date(2010, 4, 21)),
        seed_of(320194, date(2010, 4, 21)),
        seed_of(320193, date(2010, 4, 22)),
        seed_of(320193, date(2010, 4, 21), version=99),
    }
    assert len(seeds) == 4


def test_draws_have_the_moments_that_were_ordered() -> None:
    found = Drawn(OUTLOOK, 50_000, normals(1))
    growth, margin, futures = found.growth[5], found.margin[5], found.futures

    assert futures.beta.mean() == pytest.approx(1.1, abs=0.001)
    assert futures.beta.std() == pytest.approx(0.05, abs=0.001)
    assert futures.premium.mean() == pytest.approx(0.045, abs=0.0002)
    assert growth.std() == pytest.approx(0.06, abs=0.001)
    assert margin.std() == pytest.approx(0.03, abs=0.001)
    assert np.corrcoef(growth, found.growth[6])[0, 1] == pytest.approx(0.3, abs=0.01)
    assert np.corrcoef(margin, found.margin[6])[0, 1] == pytest.approx(0.4, abs=0.01)
    assert np.corrcoef(found.growth[0], found.margin[0])[0, 1] == pytest.approx(0.3, abs=0.01)
    assert futures.error.mean() == pytest.approx(1.0, abs=0.002)
    assert np.log(futures.error).std() == pytest.approx(0.20, abs=0.001)


def test_bounds_hold_on_every_path() -> None:
    wild = replace(
        OUTLOOK, growth_spread=1.0, margin_spread=1.0, beta_error=5.0, premium_error=0.1,
        risk_free=0.02,
    )  # fmt: skip
    found = Drawn(wild, 500, normals(2))
    wacc, after = np.asarray(found.ends.wacc), np.asarray(found.ends.terminal_growth)

    for drawn_numbers, low, high in (
        (found.growth, -0.30, 0.40),
        (found.margin, -0.50, 0.80),
        (found.futures.beta, 0.4, 2.5),
        (found.futures.premium, 0.03, 0.065),
        (wacc, 0.04, 0.20),
        (after, 0.0, 0.02),
    ):
        assert low <= drawn_numbers.min()
        assert drawn_numbers.max() <= high
    assert (after <= wacc - 0.02 + 1e-15).all()
    assert (found.ends.terminal_roic >= wacc).all()


def test_the_paths_of_a_draw_have_its_signs() -> None:
    found = Drawn(OUTLOOK, 3, normals(4))
    beta = found.futures.beta.reshape(4, 3) - 1.1
    error = np.log(found.futures.error).reshape(4, 3) + 0.02
    growth = found.growth[0].reshape(4, 3) - 0.08

    for same, signs in ((beta, (1, -1, 1, -1)), (growth, (1, -1, 1, -1)), (error, (1, -1, -1, 1))):
        for row, sign in zip(same, signs, strict=True):
            assert row == pytest.approx(sign * same[0])


def test_paths_are_rounded_up_to_whole_draws() -> None:
    assert Simulator(7).per_share(OUTLOOK, 1).size == 8
