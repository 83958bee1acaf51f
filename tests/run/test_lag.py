"""A loop that is held up is reported, with the name of who held it up."""

import asyncio
import json
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
    meter = LagMeter(0.02, lambda _, seconds, culprit: reports.append((seconds, culprit)))
    running = asyncio.create_task(meter.run())
    await asyncio.sleep(0)

    hold_up(0.3)
    async with asyncio.timeout(30):
        # A loaded machine may hold the loop up by itself before.
        while not any(seconds > 0.2 for seconds, _ in reports):  # noqa: ASYNC110 - the meter has no event to wait for
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    seconds, culprit = max(reports)
    assert 0.2 < seconds < 5
    assert culprit.endswith("hold_up")


async def test_a_strategy_that_blocks_the_loop_is_named_first() -> None:
    reports: list[str] = []
    meter = LagMeter(0.02, lambda _, __, culprit: reports.append(culprit), speaker=lambda: "mine")
    running = asyncio.create_task(meter.run())
    await asyncio.sleep(0)

    hold_up(0.3)
    async with asyncio.timeout(30):
        while not reports:  # noqa: ASYNC110 - the meter has no event to wait for
            await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert reports[0].startswith("strategy mine, ")
    assert reports[0].endswith("hold_up")


async def test_a_loop_in_time_is_not_reported() -> None:
    reports: list[object] = []
    in_time: list[float] = []
    meter = LagMeter(60, lambda *report: reports.append(report), in_time.append)
    meter._beat = 100.0

    meter._judge(100.0 + 15)
    meter._judge(115.0 + 15 + 59)

    assert reports == []
    assert in_time == [115.0, 189.0]


async def test_lateness_that_nobody_saw_is_reported_as_such() -> None:
    reports: list[object] = []
    meter = LagMeter(1, lambda *report: reports.append(report))
    meter._beat = 100.0

    meter._judge(102.25)

    assert reports == [(102.25, 2.0, "not seen")]


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
    [frame] = seen
    assert frame.f_back is not None

    assert "tradeengine/run/heartbeat.py" in name_of(frame.f_back)
    assert name_of(frame.f_back).endswith("Heartbeat.run")


def test_code_that_waits_in_a_library_is_named_before_the_library() -> None:
    seen: list[FrameType] = []

    class Looking(json.JSONEncoder):
        def default(self, _: object) -> None:
            seen.append(sys._getframe().f_back)  # type: ignore[arg-type]  # called by the library

    def slow_strategy() -> str:
        return json.dumps(object(), cls=Looking)

    slow_strategy()

    assert "slow_strategy (in JSONEncoder" in name_of(seen[0])
