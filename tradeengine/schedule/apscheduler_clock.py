"""
The bell of the machine's clock: APScheduler in the engine's loop.

Its jobs ring and do nothing else; what is due is read from the timetable and the record of
the last success, so a ring too many or too late does no harm. Its traps, and what is done:

    a plain function runs on a worker thread         the jobs are coroutine functions
    a job later than a second is dropped in silence  misfire_grace_time=None, coalesce=True
    a job at 01:30 fires twice in autumn             the triggers are ours, and know no night
    its times are the machine's zone's               New York, explicitly
    shutdown returns before it has stopped           the loop gets its turns before we go on
    its timer counts only time that the host is      we look every `POLL_SECONDS` as well, so
    awake, and is wrong when the clock is set back   a host that slept over 08:00 wakes to it
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from tradeengine.model.instants import NEW_YORK

NextDue = Callable[[int], int | None]
"""Gives the first due instant after another one."""

POLL_SECONDS = 30.0
"""Time of an awake host between two looks at the clock, at most."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class DueTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """A trigger of ours as APScheduler asks for one."""

    __slots__ = ("_next",)

    def __init__(self, next_due: NextDue) -> None:
        self._next = next_due

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Give the next time after the previous one, so that missed ones are seen; or None."""
        due = self._next(_instant(previous or now))
        return None if due is None else (_EPOCH + timedelta(microseconds=due // 1000))


class ApschedulerBell:
    """Rings when a trigger is due by the machine's clock, and every `poll_seconds`."""

    def __init__(self, triggers: Mapping[str, NextDue], poll_seconds: float = POLL_SECONDS) -> None:
        self._triggers, self._poll_seconds = triggers, poll_seconds
        self._rung = asyncio.Event()
        self.scheduler = AsyncIOScheduler(timezone=NEW_YORK)

    async def __aenter__(self) -> Self:
        for name, next_due in self._triggers.items():
            self.scheduler.add_job(
                self._ring,
                DueTrigger(next_due),
                id=name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self.scheduler.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and see to it that it has stopped: it does so by a callback of the loop."""
        self.scheduler.shutdown(wait=False)
        while self.scheduler.running:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)

    async def rings(self, due: int | None) -> None:
        """Wait for a ring, `poll_seconds` at most; `due` is what the triggers say anyway."""
        del due
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._rung.wait()
        self._rung.clear()

    async def _ring(self) -> None:
        self._rung.set()


def _instant(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
