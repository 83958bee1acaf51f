"""Futures are those that were ordered, and their values are those of the one model."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tradeengine.fundamentals.dcf import Capital, Firm, Paths, worth
from tradeengine.fundamentals.monte_carlo import (
    YEARS,
    Outlook,
    Simulator,
    central,
    paths_of,
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


def nothing(paths: int) -> np.ndarray:
    return np.zeros((2 * YEARS + 5, paths // 2))


def test_without_shocks_every_path_is_the_deterministic_model() -> None:
    simulator = Simulator(6)
    futures = simulator.from_normals(OUTLOOK, nothing(6))
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

    found = worth(OUTLOOK.firm, paths_of(OUTLOOK, futures)).per_share

    assert found == pytest.approx(np.full(6, expected), rel=1e-12)
    assert central(OUTLOOK).per_share[0] == pytest.approx(expected, rel=1e-12)


def test_each_path_alone_has_the_value_that_it_has_among_all() -> None:
    simulator = Simulator(40)
    together = simulator.per_share(OUTLOOK, seed=3)
    futures = simulator.futures(OUTLOOK, seed=3)
    tax, capex = OUTLOOK.tax[:, None], OUTLOOK.capital_expenditure[:, None]
    for path in range(40):
        alone = Paths(
            growth=futures.growth[:, [path]],
            margin=futures.margin[:, [path]],
            tax=tax,
            wacc=futures.wacc[path],
            terminal_growth=futures.terminal_growth[path],
            terminal_roic=futures.terminal_roic[path],
            capital_expenditure=capex,
        )
        value = worth(OUTLOOK.firm, alone).per_share[0] * futures.error[path]
        assert together[path] == pytest.approx(value, rel=1e-12)


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
    simulator = Simulator(200_000)
    futures = simulator.futures(OUTLOOK, seed=1)
    growth, margin = futures.growth[5], futures.margin[5]

    assert futures.beta.mean() == pytest.approx(1.1, abs=0.001)
    assert futures.beta.std() == pytest.approx(0.05, abs=0.001)
    assert futures.premium.mean() == pytest.approx(0.045, abs=0.0002)
    assert growth.std() == pytest.approx(0.06, abs=0.001)
    assert margin.std() == pytest.approx(0.03, abs=0.001)
    assert np.corrcoef(growth, futures.growth[6])[0, 1] == pytest.approx(0.3, abs=0.01)
    assert np.corrcoef(margin, futures.margin[6])[0, 1] == pytest.approx(0.4, abs=0.01)
    assert futures.error.mean() == pytest.approx(1.0, abs=0.002)
    assert np.log(futures.error).std() == pytest.approx(0.20, abs=0.001)


def test_shocks_to_growth_and_margin_are_related() -> None:
    futures = Simulator(200_000).futures(OUTLOOK, seed=1)

    assert np.corrcoef(futures.growth[0], futures.margin[0])[0, 1] == pytest.approx(0.3, abs=0.01)


def test_bounds_hold_on_every_path() -> None:
    wild = replace(
        OUTLOOK, growth_spread=1.0, margin_spread=1.0, beta_error=5.0, premium_error=0.1,
        risk_free=0.02,
    )  # fmt: skip
    futures = Simulator(2000).futures(wild, seed=2)

    for drawn, low, high in (
        (futures.growth, -0.30, 0.40),
        (futures.margin, -0.50, 0.80),
        (futures.beta, 0.4, 2.5),
        (futures.premium, 0.03, 0.065),
        (futures.wacc, 0.04, 0.20),
        (futures.terminal_growth, 0.0, 0.02),
    ):
        assert low <= drawn.min()
        assert drawn.max() <= high
    assert (futures.terminal_growth <= futures.wacc - 0.02 + 1e-15).all()
    assert (futures.terminal_roic >= futures.wacc).all()


def test_paths_come_in_pairs_of_opposites() -> None:
    futures = Simulator(8).futures(OUTLOOK, seed=4)

    assert futures.beta[:4] + futures.beta[4:] == pytest.approx(np.full(4, 2.2))
    assert Simulator(7).paths == 8
