"""Probabilities that know the future cannot reach a decision: the type checker says no."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
from tradeengine.regime.chains import Floats
from tradeengine.regime.hamilton import Filtered
from tradeengine.regime.kim import Smoothed
from tradeengine.regime.market import wild_days
from tradeengine.regime.parameters import RegimeParameters


def decide(filtered: Filtered, smoothed: Smoothed, floats: Floats) -> None:
    wild_days(filtered, RegimeParameters())
    wild_days(smoothed, RegimeParameters())
    wild_days(floats, RegimeParameters())
"""


def test_only_filtered_probabilities_decide(tmp_path: Path) -> None:
    program = tmp_path / "decides.py"
    program.write_text(PROGRAM)
    checked = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"),
            "--cache-dir", str(tmp_path / "cache"), str(program),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip

    errors = [line for line in checked.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 2, checked.stdout + checked.stderr
    for line, kind in zip(errors, ("Smoothed", "ndarray"), strict=True):
        assert f'"wild_days" has incompatible type "{kind}' in line
        assert 'expected "Filtered"' in line
    assert [line.split(":")[1] for line in errors] == ["11", "12"]
