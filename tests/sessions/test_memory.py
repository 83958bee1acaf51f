"""Sessions come and go, and what they needed goes with them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sessions.programs import ROOT, environment

HomeWith = Callable[..., Path]

MOST_MEGABYTES_A_SESSION = 1.0


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/statm")
def test_five_sessions_in_a_row_leave_nothing_behind(home_with: HomeWith) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "--json", "--home", str(home_with("BuyOnce"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(),
        check=False,
    )
    assert result.returncode == 0, result.stderr
    row = json.loads(result.stdout)
    assert row["codes"] == [0, 0, 0, 0, 0]
    assert row["slope"] < MOST_MEGABYTES_A_SESSION, row["megabytes"]
    marks = row["queues"]
    assert set(marks) == {
        "inbox", "journal_bytes", "alerts", "commands", "feed_frames", "quotes_conflated",
    }  # fmt: skip
    assert 0 < marks["inbox"] < 10_000
    assert marks["journal_bytes"] > 0
    assert marks["commands"] > 0
    assert marks["quotes_conflated"] == 0
