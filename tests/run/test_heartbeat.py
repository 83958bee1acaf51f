"""The heartbeat beats on whole seconds of engine time and never in arrears."""

import asyncio

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.model.events import TimerFired
from tradeengine.model.instants import NANOS
from tradeengine.run.heartbeat import Heartbeat


async def beats(*instants: float) -> list[tuple[float, float]]:
    """Advance a clock that stands at 0.5 s to each instant; list (due, received)."""
    clock, inbox = SimulatedClock(NANOS // 2), Inbox()
    task = asyncio.create_task(Heartbeat(inbox, clock, 1.0).run())
    for at in instants:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.advance_to(int(at * NANOS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    found = []
    while inbox.depth():
        timer = inbox.take_nowait()
        assert isinstance(timer, TimerFired)
        found.append((timer.due / NANOS, timer.received_at / NANOS))
    return found


async def test_it_beats_on_the_whole_second() -> None:
    assert await beats(1, 2, 3) == [(1, 1), (2, 2), (3, 3)]


async def test_beats_that_were_missed_are_not_made_up_for() -> None:
    assert await beats(1, 60.5, 61, 62) == [(1, 1), (2, 60.5), (60, 60.5), (61, 61), (62, 62)]
