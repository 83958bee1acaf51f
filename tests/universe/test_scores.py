"""Scores are those of the single formulas, on the days that each share has."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tradeengine.model.plan import Regime
from tradeengine.universe.beta import least_squares, vasicek, winsorised
from tradeengine.universe.mapping import ENTRY_AND_EXIT, Mapping
from tradeengine.universe.mean_return_difference import drawn
from tradeengine.universe.parameters import UniverseParameters
from tradeengine.universe.scores import Histories, score

MRD: Final = json.loads((Path(__file__).parents[1] / "golden" / "mrd.json").read_text())
WANTED: Final = UniverseParameters(beta_days=2520, beta_days_min=100, history_days=2520)


def golden() -> Histories:
    states = {MRD["A"]: Regime.HV_BEAR, MRD["B"]: Regime.LV_BULL}
    return Histories(
        symbols=tuple(MRD["returns"]),
        shares=np.column_stack(list(MRD["returns"].values())),
        market=np.array(MRD["market"]),
        risk_free=np.zeros(len(MRD["market"])),
        states=tuple(states.get(each, Regime.UNKNOWN) for each in MRD["states"]),
    )


def test_differences_are_drawn_as_the_golden_ones_are() -> None:
    found = score(golden(), Mapping.CONTRARIAN, WANTED)
    own, market = golden().shares, golden().market
    fitted = least_squares(winsorised(own), winsorised(market[:, None])[:, 0])
    betas = vasicek(fitted.beta, fitted.standard_error, fitted.beta.mean(), fitted.beta.std(ddof=1))
    assert found.beta == pytest.approx(betas, abs=1e-12)
    # The golden file takes the beta of plain least squares: within what the draw moves it.
    golden_values = [row["mrd"] for row in MRD["beta_neutral"].values()]
    assert found.difference == pytest.approx(golden_values, abs=2e-2)
    assert found.difference_drawn == pytest.approx(MRD["beta_neutral_eb"]["posterior"], abs=2e-2)
    assert set(found.entry_days) == {448}
    assert set(found.exit_days) == {151}
    assert found.confidence.argmax() == found.difference_drawn.argmax()
    assert (found.confidence > 0.5).sum() in range(1, 6)


def test_the_other_mapping_turns_the_sign() -> None:
    one, other = (score(golden(), each, WANTED) for each in (Mapping.CONTRARIAN, Mapping.TREND))
    assert one.difference == pytest.approx(-other.difference, abs=1e-12)
    assert one.difference_error == pytest.approx(other.difference_error, abs=1e-12)
    assert one.entry_days.tolist() == other.exit_days.tolist()
    assert one.exit_days.tolist() == other.entry_days.tolist()


def test_without_a_mapping_there_is_no_difference() -> None:
    found = score(golden(), Mapping.OFF, WANTED)
    assert np.isnan(found.difference_drawn).all()
    assert found.confidence.tolist() == [0.5] * 6
    assert np.isfinite(found.beta).all()


def test_every_mapping_has_its_states() -> None:
    assert set(ENTRY_AND_EXIT) == set(Mapping)


def test_a_share_with_holes_is_scored_on_its_own_days() -> None:
    histories = golden()
    shares = histories.shares.copy()
    shares[:50, 2] = np.nan
    shares[300, 2] = np.nan
    found = score(replace(histories, shares=shares), Mapping.CONTRARIAN, WANTED)
    days = np.isfinite(shares[:, 2])
    alone = least_squares(
        winsorised(histories.shares[days][:, [2]]), winsorised(histories.market[:, None])[days, 0]
    )
    assert found.days.tolist() == [600, 600, 549, 600, 600, 600]
    assert found.beta_error[2] == pytest.approx(alone.standard_error[0], abs=1e-12)
    assert found.entry_days[2] < 448
    others = [0, 1, 3, 4, 5]
    whole = score(histories, Mapping.CONTRARIAN, WANTED)
    assert found.entry_days[others].tolist() == [448] * 5
    assert found.beta_error[others] == pytest.approx(whole.beta_error[others], abs=1e-12)


def test_a_share_with_too_few_days_is_not_scored_and_moves_no_other() -> None:
    histories = golden()
    young = np.full((600, 1), np.nan)
    young[-20:] = 0.01
    found = score(
        replace(
            histories,
            symbols=(*histories.symbols, "NEW"),
            shares=np.hstack((histories.shares, young)),
        ),
        Mapping.CONTRARIAN,
        WANTED,
    )
    whole = score(histories, Mapping.CONTRARIAN, WANTED)
    assert np.isnan([found.beta[6], found.difference_drawn[6], found.sharpe_drawn[6]]).all()
    assert found.difference_drawn[:6] == pytest.approx(whole.difference_drawn, abs=1e-12)
    assert found.sharpe_drawn[:6] == pytest.approx(whole.sharpe_drawn, abs=1e-12)


def test_only_the_last_days_count() -> None:
    histories = golden()
    shares, market = histories.shares.copy(), histories.market.copy()
    shares[:90], market[:90] = 0.05, -0.05
    wanted = WANTED.model_copy(update={"beta_days": 500, "history_days": 500})
    assert score(
        replace(histories, shares=shares, market=market), Mapping.CONTRARIAN, wanted
    ).difference == pytest.approx(score(histories, Mapping.CONTRARIAN, wanted).difference)


def test_stale_prices_are_seen() -> None:
    """A share that follows the market a day late has no beta and a large one of Dimson's."""
    random = np.random.default_rng(5)
    market = random.normal(0.0, 0.01, 600)
    noise = random.normal(0.0, 0.001, (600, 2))
    late = np.concatenate(([0.0], market[:-1]))
    histories = replace(
        golden(),
        symbols=("NOW", "LATE"),
        shares=np.column_stack((market, late)) + noise,
        market=market,
    )
    assert score(histories, Mapping.OFF, WANTED).stale.tolist() == [False, True]


def test_a_number_alone_is_its_own_mean() -> None:
    found = drawn(np.array([0.3]), np.array([0.1]))
    assert (found.value.tolist(), found.mean, found.spread) == ([0.3], 0.3, 0.0)


def test_nobody_is_scored_where_nobody_has_days() -> None:
    histories = golden()
    found = score(
        replace(histories, shares=np.full_like(histories.shares, np.nan)),
        Mapping.CONTRARIAN,
        WANTED,
    )
    assert np.isnan(found.beta).all()
    assert np.isnan(found.difference_drawn).all()
    assert np.isnan(found.sharpe_drawn).all()
