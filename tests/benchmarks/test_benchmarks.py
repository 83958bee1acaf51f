"""The benchmarks run, say every figure, and judge by their limits. No figure is tested."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import LIMITS, Limit, table

ROOT = Path(__file__).resolve().parents[2]


def test_a_quick_run_says_every_figure_and_ends_with_its_verdict() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    figures = json.loads(result.stdout)
    assert set(figures) == set(LIMITS)
    missed = [name for name, figure in figures.items() if not LIMITS[name].holds(figure)]
    assert result.returncode == (1 if missed else 0)


@pytest.mark.parametrize(
    ("limit", "figure", "holds"),
    [
        (Limit("x", least=8), 8.0, True),
        (Limit("x", least=8), 7.9, False),
        (Limit("x", most=0.6), 0.6, True),
        (Limit("x", most=0.6), 0.61, False),
        (Limit("x"), 1e9, True),
    ],
)
def test_a_limit_holds_up_to_its_edge(limit: Limit, figure: float, *, holds: bool) -> None:
    assert limit.holds(figure) is holds


def test_the_table_shows_limit_and_verdict() -> None:
    rows = table(dict.fromkeys(LIMITS, 1.0))

    assert rows.row_count == len(LIMITS)
    assert next(iter(rows.columns[2].cells)) == ">= 8"
    assert next(iter(rows.columns[3].cells)) == "MISSED"
