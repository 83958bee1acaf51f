"""Betas, mean return differences and the selection against independent calculations."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tradeengine.universe import beta
from tradeengine.universe.mean_return_difference import Differences, differences, drawn

FOLDER: Final = Path(__file__).parents[1] / "golden"
BETA: Final = json.loads((FOLDER / "beta.json").read_text())
MRD: Final = json.loads((FOLDER / "mrd.json").read_text())


def test_betas() -> None:
    share, market, golden = (
        np.array(BETA["stock"])[:, None],
        np.array(BETA["market"]),
        BETA["results"],
    )
    found = beta.least_squares(share, market)
    assert found.beta[0] == pytest.approx(golden["ols"], abs=1e-9)
    assert found.standard_error[0] == pytest.approx(golden["ols_se"], abs=1e-9)
    assert found.alpha[0] == pytest.approx(golden["alpha"], abs=1e-9)
    drawn = beta.vasicek(found.beta, found.standard_error, 1.0, 0.35)
    assert drawn[0] == pytest.approx(golden["vasicek"], abs=1e-9)
    assert beta.dimson(share, market)[0] == pytest.approx(golden["dimson_lag1_lead1"], abs=1e-9)
    # Covariance and variance with other degrees of freedom: a bug of an earlier system.
    assert abs(found.beta[0] - golden["ancestor_cov_ddof1_over_var_ddof0"]) > 1e-3


def found_in(returns: np.ndarray) -> Differences:
    states = np.array(MRD["states"])
    return differences(returns, states == MRD["A"], states == MRD["B"])


@pytest.mark.parametrize("kind", ["raw", "beta_neutral"])
def test_mean_return_differences(kind: str) -> None:
    returns = np.column_stack(list(MRD["returns"].values()))
    market = np.array(MRD["market"])
    if kind == "beta_neutral":
        returns = returns - np.outer(market, beta.least_squares(returns[1:], market[1:]).beta)
    found, golden = found_in(returns), MRD[kind].values()
    assert found.value == pytest.approx([row["mrd"] for row in golden], abs=1e-9)
    assert found.standard_error == pytest.approx([row["se"] for row in golden], abs=1e-9)
    assert (found.entry_days, found.exit_days) == (448, 151)
    shrunk, prior = drawn(found.value, found.standard_error), MRD[f"{kind}_eb"]
    assert shrunk.spread == pytest.approx(prior["tau2"], abs=1e-9)
    assert shrunk.mean == pytest.approx(prior["prior_mean"], abs=1e-9)
    assert shrunk.weights == pytest.approx(prior["weights"], abs=1e-9)
    assert shrunk.value == pytest.approx(prior["posterior"], abs=1e-9)


def test_without_days_of_both_kinds_there_is_nothing_to_compare() -> None:
    never = np.zeros(10, dtype=bool)
    with pytest.raises(ValueError, match="0 entry days and 9 exit days"):
        differences(np.zeros((10, 1)), never, ~never)


def test_noise_alone_tells_no_shares_apart() -> None:
    noisy = drawn(np.array([0.1, -0.1, 0.0]), np.ones(3))
    assert noisy.value == pytest.approx([0.0, 0.0, 0.0])


def test_outliers_are_bounded() -> None:
    returns = np.array([[-1.0], [0.0], [1.0], [0.5], [100.0]])
    assert beta.winsorised(returns)[:, 0].max() == pytest.approx(0.5 + 6 * 0.5)
