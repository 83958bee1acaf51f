"""A loop that is held up is reported, with the name of who held it up."""

import asyncio
import sys
import time
from types import FrameType

import pytest

from tradeengine.clock import SimulatedClock
from tradeengine.run import heartbeat
from tradeengine.run.lag import LagMeter, name_of


def hold_up(seconds: float) -> None:
    """Be busy, as a blocking call would be."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def test_who_blocks_the_loop_is_named() -> None:
    reports: list[tuple[float, str]] = []
    meter = LagMeter(0.02, lambda seconds, culprit: reports.append((seconds, culprit)))
    running = asyncio.create_task(meter.run())
    await asyncio.sleep(0)

    hold_up(0.3)
    async with asyncio.timeout(5):
        while not reports:  # noqa: ASYNC110 - the meter has no event to wait for
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    seconds, culprit = reports[0]
    assert 0.02 < seconds < 5
    assert culprit.endswith("hold_up")


async def test_a_loop_in_time_is_not_reported() -> None:
    reports: list[object] = []
    meter = LagMeter(60, lambda *report: reports.append(report))
    meter._beat = 100.0

    meter._judge(100.0 + 15)
    meter._judge(115.0 + 15 + 59)

    assert reports == []


async def test_lateness_that_nobody_saw_is_reported_as_such() -> None:
    reports: list[object] = []
    meter = LagMeter(1, lambda *report: reports.append(report))
    meter._beat = 100.0

    meter._judge(102.25)

    assert reports == [(2.0, "not seen")]


def test_a_thread_that_is_gone_has_no_culprit(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = LagMeter(0.001, lambda *_: None)
    loop = asyncio.new_event_loop()
    meter._beat = loop.time() - 60
    waits = iter([False, True])
    monkeypatch.setattr(meter._ended, "wait", lambda _: next(waits))

    meter._watch(loop, watched=-1)

    loop.close()
    assert meter._culprit == ""


def test_code_of_ours_is_named_before_the_library_it_called() -> None:
    seen: list[FrameType] = []

    class Looking(SimulatedClock):
        def now(self) -> int:
            seen.append(sys._getframe())
            raise StopIteration

    beat = heartbeat.Heartbeat(None, Looking(0), 1.0)  # type: ignore[arg-type]  # no inbox is needed
    with pytest.raises(RuntimeError, match="StopIteration"):
        beat.run().send(None)

    assert "tradeengine/run/heartbeat.py" in name_of(seen[0])
    assert name_of(seen[0]).endswith("Heartbeat.run")
