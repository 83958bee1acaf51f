"""
The timetable at work: looks what is due, runs it, and says what came of it.

    bell rings ─> look: what is due? ─> one alert for what is late
               ─> each job in turn:  JobStarted ─> written ─> job ─> written ─> JobEnded

Jobs run one after the other, in the timetable's order, because each feeds the next; so none
overlaps itself, and an operating system's lock keeps a person's command from the same job.
The loop goes on meanwhile: a job does its CPU work off it. On a market of ours in lock-step
the market stands still until the job has ended, and the end comes when nothing else is in
flight: so the inputs of equal runs stay equal.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext

from tradeengine.alerts.job_notices import LateJob, failed, late, record_failed
from tradeengine.alerts.notices import Notice
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock, SystemClock
from tradeengine.errors import JobFailed, StoreFailed
from tradeengine.layout import Home
from tradeengine.model.events import JobEnded, JobStarted
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.model.jobs import JobOutcome
from tradeengine.quiescence import Quiescence
from tradeengine.run.alarm import Raise
from tradeengine.run.attempt import Ended, begin, bounded
from tradeengine.run.due import Due, Patience, due_now, next_instant
from tradeengine.run.job_lock import JobLock, take
from tradeengine.run.job_records import JobRecords
from tradeengine.schedule.apscheduler_clock import ApschedulerBell
from tradeengine.schedule.entries import Entry, entries
from tradeengine.schedule.job import Job, Occasion
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.schedule.timetable import next_due
from tradeengine.schedule.venue_clock import Bell, VenueBell
from tradeengine.store.jobs import AHEAD

BUSY_PAUSE = MINUTE
"""How long a job that another process runs is left alone."""


class Timetable:
    """The jobs of one run. With no jobs it has nothing to do."""

    def __init__(
        self,
        schedule: ScheduleParameters,
        jobs: Mapping[str, Job],
        records: JobRecords,
        home: Home,
        clock: Clock,
        inbox: Inbox,
        tell: Raise,
        quiescence: Quiescence | None = None,
    ) -> None:
        """`jobs` are what the composition root has; the settings say which of them run."""
        self._schedule, self._jobs, self._records, self._home = schedule, jobs, records, home
        self._clock, self._inbox, self._tell = clock, inbox, tell
        self._quiescence = quiescence
        self._patience = Patience(schedule)
        self._known: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[str]] = {}
        self._record_failed = False
        self.entries: Sequence[Entry] = [
            entry for entry in entries(schedule) if entry.on and entry.name in jobs
        ]

    async def run(self) -> None:
        """Run what is due, now and whenever the bell rings, until cancelled."""
        async with self._bell() as bell:
            while True:
                await self.look()
                await bell.rings(self.next_due())

    async def look(self) -> None:
        """Run what is due, one after the other, until nothing is."""
        while found := self._due():
            self._say_what_is_late(found)
            for due in found:
                await self._carry_out(due)

    def next_due(self) -> int | None:
        """Give when something is due or tried again next; None if nothing is."""
        known = [(entry, self._last(entry.name)) for entry in self.entries]
        return next_instant(known, self._patience, self._clock.now())

    def _bell(self) -> Bell:
        if not isinstance(self._clock, SystemClock):
            return VenueBell(self._clock)
        return ApschedulerBell({entry.name: self._after(entry) for entry in self.entries})

    def _after(self, entry: Entry) -> Callable[[int], int | None]:
        return lambda after: next_due(entry.trigger, after, self._last(entry.name))

    def _due(self) -> list[Due]:
        now, found = self._clock.now(), []
        for entry in self.entries:
            due = due_now(entry, self._last(entry.name), now)
            running = self._tasks.get(entry.name)
            is_free = running is None or running.done()
            if due is not None and is_free and self._patience.allows(due, now):
                found.append(due)
        return found

    def _say_what_is_late(self, found: Sequence[Due]) -> None:
        grace = int(self._schedule.late_minutes * MINUTE)
        rows = [
            LateJob(name=due.name, due=due.due, late=due.late, missed_before=due.missed_before)
            for due in found
            if due.late > grace and not self._patience.was_tried(due)
        ]
        if rows:
            self._raise(late(rows))

    async def _carry_out(self, due: Due) -> None:
        try:
            lock = take(self._home.job_lock_file(due.name), due.name)
        except JobFailed as error:
            self._end(due, None, Ended(outcome=JobOutcome.FAILED, words=error.problem))
            return
        if lock is None:
            self._patience.hold(due, self._clock.now() + BUSY_PAUSE)
            return
        with nullcontext() if self._quiescence is None else self._quiescence.work():
            await self._attempt(due, lock)

    async def _attempt(self, due: Due, lock: JobLock) -> None:
        now = self._clock.now()
        self._inbox.put_nowait(
            JobStarted(
                at=now,
                received_at=now,
                name=due.name,
                due=due.due,
                late_seconds=due.late / NANOS,
                missed_before=due.missed_before,
            )
        )
        number = self._write_begin(due, now)
        occasion = Occasion(name=due.name, due=due.due, at=now)
        task = self._tasks[due.name] = begin(self._jobs[due.name], occasion)
        task.add_done_callback(lambda _: lock.release())
        try:
            ended = await bounded(task, self._schedule.limit_minutes * 60)
        except asyncio.CancelledError:
            self._write_end(number, JobOutcome.INTERRUPTED, "the engine stopped")
            raise
        if self._quiescence is not None:
            await self._quiescence.alone()
        if ended.outcome is JobOutcome.DONE:
            self._known[due.name] = now
        self._end(due, number, ended)

    def _end(self, due: Due, number: int | None, ended: Ended) -> None:
        now = self._clock.now()
        self._write_end(number, ended.outcome, ended.words)
        self._inbox.put_nowait(
            JobEnded(
                at=now,
                received_at=now,
                name=due.name,
                due=due.due,
                late_seconds=due.late / NANOS,
                outcome=ended.outcome,
                words=ended.words,
            )
        )
        if ended.outcome is not JobOutcome.DONE:
            again = self._patience.failed(due, now)
            self._raise(failed(due.name, ended.outcome, ended.words, again))

    def _last(self, name: str) -> int | None:
        """Give when the last success began, from the record, or as we know it ourselves."""
        now = self._clock.now()
        known = self._known.get(name)
        if known is not None and known > now + AHEAD:
            known = None
        try:
            written = self._records.last_success(name, now)
        except StoreFailed as error:
            self._record_lost(error)
            return known
        return max((at for at in (known, written) if at is not None), default=None)

    def _write_begin(self, due: Due, now: int) -> int | None:
        try:
            return self._records.begin(due.name, due.due, now)
        except StoreFailed as error:
            self._record_lost(error)
            return None

    def _write_end(self, number: int | None, outcome: JobOutcome, words: str) -> None:
        if number is None:
            return
        try:
            self._records.end(number, self._clock.now(), outcome, words)
        except StoreFailed as error:
            self._record_lost(error)

    def _record_lost(self, error: StoreFailed) -> None:
        if not self._record_failed:
            self._record_failed = True
            self._raise(record_failed(f"{error.path}: {error.problem}"))

    def _raise(self, notice: Notice) -> None:
        self._tell(notice.severity, notice.code, notice.text)
