"""Sharpe ratios, overfitting and folds against independent calculations."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tradeengine.evidence.folds import combinatorial, paths, purged, splits
from tradeengine.evidence.overfitting import overfitting
from tradeengine.evidence.sharpe import (
    Record,
    deflated,
    expected_best,
    least_periods,
    probability_above,
)

FOLDER: Final = Path(__file__).parents[1] / "golden"
SHARPE: Final = json.loads((FOLDER / "dsr_psr.json").read_text())
CSCV: Final = json.loads((FOLDER / "cscv_pbo.json").read_text())
FOLDS: Final = json.loads((FOLDER / "purged_cv.json").read_text())


@pytest.mark.parametrize(
    ("name", "trials", "skew", "kurtosis"),
    [
        ("N=100,skew=-3,kurt=10", 100, -3.0, 10.0),
        ("N=46,skew=-3,kurt=10", 46, -3.0, 10.0),
        ("N=88,skew=0,kurt=3", 88, 0.0, 3.0),
        ("N=100,skew=0,kurt=3", 100, 0.0, 3.0),
    ],
)
def test_a_deflated_ratio(name: str, trials: int, skew: float, kurtosis: float) -> None:
    golden = SHARPE["dsr_paper_example"]["values"][name]
    record = Record(sharpe=2.5 / 250**0.5, periods=1250, skew=skew, kurtosis=kurtosis)

    assert record.sharpe == pytest.approx(golden["SR_daily"], abs=1e-9)
    assert expected_best(trials, 0.5 / 250) == pytest.approx(golden["SR0_daily"], abs=1e-9)
    assert deflated(record, trials, 0.5 / 250) == pytest.approx(golden["DSR"], abs=1e-9)


def test_a_published_fund() -> None:
    golden = SHARPE["psr_examples"]
    odd = Record(sharpe=0.458, periods=24, skew=-2.448, kurtosis=10.164)
    normal = Record(sharpe=0.458, periods=24)

    assert probability_above(odd) == pytest.approx(golden["hedge_fund_24m_nonnormal"], abs=1e-9)
    assert probability_above(normal) == pytest.approx(golden["hedge_fund_24m_normal"], abs=1e-9)


@pytest.mark.parametrize("name", ["daily252", "weekly52", "monthly12"])
def test_how_long_a_record_must_last(name: str) -> None:
    golden, a_year = SHARPE["min_trl"][name], int("".join(filter(str.isdigit, name)))
    ratio, benchmark = 2.0 / a_year**0.5, 1.0 / a_year**0.5
    normal = Record(sharpe=ratio, periods=1)
    odd = Record(sharpe=ratio, periods=1, skew=-0.72, kurtosis=5.78)

    assert least_periods(normal, benchmark) == pytest.approx(golden["normal_obs"], abs=1e-9)
    assert least_periods(odd, benchmark) == pytest.approx(
        golden["skew_m0_72_kurt5_78_obs"], abs=1e-9
    )
    assert least_periods(odd, ratio) == float("inf")


def test_the_best_of_worthless_trials() -> None:
    for trials, golden in SHARPE["expected_max_SR_unit_variance"].items():
        assert expected_best(int(trials), 1.0) == pytest.approx(golden, abs=1e-9)
    with pytest.raises(ValueError, match="no choice"):
        expected_best(1, 1.0)


def test_a_series_of_returns() -> None:
    golden = SHARPE["vector_example"]
    record = Record.of(np.array(golden["returns"]))

    assert record.sharpe == pytest.approx(golden["sr"], abs=1e-9)
    assert record.skew == pytest.approx(golden["skew"], abs=1e-9)
    assert record.kurtosis == pytest.approx(golden["kurt"], abs=1e-9)
    assert probability_above(record) == pytest.approx(golden["psr_vs_0"], abs=1e-9)
    half = 0.5 / 252**0.5
    assert probability_above(record, half) == pytest.approx(golden["psr_vs_0p5ann"], abs=1e-9)
    assert least_periods(record) == pytest.approx(golden["minTRL_vs0"], abs=1e-9)


@pytest.mark.parametrize("returns", [[0.1, 0.2], [0.1, 0.1, 0.1]])
def test_too_little_is_no_record(returns: list[float]) -> None:
    with pytest.raises(ValueError, match="three returns"):
        Record.of(np.array(returns))


@pytest.mark.parametrize("kind", ["noise", "signal"])
def test_overfitting(kind: str) -> None:
    returns = np.array(CSCV["noise"])
    if kind == "signal":
        returns[:, 3] += 0.004
    golden = CSCV[f"{kind}_result"]
    found = overfitting(returns, golden["S"])

    assert found.probability == pytest.approx(golden["pbo"], abs=1e-9)
    assert found.loss == pytest.approx(golden["prob_loss"], abs=1e-9)
    assert found.logits == pytest.approx(np.array(golden["logits"]), abs=1e-9)
    assert found.chosen.tolist() == golden["n_star"]
    assert found.slope == pytest.approx(golden["degradation_slope"], abs=1e-9)
    assert found.intercept == pytest.approx(golden["degradation_intercept"], abs=1e-9)


def test_periods_that_fill_no_block_are_left_out() -> None:
    returns = np.array(CSCV["noise"])
    longer = np.vstack((returns[:3] * 9.0, returns))

    assert overfitting(longer, 8).logits == pytest.approx(overfitting(returns, 8).logits)


@pytest.mark.parametrize(("blocks", "columns"), [(7, 10), (8, 1), (240, 10)])
def test_what_cannot_be_halved_is_refused(blocks: int, columns: int) -> None:
    with pytest.raises(ValueError, match="even number of blocks"):
        overfitting(np.array(CSCV["noise"])[:, :columns], blocks)


def test_purged_folds() -> None:
    found = purged(np.array(FOLDS["t1"]), FOLDS["k"], FOLDS["embargo"])

    assert len(found) == FOLDS["k"]
    for fold, golden in zip(found, FOLDS["folds"], strict=True):
        assert [fold.test[0], fold.test[-1]] == golden["test"]
        assert fold.train.tolist() == golden["train"]


def test_combinations_of_groups() -> None:
    for name, golden in FOLDS["cpcv"].items():
        groups, tested = (int(part.split("=")[1]) for part in name.split(","))
        found = list(combinatorial(np.arange(60), groups, tested))
        assert len(found) == splits(groups, tested) == golden["splits"]
        assert paths(groups, tested) == golden["paths"]
        # Each group is tested once on every path.
        tests = np.bincount(np.concatenate([fold.test for fold in found]))
        assert (tests == golden["paths"]).all()


def test_a_span_that_meets_a_test_is_not_trained_on() -> None:
    ends = np.minimum(np.arange(40) + 5, 39)
    for fold in combinatorial(ends, 8, 2, embargo=3):
        for sample in fold.train:
            assert not any(sample <= ends[test] and ends[sample] >= test for test in fold.test)


@pytest.mark.parametrize(("groups", "tested"), [(1, 1), (5, 0), (70, 2)])
def test_groups_that_cannot_be_are_refused(groups: int, tested: int) -> None:
    with pytest.raises(ValueError, match="more groups"):
        list(combinatorial(np.arange(60), groups, tested))
