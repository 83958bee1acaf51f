"""Old runs leave logs/, except those that somebody may still need."""

import os
import shutil
from pathlib import Path

import pytest

from tradeengine.logs import remove_old_runs

DAY = 86_400 * 1_000_000_000
NOW = 20_000 * DAY


def run(logs: Path, name: str, *, days_old: int, receipt: bool = True) -> Path:
    folder = logs / name
    folder.mkdir(parents=True)
    files = [folder / "events.jsonl", *([folder / "receipt.json"] if receipt else [])]
    for file in files:
        file.write_text("")
        os.utime(file, ns=(NOW - days_old * DAY, NOW - days_old * DAY))
    return folder


def removed(logs: Path, *, keep: int, current: str = "now") -> tuple[str, ...]:
    return remove_old_runs(logs, current=current, keep=keep, unfinished_days=7, now=NOW)


def test_the_oldest_runs_beyond_the_number_are_removed(tmp_path: Path) -> None:
    for age in (1, 2, 3, 4):
        run(tmp_path, f"run{age}", days_old=age)

    assert removed(tmp_path, keep=2) == ("run3", "run4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run1", "run2"]


def test_nothing_is_removed_up_to_the_number(tmp_path: Path) -> None:
    run(tmp_path, "a", days_old=1000)

    assert removed(tmp_path, keep=1) == ()


def test_the_current_run_stays(tmp_path: Path) -> None:
    run(tmp_path, "young", days_old=1)
    run(tmp_path, "now", days_old=2)

    assert removed(tmp_path, keep=1) == ()


def test_a_young_run_without_a_receipt_stays(tmp_path: Path) -> None:
    run(tmp_path, "young", days_old=1)
    run(tmp_path, "unfinished", days_old=6, receipt=False)

    assert removed(tmp_path, keep=1) == ()


def test_an_old_run_without_a_receipt_goes(tmp_path: Path) -> None:
    run(tmp_path, "young", days_old=1)
    run(tmp_path, "unfinished", days_old=8, receipt=False)

    assert removed(tmp_path, keep=1) == ("unfinished",)


def test_what_is_not_a_run_is_left_alone(tmp_path: Path) -> None:
    elsewhere = run(tmp_path / "elsewhere", "real", days_old=900)
    logs = tmp_path / "logs"
    run(logs, "young", days_old=1)
    (logs / "mine").mkdir()
    (logs / "mine" / "thesis.txt").write_text("")
    (logs / "notes.txt").write_text("")
    (logs / "link").symlink_to(elsewhere)

    assert removed(logs, keep=1) == ()
    assert (elsewhere / "events.jsonl").exists()


def test_without_a_logs_folder_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert removed(tmp_path / "nowhere", keep=1) == ()


def test_a_run_that_could_not_be_removed_is_not_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "young", days_old=1)
    run(tmp_path, "held", days_old=9)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # As on a busy network drive.

    assert removed(tmp_path, keep=1) == ()
