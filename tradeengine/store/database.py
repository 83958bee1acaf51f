"""
The state file: SQLite in WAL mode, checked and migrated when it is opened.

Every commit is on the disk before it returns (`synchronous = FULL`): a lock that
was written is there after a power cut. A file that is damaged, or was written by a
newer version, is refused: trading without knowing of a lock would be worse. A new one
is put into its place whole, so one without content has lost it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tradeengine.atomic_files import write_first
from tradeengine.errors import StoreFailed

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE locks (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        run_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        equity TEXT NOT NULL,
        baseline TEXT NOT NULL,
        drawdown TEXT NOT NULL,
        limit_fraction TEXT NOT NULL,
        reviewed_at INTEGER,
        reviewed_by TEXT,
        why TEXT
    );
    CREATE TABLE ramp_sessions (
        lock INTEGER NOT NULL REFERENCES locks (id),
        session TEXT NOT NULL,
        PRIMARY KEY (lock, session)
    );
    """,
    "ALTER TABLE locks ADD COLUMN number TEXT NOT NULL DEFAULT ''",
    """
    CREATE TABLE baselines (
        account TEXT NOT NULL,
        session TEXT NOT NULL,
        baseline TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (account, session)
    );
    """,
    """
    CREATE TABLE builds (
        account TEXT NOT NULL,
        build TEXT NOT NULL,
        session TEXT NOT NULL,
        PRIMARY KEY (account, build, session)
    );
    """,
    """
    CREATE TABLE job_attempts (
        id INTEGER PRIMARY KEY,
        origin TEXT NOT NULL,
        name TEXT NOT NULL,
        due INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        outcome TEXT NOT NULL DEFAULT '',
        words TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX job_attempts_of ON job_attempts (origin, name, started_at);
    """,
)
"""One script a version of the schema; the file's `user_version` counts those done."""

_BUSY_SECONDS = 5.0


class Database:
    """An open state file. One thread uses it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection

    def read(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Give the rows of a query. Raises StoreFailed."""
        with _said_of(self._path):
            return self._connection.execute(statement, values).fetchall()

    def write(self, statement: str, *values: object) -> int:
        """Do a statement, durably; give the last row's id. Raises StoreFailed."""
        with _said_of(self._path), self._connection:
            return self._connection.execute(statement, values).lastrowid or 0


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """Open the state file for the length of a block, made if need be. Raises StoreFailed."""
    with _said_of(path):
        _make(path)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    try:
        with _said_of(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            _check(path, connection)
            _migrate(path, connection)
        yield Database(path, connection)
    finally:
        connection.close()


def _make(path: Path) -> None:
    """Make the file unless it is there. Raises StoreFailed for one that was emptied."""
    if not path.exists():
        with closing(sqlite3.connect(":memory:")) as connection:
            _migrate(path, connection)
            write_first(path, connection.serialize())
    elif not path.stat().st_size:
        raise StoreFailed(str(path), "is empty, and it never is unless its content was lost")


def _check(path: Path, connection: sqlite3.Connection) -> None:
    [(verdict,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise StoreFailed(str(path), f"is damaged: {verdict}")


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    [(version,)] = connection.execute("PRAGMA user_version").fetchall()
    if version > len(MIGRATIONS):
        raise StoreFailed(str(path), f"was written by a newer version (schema {version})")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """Say which file an error of SQLite is about."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreFailed(str(path), str(error)) from error
    except OSError as error:
        raise StoreFailed(str(path), error.strerror or str(error)) from error
