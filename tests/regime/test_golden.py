"""Filter, smoother and EM against statsmodels and hmmlearn; the trend against TA-Lib's KAMA."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from tradeengine.regime.ascent import ascend
from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.em import em_step
from tradeengine.regime.fit import Verdict, fit
from tradeengine.regime.hamilton import Forward, hamilton
from tradeengine.regime.kim import kim
from tradeengine.regime.trend import kama, trend

FOLDER: Final = Path(__file__).parents[1] / "golden"
MODELS: Final = json.loads((FOLDER / "regime_msr.json").read_text())
TREND: Final = json.loads((FOLDER / "kama_trend.json").read_text())
INDICATORS: Final = json.loads((FOLDER / "indicators_talib.json").read_text())


def column(values: list[float]) -> Floats:
    return np.array(values, dtype=np.float64)[:, None]


def chains_of(case: dict[str, Any]) -> Chains:
    stay = [row[state] for state, row in enumerate(case["P_row_stochastic"])]
    known = Chains(
        mean=column(case["mu"]),
        variance=column(case["sigma2"]),
        stay=column(stay),
        start=column(case.get("initial", [0.5, 0.5])),
        slope=column(case["beta"]) if "beta" in case else None,
    )
    return known if "initial" in case else known.settled()


def filtered(case: dict[str, Any]) -> tuple[Forward, Chains]:
    chains, y = chains_of(case), column(case["y"])
    if "beta" in case:
        return hamilton(log_densities(y[1:], chains, y[:-1]), chains), chains
    return hamilton(log_densities(y, chains), chains), chains


@pytest.mark.parametrize("name", ["A_fixed_params", "B_fixed_params", "C_tiny"])
def test_filter_and_smoother_at_given_parameters(name: str) -> None:
    case = MODELS[name]
    forward, chains = filtered(case)
    backward = kim(forward, chains)
    assert forward.log_likelihood[0] == pytest.approx(case["loglik_total"], abs=1e-9)
    assert forward.filtered[:, 0] == pytest.approx(case["filtered_p1"], abs=1e-9)
    assert backward.smoothed[:, 0] == pytest.approx(case["smoothed_p1"], abs=1e-9)
    if "predicted_p1" in case:
        assert forward.predicted[:, 0] == pytest.approx(case["predicted_p1"], abs=1e-9)
        assert forward.log_densities[:, 0] == pytest.approx(case["loglik_obs"], abs=1e-9)


def test_expected_transitions() -> None:
    case = MODELS["A_fixed_params"]
    forward, chains = filtered(case)
    backward = kim(forward, chains)
    (calm, up), (down, wild) = case["expected_transitions"]
    assert backward.stayed[:, 0] == pytest.approx([calm, wild], abs=1e-9)
    assert backward.left[:, 0] == pytest.approx([up, down], abs=1e-9)


def test_each_em_step() -> None:
    case, reference = MODELS["A_fixed_params"], MODELS["A_mle_fit"]["em_reference"]
    chains, y, reached = chains_of(case), column(case["y"]), []
    for _ in range(10):
        chains, value = em_step(y, chains)
        reached.append(float(value[0]))
    assert reached == pytest.approx(reference["first10_llf"], abs=1e-9)


def test_the_ascent_ends_where_patient_em_ends() -> None:
    case, reference = MODELS["A_fixed_params"], MODELS["A_mle_fit"]["em_reference"]
    found = ascend(column(case["y"]), chains_of(case), tolerance=1e-9)
    assert found.log_likelihood[0] == pytest.approx(reference["llf"], abs=1e-6)
    assert found.chains.mean[:, 0] == pytest.approx(reference["mu"], rel=1e-3)
    assert found.chains.variance[:, 0] == pytest.approx(reference["sigma2"], rel=1e-3)


def test_a_fit_from_nothing_is_no_worse_than_that_of_statsmodels() -> None:
    y = column(MODELS["A_fixed_params"]["y"])
    found = fit(y)
    assert found.verdicts == (Verdict.ACCEPTED,)
    assert found.log_likelihood[0] >= MODELS["A_mle_fit"]["llf"]
    assert found.log_likelihood[0] == pytest.approx(3068.738703487782, abs=1e-5)


def test_a_fit_with_slopes_is_no_worse_than_that_of_statsmodels() -> None:
    y = column(MODELS["B_fixed_params"]["y"])
    found = fit(y[1:], y[:-1])
    assert found.log_likelihood[0] >= MODELS["B_mle_fit"]["llf"]
    assert found.chains.slope is not None
    assert found.chains.slope[:, 0] == pytest.approx([0.07, -0.163], abs=0.005)


def test_kama() -> None:
    ours = kama(column(INDICATORS["ohlcv"]["close"]))[:, 0]
    golden = np.array(INDICATORS["talib"]["KAMA10"], dtype=np.float64)
    assert ours == pytest.approx(golden, abs=1e-9, nan_ok=True)


def test_kama_of_a_market_that_stops_moving() -> None:
    flat = INDICATORS["flat_market"]
    golden = np.array(flat["KAMA10"], dtype=np.float64)
    assert kama(column(flat["close"]))[:, 0] == pytest.approx(golden, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("name", "gamma"), [("gamma=0.15", 0.15), ("gamma=1.0", 1.0)])
def test_the_trend(name: str, gamma: float) -> None:
    average = kama(column(TREND["closes"]))
    assert trend(average, gamma=gamma)[:, 0].tolist() == TREND["trend"][name]
