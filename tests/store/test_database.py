"""The state file is durable, checked and migrated; a file that is not sound is refused."""

import sqlite3
from pathlib import Path

import pytest

from tradeengine.atomic_files import write_first
from tradeengine.errors import ExitCode, StoreFailed
from tradeengine.store import database as database_module
from tradeengine.store.database import MIGRATIONS, open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def test_a_new_file_has_the_newest_schema_and_commits_to_the_disk(path: Path) -> None:
    with open_database(path) as database:
        assert database.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert database.read("PRAGMA journal_mode") == [("wal",)]
        assert database.read("PRAGMA synchronous") == [(2,)]  # FULL


def test_an_older_file_is_migrated_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_database(path):
        pass
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (n)"))
    for _ in range(2):
        with open_database(path) as database:
            assert database.read("SELECT count(*) FROM more") == [(0,)]
            assert database.read("SELECT count(*) FROM locks") == [(0,)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_database(path):
        pass
    broken = "CREATE TABLE half (n); CREATE TABLE locks (n)"
    monkeypatch.setattr(database_module, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(StoreFailed, match="already exists"), open_database(path):
        pass
    with sqlite3.connect(path) as plain:
        assert plain.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall() == []
        assert plain.execute("PRAGMA user_version").fetchall() == [(len(MIGRATIONS),)]


def test_a_file_of_a_newer_version_is_refused(path: Path) -> None:
    with open_database(path) as database:
        database.write("PRAGMA user_version = 99")
    with pytest.raises(StoreFailed, match="newer version"), open_database(path):
        pass


def test_a_file_that_is_no_database_is_refused_by_name_with_a_remedy(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(StoreFailed) as caught, open_database(path):
        pass
    assert str(path) in str(caught.value)
    assert "remedy" in str(caught.value)
    assert caught.value.exit_code is ExitCode.INTERNAL


def test_a_file_that_was_emptied_is_no_beginning(path: Path) -> None:
    """Whoever takes it for a new one lifts every lock that it held."""
    with open_database(path):
        pass
    path.write_bytes(b"")
    with pytest.raises(StoreFailed, match="is empty"), open_database(path):
        pass
    assert path.read_bytes() == b""


def test_of_two_that_make_the_file_the_first_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after_another(place: Path, content: bytes) -> None:
        monkeypatch.undo()
        with open_database(path) as other:
            other.write("INSERT INTO builds VALUES ('a', 'b', 'c')")
        write_first(place, content)

    monkeypatch.setattr(database_module, "write_first", after_another)
    with open_database(path) as database:
        assert database.read("SELECT account FROM builds") == [("a",)]
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_page_is_found(path: Path) -> None:
    with open_database(path) as database:
        for number in range(2000):
            database.write("INSERT INTO ramp_sessions SELECT 1, ? WHERE 0", number)
        database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096 : 2 * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with pytest.raises(StoreFailed), open_database(path) as database:
        database.read("SELECT * FROM locks")


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreFailed, match="No such file"),
        open_database(tmp_path / "no" / "state.db"),
    ):
        pass


def test_a_statement_that_fails_names_the_file(path: Path) -> None:
    with open_database(path) as database, pytest.raises(StoreFailed, match=r"state\.db: no such"):
        database.read("SELECT * FROM nowhere")
