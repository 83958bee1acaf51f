"""The universe's benchmark runs, says every figure, and judges. No time is tested."""

import json
import os
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.universe import VARIABLE, holds, main, measure, table

FIGURES = {
    "selection_gap", "selection_seconds", "greedy_seconds", "selection_objective",
    "greedy_objective", "refresh_chosen", "refresh_gap", "first_work_seconds",
    "first_work_cpu_seconds", "again_work_seconds", "again_work_cpu_seconds", "first_seconds",
    "again_seconds",
}  # fmt: skip


def test_a_quick_run_says_every_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert main(["--quick", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures) == FIGURES
    assert figures["refresh_chosen"] == 40
    told = Console(width=110, record=True, file=StringIO())
    told.print(table(figures))
    assert "PEERS_STATSMODELS names no Python" in " ".join(told.export_text().split())


def test_the_loop_of_statsmodels_runs() -> None:
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} does not name a Python with statsmodels")
    figures = measure(os.environ, quick=True)
    assert figures["loop_failed"] == 0
    assert figures["times_faster"] > 1
    assert table(figures).row_count == len(figures)


SOUND = {
    "selection_gap": 0.0,
    "refresh_gap": 0.0,
    "selection_objective": 1.0,
    "greedy_objective": 0.9,
    "times_faster": 20.0,
}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, True),
        ({"selection_gap": 1e-3}, False),
        ({"refresh_gap": 1e-3}, False),
        ({"greedy_objective": 1.1}, False),
        ({"times_faster": 19.9}, False),
    ],
)
def test_every_limit_is_judged(change: dict[str, float], verdict: bool) -> None:
    assert holds(SOUND | change) is verdict
