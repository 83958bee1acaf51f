"""Clocks: the world's, a faster one, and one that stands still."""

import asyncio
import time

import pytest

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock, ScaledClock, SimulatedClock, SystemClock
from tradeengine.model.events import TimerFired
from tradeengine.model.instants import NANOS
from tradeengine.run.heartbeat import Heartbeat

START = 1_550_068_200_000_000_000


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def sleeper(clock: Clock, at: int, name: str, woken: list[str]) -> asyncio.Task[None]:
    async def sleep() -> None:
        await clock.sleep_until(at)
        woken.append(name)

    return asyncio.create_task(sleep(), name=name)


def test_the_system_clock_reads_the_machine() -> None:
    before = time.time_ns()

    assert before <= SystemClock().now() <= time.time_ns()


def test_a_machine_whose_clock_is_set_back_or_forward_is_never_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walls = iter([START, START + NANOS, START - 3600 * NANOS, START + 7200 * NANOS])
    steady = iter([5 * NANOS, 6 * NANOS, 8 * NANOS, 9 * NANOS])
    monkeypatch.setattr(time, "time_ns", lambda: next(walls))
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(steady))
    clock = SystemClock()

    seconds = [(clock.now() - START) // NANOS for _ in range(4)]

    assert seconds == [0, 1, 3, 7200]


async def test_the_heartbeat_goes_on_when_the_machine_is_set_back_by_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, inbox, real = SystemClock(), Inbox(), time.time_ns
    beating = asyncio.create_task(Heartbeat(inbox, clock, 0.01).run())
    async with asyncio.timeout(30):
        await inbox.take()
        monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * NANOS)
        told = [await inbox.take() for _ in range(3)]
    beating.cancel()

    assert all(isinstance(timer, TimerFired) and timer.at > real() - NANOS for timer in told)


async def test_the_system_clock_sleeps_until_an_instant_and_not_for_one_past() -> None:
    clock = SystemClock()
    due = clock.now() + 5_000_000

    await clock.sleep_until(due)
    assert clock.now() >= due
    await asyncio.wait_for(clock.sleep_until(due - NANOS), 0.5)
    await clock.sleep(0.001)


async def test_an_early_timer_does_not_end_a_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = iter([START, START + 999_999, START + 999_999, START + 1_000_000])
    clock = SystemClock()
    monkeypatch.setattr(clock, "now", lambda: next(readings))

    await clock.sleep_until(START + 1_000_000)

    assert list(readings) == []


async def test_a_scaled_clock_runs_faster_than_the_world() -> None:
    clock = ScaledClock(START, speed=1000)
    began = time.monotonic()

    await clock.sleep(10)
    await clock.sleep_until(START + 20 * NANOS)

    assert clock.now() >= START + 20 * NANOS
    assert time.monotonic() - began < 5


async def test_a_scaled_clock_does_not_wake_early(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ScaledClock(START, speed=1e6)
    readings = iter([START, START + 999, START + 1000])
    monkeypatch.setattr(clock, "now", lambda: next(readings))

    await clock.sleep_until(START + 1000)

    assert list(readings) == []


def test_a_scaled_clock_begins_at_its_start() -> None:
    clock = ScaledClock(START, speed=1)

    assert 0 <= clock.now() - START < NANOS


async def test_a_held_clock_stands_until_it_is_released() -> None:
    clock, woken = ScaledClock(START, speed=1e6, held=True), list[str]()
    task = sleeper(clock, START + 1000, "woken", woken)
    await settle()
    assert clock.now() == START
    assert woken == []

    clock.release()
    await task

    assert woken == ["woken"]
    assert clock.now() >= START + 1000
    clock.release()
    assert clock.now() >= START + 1000


def test_a_simulated_clock_stands_still_and_never_goes_back() -> None:
    clock = SimulatedClock(START)
    assert clock.now() == START

    clock.advance_to(START + 5)
    clock.advance_to(START + 3)

    assert clock.now() == START + 5


async def test_sleepers_wake_in_order_of_time_and_then_of_asking() -> None:
    clock, woken = SimulatedClock(START), list[str]()
    for at, name in [(START + 20, "c"), (START + 10, "a"), (START + 10, "b"), (START + 99, "d")]:
        sleeper(clock, at, name, woken)
    await settle()
    assert clock.next_due() == START + 10

    clock.advance_to(START + 50)
    await settle()

    assert woken == ["a", "b", "c"]
    assert clock.next_due() == START + 99
    clock.advance_to(START + 99)
    await settle()
    assert woken == ["a", "b", "c", "d"]
    assert clock.next_due() is None


async def test_a_sleep_in_the_past_ends_at_once_and_lets_others_run() -> None:
    clock, woken = SimulatedClock(START), list[str]()
    asyncio.get_running_loop().call_soon(woken.append, "other")

    await clock.sleep_until(START - 1)

    assert woken == ["other"]


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock, woken = SimulatedClock(START), list[str]()
    first = sleeper(clock, START + 10, "first", woken)
    sleeper(clock, START + 20, "second", woken)
    await settle()

    first.cancel()
    await settle()

    assert first.cancelled()
    assert clock.next_due() == START + 20
    clock.advance_to(START + 30)
    await settle()
    assert woken == ["second"]


async def test_a_sleep_is_measured_from_now() -> None:
    clock, woken = SimulatedClock(START), list[str]()

    async def sleep() -> None:
        await clock.sleep(1.5)
        woken.append("woken")

    task = asyncio.create_task(sleep(), name="sleep")
    await settle()
    clock.advance_to(START + 1_499_999_999)
    await settle()
    assert woken == []
    clock.advance_to(START + 1_500_000_000)
    await task
    assert woken == ["woken"]


@pytest.mark.parametrize("clock", [SystemClock(), ScaledClock(START, 5), SimulatedClock(START)])
async def test_every_clock_lets_others_run_while_nobody_waits(clock: Clock) -> None:
    ran = list[str]()
    asyncio.get_running_loop().call_soon(ran.append, "other")

    await clock.sleep_until(clock.now() - 1)

    assert ran == ["other"]
