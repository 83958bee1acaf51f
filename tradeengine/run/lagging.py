"""
Lagging: when lateness is no accident any more, the core hears of it, and of its end.

One late beat is an alert and no more: a page was swapped in, a disk stood still. Several
in a short time mean that the engine sees the market late, and then it takes no entries.
"""

from collections import deque
from collections.abc import Callable

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.events import LoopFellBehind, LoopSteady
from tradeengine.run.edges import World
from tradeengine.run.lag import LagMeter
from tradeengine.settings.schema import EngineParameters


class Lagging:
    """Count late beats; tell the core when there are too many and when they have ceased."""

    def __init__(self, inbox: Inbox, clock: Clock, times: int, window_seconds: float) -> None:
        """Too many is `times` late beats within `window_seconds` of the machine's time."""
        self._inbox, self._clock = inbox, clock
        self._late_at: deque[float] = deque(maxlen=times)
        self._window = window_seconds
        self._told = False

    def late(self, beat: float, seconds: float, culprit: str) -> None:
        """Note a beat (the loop's time) that was late, by how much and in what."""
        self._late_at.append(beat)
        is_many = len(self._late_at) == self._late_at.maxlen
        if self._told or not is_many or beat - self._late_at[0] > self._window:
            return
        self._told, now = True, self._clock.now()
        self._inbox.put_nowait(
            LoopFellBehind(
                at=now,
                received_at=now,
                times=len(self._late_at),
                seconds=seconds,
                culprit=culprit,
            )
        )

    def in_time(self, beat: float) -> None:
        """Note a beat that came in time."""
        if not self._told or beat - self._late_at[-1] < self._window:
            return
        self._told, now = False, self._clock.now()
        self._late_at.clear()
        self._inbox.put_nowait(LoopSteady(at=now, received_at=now))


def lag_meter(
    settings: EngineParameters,
    world: World,
    inbox: Inbox,
    report: Callable[[float, str], None],
    speaker: Callable[[], str],
) -> LagMeter:
    """
    Make the meter of a run; `report` takes each lateness in seconds, and its culprit.

    `speaker` gives the strategy whose code runs, "" if none does.

    In lock-step the market waits for the loop: there lateness is reported and no danger.
    """
    times, window = settings.loop_lag_times, settings.loop_lag_window_seconds
    lagging = Lagging(inbox, world.clock, times, window) if world.quiescence is None else None

    def late(beat: float, seconds: float, culprit: str) -> None:
        report(seconds, culprit)
        if lagging is not None:
            lagging.late(beat, seconds, culprit)

    def in_time(beat: float) -> None:
        if lagging is not None:
            lagging.in_time(beat)

    return LagMeter(settings.loop_lag_alert_seconds, late, in_time, speaker)
