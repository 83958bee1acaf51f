"""Files of a run lie where they should and are replaced whole."""

from pathlib import Path

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.instants import parse_instant

NOW = parse_instant("2026-11-22T09:30:05.5Z")


def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def test_a_run_is_named_by_its_start_and_venue(tmp_path: Path) -> None:
    run = home(tmp_path).new_run("embedded", NOW)

    assert run.run_id == "20261122-093005-embedded"
    assert run.folder == tmp_path / "logs" / "20261122-093005-embedded"
    assert run.folder.is_dir()


def test_two_runs_in_one_second_get_folders_of_their_own(tmp_path: Path) -> None:
    made = home(tmp_path)
    first, second = made.new_run("paper", NOW), made.new_run("paper", NOW)

    assert first.run_id != second.run_id


def test_runs_are_listed_newest_first_and_only_with_a_journal(tmp_path: Path) -> None:
    made = home(tmp_path)
    assert Home(tmp_path / "elsewhere").runs() == []
    old, new, empty = (made.new_run("embedded", NOW) for _ in range(3))
    old.journal.write_bytes(b"1")
    new.journal.write_bytes(b"2")
    import os

    os.utime(old.journal, (1, 1))

    assert made.runs() == [new, old]
    assert empty not in made.runs()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")

    with pytest.raises(BadConfiguration, match=r"data: cannot be made"):
        Home(tmp_path).prepare()


def test_a_run_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="cannot be made"):
        Home(tmp_path / "missing").new_run("embedded", NOW)


def test_a_thousand_runs_in_one_second_are_refused(tmp_path: Path) -> None:
    made = home(tmp_path)
    for _ in range(999):
        made.new_run("embedded", NOW)

    with pytest.raises(BadConfiguration, match="a thousand runs"):
        made.new_run("embedded", NOW)
