"""
The fault matrix: every fault with a recipe x 10 seeds x {flat, positions open, orders working}.

Each fault is one process that plays its 30 cells: whole runs of the engine over real
sockets, in lock-step with the venue. What is held against them stands in
`tradeengine/drill/verdict.py`: no order twice, no fill lost, positions alike within 35 s,
no order from a state that forbids it, a flat end. The processes are not measured for
coverage, which would make them take twice as long; tests/drill measures the code.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.sessions.programs import command, environment
from tradeengine.drill.recipes import RECIPES

SEEDS = 10

NEVER_MET = {"reject_replace": "the engine replaces no order: it cancels one and sends another"}
"""Faults that wait for what the engine does not do."""


# A group each: these share nothing, so both workers take their share of them.
EACH = [pytest.param(fault, marks=pytest.mark.xdist_group(fault)) for fault in RECIPES]


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("fault", EACH)
def test_no_fault_breaks_the_engine(fault: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*command("drill", "--faults", fault, "--seeds", str(SEEDS), "--json"), "--home", tmp_path],
        capture_output=True,
        text=True,
        timeout=400,
        cwd=tmp_path,
        env=environment(),
        check=False,
    )

    assert done.stderr == ""
    (result,) = json.loads(done.stdout)["results"]
    assert result["problems"] == []
    assert done.returncode == 0
    assert result["cells"] == 3 * SEEDS
    assert result["struck"] == (0 if fault in NEVER_MET else 3 * SEEDS)
