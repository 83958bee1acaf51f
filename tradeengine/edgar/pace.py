"""At most so many requests a second, over everything in the process that shares one `Pace`."""

from tradeengine.clock import Clock
from tradeengine.model.instants import NANOS


class Pace:
    """Gives turns, evenly spaced; who asks later waits for what was promised before."""

    def __init__(self) -> None:
        self._next = 0

    async def turn(self, clock: Clock, per_second: float) -> None:
        """Wait for the next turn at a rate, on a clock."""
        # No await between reading and writing, so two tasks never get the same turn.
        turn = max(clock.now(), self._next)
        self._next = turn + int(NANOS / per_second)
        await clock.sleep_until(turn)

    async def rest(self, clock: Clock, seconds: float) -> None:
        """Let nobody have a turn for a while: the site asked for it."""
        self._next = max(self._next, clock.now() + int(seconds * NANOS))
        await clock.sleep(seconds)
