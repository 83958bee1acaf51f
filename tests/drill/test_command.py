"""`tradeengine drill`, as a person types it."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.test_cli import Type, type_in
from tradeengine.drill import command
from tradeengine.drill.series import Result
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home

__all__ = ["type_in"]


def test_a_drill_shows_its_table_and_keeps_the_trend(type_in: Type, tmp_path: Path) -> None:
    words = ("drill", "--faults", "halt, unknown_field", "--situations", "flat", "--home", tmp_path)

    first, second = type_in(*words), type_in(*words)

    assert (first.code, second.code) == (0, 0)
    assert "halt" in first.out
    assert "unknown_field" in first.out
    assert "first time" in first.out
    assert "first time" not in second.out
    assert "passed: 2 of 43 faults, 2 cells" in second.out
    lines = Home(tmp_path).drills_file.read_text().splitlines()
    assert [row["fault"] for row in json.loads(lines[1])["results"]] == ["halt", "unknown_field"]


def test_a_fault_that_fails_is_told_with_the_command_that_repeats_it(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Result(
        fault="halt",
        cells=2,
        failed=1,
        struck=1,
        detect=None,
        flat=None,
        safety=False,
        apart=41.0,
        problems=tuple(f"halt-flat-7: wrong {number}" for number in range(7)),
    )
    results = iter(
        [bad, msgspec.structs.replace(bad, fault="split", failed=0, struck=0, problems=())]
    )
    monkeypatch.setattr(command, "drilled", lambda *_: next(results))

    ended = type_in(
        "drill", "--faults", "halt,split", "--situations", "flat", "--seeds", "2",
        "--first-seed", "7", "--home", tmp_path,
    )  # fmt: skip

    assert ended.code == 1
    assert "FAIL 1" in ended.out
    assert "halt-flat-7: wrong 4" in ended.out
    assert "... and 2 more" in ended.out
    assert "no chance" in ended.out
    assert (
        "again: tradeengine drill --faults halt --situations flat --seeds 2 --first-seed 7"
        in ended.out
    )
    assert "FAILED: halt" in ended.out


def test_json_is_one_object_and_cells_can_be_kept(type_in: Type, tmp_path: Path) -> None:
    ended = type_in(
        "drill", "--faults", "swap_updates", "--situations", "working", "--json",
        "--keep", tmp_path / "kept", "--home", tmp_path,
    )  # fmt: skip

    assert ended.code == 0
    told = json.loads(ended.out)
    assert told["passed"] is True
    assert told["results"][0]["struck"] == 1
    (journal,) = (tmp_path / "kept").glob("drill-*/swap_updates-working-0/logs/*/journal")
    assert journal.stat().st_size > 1000


def test_a_folder_that_cannot_be_made_is_told(type_in: Type, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = type_in("drill", "--keep", tmp_path / "file", "--home", tmp_path)

    assert ended.code == 2
    assert "--keep" in ended.err


def test_a_trend_that_cannot_be_kept_is_told_before_anything_is_drilled(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "drilled", lambda *_: pytest.fail("it was drilled all the same"))
    Home(tmp_path).drills_file.mkdir(parents=True)

    ended = type_in("drill", "--faults", "halt", "--home", tmp_path)

    assert ended.code == 2
    assert "drills.jsonl: cannot be written: Is a directory" in ended.err


def test_what_a_drill_found_is_shown_although_it_cannot_be_kept(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: object) -> None:
        raise BadConfiguration(str(path), "cannot be written: No space left on device")

    monkeypatch.setattr(command, "append", full)

    ended = type_in("drill", "--faults", "halt", "--situations", "flat", "--home", tmp_path)

    assert ended.code == 2
    assert "passed: 1 of 43 faults, 1 cells" in ended.out
    assert "No space left on device" in ended.err


def test_ctrl_c_says_what_became_of_the_drill(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "drilled", interrupted)

    ended = type_in("drill", "--faults", "halt", "--home", tmp_path)

    assert ended.code == 130
    assert ended.err == (
        "tradeengine: interrupted; no drill was recorded, and no account was touched\n"
    )


def test_a_fault_that_is_none_is_told_with_all_there_are(type_in: Type, tmp_path: Path) -> None:
    ended = type_in("drill", "--faults", "hatl", "--home", tmp_path)

    assert ended.code == 2
    assert "there is no fault 'hatl'" in ended.err
    assert "halt" in ended.err.partition("remedy")[2]


@pytest.mark.parametrize("flag", ["--faults", "--situations"])
def test_a_list_that_names_nothing_is_refused(flag: str, type_in: Type, tmp_path: Path) -> None:
    ended = type_in("drill", flag, " , ", "--home", tmp_path)

    assert ended.code == 2
    assert f"{flag}: names nothing" in ended.err
