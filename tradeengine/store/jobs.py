"""
Every attempt at a scheduled job: written when it begins, and again when it has ended.

An attempt without an end was cut off with its process. What came from our own venue and
what came from the real sites are kept apart by `origin`: they live in different years.
"""

from msgspec import Struct

from tradeengine.model.instants import NANOS
from tradeengine.model.jobs import JobOutcome
from tradeengine.store.database import Database

AHEAD = 3600 * NANOS
"""A success that began later than this after now is of a clock that was wrong: it is no success."""

_COLUMNS = "id, due, started_at, ended_at, outcome, words"


class Attempt(Struct, frozen=True, kw_only=True):
    """One run of a job. Instants in nanoseconds UTC of the engine's clock; None: no end."""

    id: int
    due: int
    started_at: int
    ended_at: int | None
    outcome: str
    words: str


class Jobs:
    """The attempts at the jobs of one origin of data."""

    def __init__(self, database: Database, origin: str) -> None:
        self._database, self._origin = database, origin

    def begin(self, name: str, due: int, at: int) -> int:
        """Write that an attempt begins, durably; give its number. Raises StoreFailed."""
        return self._database.write(
            "INSERT INTO job_attempts (origin, name, due, started_at) VALUES (?, ?, ?, ?)",
            self._origin,
            name,
            due,
            at,
        )

    def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
        """Write how an attempt ended, durably. Raises StoreFailed."""
        self._database.write(
            "UPDATE job_attempts SET ended_at = ?, outcome = ?, words = ? WHERE id = ?",
            at,
            outcome.value,
            words,
            number,
        )

    def last_success(self, name: str, now: int) -> Attempt | None:
        """Give the newest success as of `now`; None if there was none. Raises StoreFailed."""
        return self._newest(name, now + AHEAD, "AND outcome = 'done'")

    def last_attempt(self, name: str, now: int) -> Attempt | None:
        """Give the newest attempt as of `now`; None if there was none. Raises StoreFailed."""
        return self._newest(name, now + AHEAD, "")

    def _newest(self, name: str, until: int, condition: str) -> Attempt | None:
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM job_attempts WHERE origin = ? AND name = ?"
            f" AND started_at <= ? {condition} ORDER BY started_at DESC, id DESC LIMIT 1",
            self._origin,
            name,
            until,
        )
        return _attempt(rows[0]) if rows else None


def _attempt(row: tuple[object, ...]) -> Attempt:
    return Attempt(**dict(zip(Attempt.__struct_fields__, row, strict=True)))  # type: ignore[arg-type]  # the columns have these types
