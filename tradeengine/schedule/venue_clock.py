"""The bell of a venue with its own clock: it rings when that clock reads what is due."""

from types import TracebackType
from typing import Protocol, Self

from tradeengine.clock import Clock

DAY_SECONDS = 86_400.0


class Bell(Protocol):
    """Says when it is time to look at the timetable; it may ring for nothing."""

    async def __aenter__(self) -> Self:
        """Begin to run."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Have stopped."""

    async def rings(self, due: int | None) -> None:
        """Wait for the next ring, which comes at `due` at the latest (None: nothing is due)."""


class VenueBell:
    """Rings on a clock of ours: at speed, or one that stands still until it is moved."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """There is nothing to stop."""

    async def rings(self, due: int | None) -> None:
        """Wait until the clock reads `due`."""
        if due is None:
            await self._clock.sleep(DAY_SECONDS)
        else:
            await self._clock.sleep_until(due)
