"""
Attention: criticals that nobody has acknowledged keep the engine from entries.

One firm's programs sent 97 warnings to its people in the hour before the open, nobody
read them, and 45 minutes later 460 million dollars were gone (SEC release 34-70694). So a
critical from before the session's open forbids entries until a person says that it is
known: `tradeengine alerts ack`, also while the engine runs.
"""

import asyncio
from collections.abc import Sequence

from tradeengine.alerts.records import Record
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.events import AlertsWaiting
from tradeengine.run.alarm import Alarm

LOOK_EVERY_SECONDS = 2.0
"""Real seconds between two looks at the records."""

_UNKNOWN = 0
"""Stands for what may wait while the records cannot be read; no alert has this number."""

_NAMED = 3
"""How many alerts are named; the others are counted."""


class Attention:
    """Look at the records and tell the core when what waits has changed."""

    def __init__(self, alarm: Alarm, inbox: Inbox, clock: Clock, before: int) -> None:
        """Take up to which instant (ns UTC of the machine's clock) criticals count."""
        self._alarm, self._inbox, self._clock = alarm, inbox, clock
        self._before = before
        self._told: list[int] | None = None
        """The numbers of what waited at the last look; None before the records were read."""

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """
        Look once. What cannot be read changes nothing, unless nothing was ever read: then it waits.

        Why it cannot be read is said elsewhere.
        """
        records = await self._alarm.open_criticals()
        if records is None:
            if self._told is None:
                self._tell([_UNKNOWN], 1, "the records of alerts cannot be read")
            return
        waiting = [record for record in records if record.alert.at < self._before]
        numbers = [record.number for record in waiting]
        if numbers != (self._told or []):
            self._tell(numbers, len(waiting), _named(waiting))
        self._told = numbers

    def _tell(self, numbers: list[int], count: int, words: str) -> None:
        self._told, now = numbers, self._clock.now()
        self._inbox.put_nowait(AlertsWaiting(at=now, received_at=now, count=count, words=words))


def _named(records: Sequence[Record]) -> str:
    names = [f"#{record.number} {record.alert.code}" for record in records[:_NAMED]]
    more = len(records) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
