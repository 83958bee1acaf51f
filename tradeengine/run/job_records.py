"""
What the timetable knows of earlier attempts: from the state file, or nothing at all.

On an account that outlives the run the record is durable, and what was missed is caught up.
A market of our own begins with the run, so nothing was missed in it; and two runs of one
seed must be equal, whatever ran before under the same home.
"""

from itertools import count
from typing import Protocol

from tradeengine.model.jobs import JobOutcome
from tradeengine.store.jobs import Jobs


class JobRecords(Protocol):
    """Who writes down attempts. Each method may raise StoreFailed."""

    def last_success(self, name: str, now: int) -> int | None:
        """Give when the last success began (ns UTC); None if there was none."""

    def begin(self, name: str, due: int, at: int) -> int:
        """Write that an attempt begins; give its number."""

    def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
        """Write how it ended."""


class DurableRecords:
    """The state file's record."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def last_success(self, name: str, now: int) -> int | None:
        attempt = self._jobs.last_success(name, now)
        return None if attempt is None else attempt.started_at

    def begin(self, name: str, due: int, at: int) -> int:
        return self._jobs.begin(name, due, at)

    def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
        self._jobs.end(number, at, outcome, words)


class FreshRecords:
    """The record of a market that begins at `start`: all that was due before it is done."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._numbers = count(1)
        self._begun: dict[int, tuple[str, int]] = {}
        self._done: dict[str, int] = {}

    def last_success(self, name: str, now: int) -> int | None:
        del now
        return self._done.get(name, self._start)

    def begin(self, name: str, due: int, at: int) -> int:
        del due
        number = next(self._numbers)
        self._begun[number] = name, at
        return number

    def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
        del at, words
        name, began = self._begun.pop(number)
        if outcome is JobOutcome.DONE:
            self._done[name] = began
