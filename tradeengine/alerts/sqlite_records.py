"""
Delivery records in SQLite: all the SQL of this room.

The tables `alerts` and `deliveries` are its own, so the file may be shared with other
rooms. WAL lets a command read and acknowledge while an engine writes.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from msgspec import ValidationError, convert

from tradeengine.alerts.alert import Alert
from tradeengine.alerts.records import Delivery, DeliveryState, Record
from tradeengine.errors import RecordsFailed
from tradeengine.model.orders import Severity

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS alerts (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        severity TEXT NOT NULL,
        code TEXT NOT NULL,
        text TEXT NOT NULL,
        times INTEGER NOT NULL,
        escalations INTEGER NOT NULL DEFAULT 0,
        acknowledged_at INTEGER,
        acknowledged_by TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE TABLE IF NOT EXISTS deliveries (
        alert INTEGER NOT NULL REFERENCES alerts (number) ON DELETE CASCADE,
        channel TEXT NOT NULL,
        state TEXT NOT NULL,
        queued_at INTEGER NOT NULL,
        sent_at INTEGER,
        failed_at INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        last_error TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (alert, channel)
    )""",
    "CREATE INDEX IF NOT EXISTS alerts_by_time ON alerts (at)",
    "CREATE INDEX IF NOT EXISTS alerts_by_code ON alerts (code, number)",
    """CREATE INDEX IF NOT EXISTS deliveries_queued ON deliveries (alert)
        WHERE state = 'queued'""",
)
"""Statements that may be executed any number of times."""

BUSY_SECONDS = 5.0
"""How long a statement waits for another process that writes."""

_ALERT = "number, at, severity, code, text, times, escalations, acknowledged_at, acknowledged_by"
_DELIVERY = "channel, state, queued_at, sent_at, failed_at, attempts, last_error"
_OPEN = f"severity = '{Severity.CRITICAL}' AND acknowledged_at IS NULL"
_NOT_ACKNOWLEDGED = "CASE state WHEN 'acknowledged' THEN state ELSE ? END"

Values = tuple[int | str | None, ...]


class SqliteRecords:
    """
    Keep records in the file `path`, which is made if need be. Any thread may call.

    Raises RecordsFailed, here and in every method, with SQLite's reason.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with self._failing():
            # Autocommit: each statement is durable by itself unless `_transaction` joins some.
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        with self._transaction() as connection:
            for statement in SCHEMA:
                connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        with self._lock, self._failing():
            self._connection.close()

    def add(self, alert: Alert, channels: Sequence[str]) -> int:
        row = (alert.at, alert.severity.value, alert.code, alert.text, alert.times)
        with self._transaction() as connection:
            number = connection.execute(
                "INSERT INTO alerts (at, severity, code, text, times) VALUES (?, ?, ?, ?, ?)", row
            ).lastrowid
            connection.executemany(
                "INSERT INTO deliveries (alert, channel, state, queued_at)"
                " VALUES (?, ?, 'queued', ?)",
                [(number, channel, alert.at) for channel in channels],
            )
        return int(number or 0)

    def queue_again(self, number: int, channel: str, at: int) -> bool:
        with self._transaction() as connection:
            climbed = connection.execute(
                "UPDATE alerts SET escalations = escalations + 1"
                " WHERE number = ? AND acknowledged_at IS NULL",
                (number,),
            ).rowcount
            if climbed:
                connection.execute(
                    "INSERT INTO deliveries (alert, channel, state, queued_at)"
                    " VALUES (?, ?, 'queued', ?)"
                    " ON CONFLICT (alert, channel) DO UPDATE"
                    " SET state = 'queued', queued_at = excluded.queued_at",
                    (number, channel, at),
                )
        return bool(climbed)

    def attempted(self, number: int, channel: str, error: str) -> None:
        self._change_delivery("last_error = ?", (error,), number, channel)

    def sent(self, number: int, channel: str, at: int) -> None:
        change = f"state = {_NOT_ACKNOWLEDGED}, sent_at = ?, last_error = ''"
        self._change_delivery(change, (DeliveryState.SENT.value, at), number, channel)

    def failed(self, number: int, channel: str, at: int, error: str) -> None:
        change = f"state = {_NOT_ACKNOWLEDGED}, failed_at = ?, last_error = ?"
        self._change_delivery(change, (DeliveryState.FAILED.value, at, error), number, channel)

    def acknowledge(self, number: int, by: str, at: int) -> bool:
        with self._transaction() as connection:
            # The first acknowledgement stands.
            connection.execute(
                "UPDATE alerts SET acknowledged_at = ?, acknowledged_by = ?"
                " WHERE number = ? AND acknowledged_at IS NULL",
                (at, by, number),
            )
            connection.execute(
                "UPDATE deliveries SET state = 'acknowledged' WHERE alert = ?", (number,)
            )
            found = connection.execute("SELECT 1 FROM alerts WHERE number = ?", (number,))
            return found.fetchone() is not None

    def get(self, number: int) -> Record | None:
        return next(iter(self._records("WHERE number = ?", (number,))), None)

    def newest(self, most: int) -> list[Record]:
        return self._records("ORDER BY number DESC LIMIT ?", (most,))

    def since(self, at: int) -> list[Record]:
        return self._records("WHERE at >= ? ORDER BY number", (at,))

    def open_criticals(self) -> list[Record]:
        return self._records(f"WHERE {_OPEN} ORDER BY number")

    def queued(self) -> list[Record]:
        waiting = "SELECT alert FROM deliveries WHERE state = 'queued'"
        return self._records(f"WHERE number IN ({waiting}) ORDER BY number")

    def last_with_code(self, code: str) -> Record | None:
        found = self._records("WHERE code = ? ORDER BY number DESC LIMIT 1", (code,))
        return next(iter(found), None)

    def remove_before(self, at: int) -> int:
        with self._transaction() as connection:
            # AUTOINCREMENT keeps the numbers of those that left from being given again.
            done = connection.execute(f"DELETE FROM alerts WHERE at < ? AND NOT ({_OPEN})", (at,))
            return done.rowcount

    def _change_delivery(self, change: str, values: Values, number: int, channel: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE deliveries SET {change}, attempts = attempts + 1"
                " WHERE alert = ? AND channel = ?",
                (*values, number, channel),
            )

    def _records(self, where: str, values: Values = ()) -> list[Record]:
        with self._transaction("BEGIN") as connection:
            rows = connection.execute(f"SELECT {_ALERT} FROM alerts {where}", values).fetchall()
            found = (_record(row, _deliveries(connection, row[0])) for row in rows)
            return [record for record in found if record is not None]

    @contextmanager
    def _transaction(self, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """Hold the connection; all or nothing of what is done with it stays."""
        with self._lock, self._failing():
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise RecordsFailed(str(self.path), str(error)) from error


def _deliveries(connection: sqlite3.Connection, number: int) -> tuple[Delivery, ...]:
    rows = connection.execute(
        f"SELECT {_DELIVERY} FROM deliveries WHERE alert = ? ORDER BY rowid", (number,)
    )
    names = _DELIVERY.split(", ")
    return tuple(convert(dict(zip(names, row, strict=True)), Delivery) for row in rows)


def _record(row: tuple[object, ...], deliveries: tuple[Delivery, ...]) -> Record | None:
    """Read a row; None for one of another version, which must not keep the others from us."""
    try:
        return _read(row, deliveries)
    except ValidationError:
        return None


def _read(row: tuple[object, ...], deliveries: tuple[Delivery, ...]) -> Record:
    columns = dict(zip(_ALERT.split(", "), row, strict=True))
    return Record(
        number=convert(columns["number"], int),
        alert=convert(columns, Alert),
        escalations=convert(columns["escalations"], int),
        acknowledged_at=convert(columns["acknowledged_at"], int | None),
        acknowledged_by=convert(columns["acknowledged_by"], str),
        deliveries=deliveries,
    )
