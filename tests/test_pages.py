"""The pages of docs/ that are made from code are current, and one command makes them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "configuration.md",
    "denials.md",
    "faults.md",
    "fundamentals.md",
    "messages.md",
    "states.md",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run(
        [sys.executable, "-m", "tradeengine.pages", str(folder)], cwd=ROOT, check=True, timeout=60
    )
    return folder


def test_the_command_writes_these_pages(made: Path) -> None:
    assert sorted(path.name for path in made.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_code_is_current(made: Path, name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")

    assert written == (made / name).read_text(encoding="utf-8"), "run: make docs"


def test_the_diagrams_show_the_stop_and_the_odd_rows(made: Path) -> None:
    text = (made / "states.md").read_text(encoding="utf-8")

    assert "TRADING --> HALTING: a stop was asked for" in text
    assert (
        "| cancelled | filled | filled | the last fill arrived after the end was reported |" in text
    )


def test_the_wiring_table_is_in_execution_order(made: Path) -> None:
    text = (made / "messages.md").read_text(encoding="utf-8")

    assert "| `OrderFilled` | input | Router, Ledger, RiskGate, Reconciler, Strangers |" in text
    assert "| `SubmitOrder` | command | RiskGate, outbox |" in text
    assert "| `FeedGap` | input | log and journal only |" in text
