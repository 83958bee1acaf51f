"""
The lag meter: how late the event loop is, and which code made it late.

The loop beats; a thread watches the beat. While the loop is stuck the thread
looks at what the loop's thread is doing, so the report can name the strategy, the
file and the function that hold everything up.
"""

import asyncio
import site
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

_OURS = str(Path(__file__).parents[1])
_LIBRARIES = tuple({*map(str, site.getsitepackages()), sysconfig.get_paths()["stdlib"], "<"})

BEATS_A_LIMIT = 4
"""How many beats there are in the time that counts as late."""


def _nothing(_: float) -> None:
    """Leave a beat in time at that."""


def _nobody() -> str:
    """Know of no strategies."""
    return ""


class LagMeter:
    """Report when the loop was late by more than `limit_seconds`, and when it was not."""

    def __init__(
        self,
        limit_seconds: float,
        report: Callable[[float, float, str], None],
        in_time: Callable[[float], None] = _nothing,
        speaker: Callable[[], str] = _nobody,
    ) -> None:
        """
        Take who hears of it and who knows the culprit.

        `report` takes the beat (the loop's time), the lateness and its culprit; `speaker`
        gives the strategy whose code runs, "" if none does.
        """
        self._speaker = speaker
        self._limit, self._report, self._in_time = limit_seconds, report, in_time
        self._interval = limit_seconds / BEATS_A_LIMIT
        self._beat = 0.0
        self._culprit = ""
        self._ended = threading.Event()

    async def run(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        self._beat = loop.time()
        watched = threading.get_ident()
        thread = threading.Thread(
            target=self._watch, args=(loop, watched), name="lag meter", daemon=True
        )
        thread.start()
        try:
            while True:
                await asyncio.sleep(self._interval)
                self._judge(loop.time())
        finally:
            self._ended.set()

    def _judge(self, now: float) -> None:
        late = now - self._beat - self._interval
        self._beat = now
        if late > self._limit:
            self._report(now, late, self._culprit or "not seen")
        else:
            self._in_time(now)
        self._culprit = ""

    def _watch(self, loop: asyncio.AbstractEventLoop, watched: int) -> None:
        while not self._ended.wait(self._interval):
            if loop.time() - self._beat > self._limit:
                frame = sys._current_frames().get(watched)
                # The first look counts: a later one may find the loop itself, awake again.
                if frame is not None and not self._culprit:
                    speaker = self._speaker()
                    self._culprit = f"strategy {speaker}, " * bool(speaker) + name_of(frame)


def name_of(frame: FrameType) -> str:
    """
    Name who holds the loop up: the innermost code in a stack that is no library's.

    A strategy of somebody else counts as what it is. Inside a library the place is named too.
    """
    inner: FrameType | None = frame
    while inner is not None and not _is_own(inner.f_code.co_filename):
        inner = inner.f_back
    if inner is None or inner is frame:
        return _place(frame)
    return f"{_place(inner)} (in {frame.f_code.co_qualname})"


def _is_own(file: str) -> bool:
    return file.startswith(_OURS) or not file.startswith(_LIBRARIES)


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}"
