"""
What is due now, from the timetable, the record of successes, and what was tried since.

A job is due when one of its instants came after its last success began, or when it has
never succeeded. One that failed waits a while between tries, and after the last of them
for its next instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradeengine.model.instants import MINUTE
from tradeengine.schedule.entries import Entry
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.schedule.timetable import last_due, missed, next_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """
    A job that is due at `due`, after `missed_before` instants that passed unheeded.

    `mark` is the instant of the timetable that is to be worked off: tries are counted by it.
    A job that has never succeeded is due now, and so never late.
    """

    name: str
    due: int
    late: int
    missed_before: int
    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    mark: int
    number: int
    again: int | None
    """When to try again; None: not for this mark."""


def due_now(entry: Entry, last: int | None, now: int) -> Due | None:
    """Judge a job at `now`, given when its last success began; None if it is not due."""
    if last is None:
        mark = last_due(entry.trigger, now) or 0
        return Due(name=entry.name, due=now, late=0, missed_before=0, mark=mark)
    instants = missed(entry.trigger, last, now)
    if not instants:
        return None
    due = instants[-1]
    before = len(instants) - 1
    return Due(name=entry.name, due=due, late=now - due, missed_before=before, mark=due)


class Patience:
    """Remembers what was tried, so that what fails is tried neither for ever nor at once."""

    def __init__(self, schedule: ScheduleParameters) -> None:
        self._most = schedule.attempts_most
        self._pause = int(schedule.retry_minutes * MINUTE)
        self._tries: dict[str, _Tries] = {}

    def allows(self, due: Due, now: int) -> bool:
        """Tell whether a due job may be tried now."""
        tries = self._of(due)
        return tries is None or (tries.again is not None and now >= tries.again)

    def was_tried(self, due: Due) -> bool:
        """Tell whether it was tried before, and so a person knows of its lateness."""
        return self._of(due) is not None

    def failed(self, due: Due, now: int) -> int | None:
        """Count a failure; give when it is tried again, None if it is not."""
        tries = self._of(due)
        number = 1 if tries is None else tries.number + 1
        again = now + self._pause if number < self._most else None
        self._tries[due.name] = _Tries(mark=due.mark, number=number, again=again)
        return again

    def hold(self, due: Due, until: int) -> None:
        """Leave a job alone until an instant, without counting a try."""
        tries = self._of(due)
        number = 0 if tries is None else tries.number
        self._tries[due.name] = _Tries(mark=due.mark, number=number, again=until)

    def next_try(self, now: int) -> int | None:
        """Give the first instant after `now` at which something is tried again."""
        agains = [tries.again for tries in self._tries.values() if tries.again is not None]
        return min((again for again in agains if again > now), default=None)

    def _of(self, due: Due) -> _Tries | None:
        tries = self._tries.get(due.name)
        return tries if tries is not None and tries.mark == due.mark else None


def next_instant(
    timetable: Sequence[tuple[Entry, int | None]], patience: Patience, now: int
) -> int | None:
    """Give when something is due or tried again next, given each job's last success."""
    instants = [next_due(entry.trigger, now, last) for entry, last in timetable]
    instants.append(patience.next_try(now))
    return min((at for at in instants if at is not None), default=None)
