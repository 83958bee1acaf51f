"""The selection is the best there is, and says what had to give way."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tradeengine.universe.selection import Preferences, Selection, select

FILE: Final = Path(__file__).parents[1] / "golden" / "universe_mip.json"
GOLDEN: Final = json.loads(FILE.read_text())


def strict(target: float, tolerance: float, cap: int, turnover: float) -> Preferences:
    return Preferences(
        names=4,
        beta_target=target,
        beta_tolerance=tolerance,
        beta_slack_cost=None,
        sector_cap=cap,
        sector_slack_cost=None,
        turnover_cost=turnover,
        may_miss=False,
    )


def chosen_with(wanted: Preferences) -> Selection | None:
    return select(
        np.array(GOLDEN["mrd"]),
        np.array(GOLDEN["sharpe"]),
        np.array(GOLDEN["beta"]),
        [str(sector) for sector in GOLDEN["sector"]],
        np.array(GOLDEN["x0"], dtype=bool),
        wanted,
    )


@pytest.mark.parametrize("name", list(GOLDEN["cases"]))
def test_the_choice_is_that_of_brute_force(name: str) -> None:
    given = dict(pair.split("=") for pair in name.split(","))
    wanted = strict(
        float(given["target"]), float(given["eps"]), int(given["cap"]), float(given["lam"])
    )
    found, golden = chosen_with(wanted), GOLDEN["cases"][name]
    if golden is None:
        assert found is None
    else:
        assert found is not None
        assert list(found.chosen) == golden["selected"]
        assert found.objective == pytest.approx(golden["objective"], abs=1e-9)
        assert found.gap == 0


def test_what_cannot_be_met_gives_way_and_is_told() -> None:
    found = chosen_with(
        Preferences(names=4, beta_target=0.3, beta_tolerance=0.02, sector_cap=2, may_miss=False)
    )
    assert found is not None
    assert found.beta_slack == pytest.approx(abs(found.mean_beta - 0.3) - 0.02, abs=1e-6)


def test_fewer_candidates_than_wanted_are_all_chosen() -> None:
    found = chosen_with(Preferences(names=20, sector_cap=20, beta_target=1.0))
    assert found is not None
    assert (len(found.chosen), found.missing) == (12, 8)


def test_equals_are_chosen_in_their_order() -> None:
    ones = np.ones(6)
    wanted = Preferences(names=3, beta_target=1.0, sector_cap=6)
    found = select(ones, ones, ones, ["a"] * 6, np.zeros(6, dtype=bool), wanted)
    assert found is not None
    assert found.chosen == (0, 1, 2)


def test_a_thousand_candidates_are_solved_to_the_end() -> None:
    random = np.random.default_rng(3)
    count = 1000
    found = select(
        random.normal(0.1, 0.2, count),
        random.normal(size=count),
        random.normal(1.0, 0.35, count).clip(0.2, 2.2),
        [f"s{place % 11}" for place in range(count)],
        np.zeros(count, dtype=bool),
        Preferences(),
    )
    assert found is not None
    assert (found.gap, len(found.chosen), found.missing) == (0, 40, 0)


def test_the_solver_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    ones = np.ones(3)
    select(ones, ones, ones, ["a"] * 3, np.zeros(3, dtype=bool), Preferences(names=2))
    assert capfd.readouterr() == ("", "")
