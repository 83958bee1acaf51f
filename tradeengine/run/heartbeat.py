"""The heartbeat: a `TimerFired` every second of engine time, on the whole second."""

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.events import TimerFired
from tradeengine.model.instants import NANOS

HEARTBEAT = "heartbeat"


class Heartbeat:
    """Put a timer into the inbox at every beat; late beats are not made up for."""

    def __init__(self, inbox: Inbox, clock: Clock, seconds: float) -> None:
        self._inbox, self._clock = inbox, clock
        self._interval = int(seconds * NANOS)

    async def run(self) -> None:
        """Beat until cancelled."""
        due = self._clock.now()
        while True:
            due = max(due, self._clock.now() - self._interval)
            due = (due // self._interval + 1) * self._interval
            await self._clock.sleep_until(due)
            now = self._clock.now()
            self._inbox.put_nowait(TimerFired(at=due, received_at=now, name=HEARTBEAT, due=due))
