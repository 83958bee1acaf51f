"""The bells ring when something is due: on the machine's clock, and on a clock of ours."""

import asyncio
from datetime import datetime, time, tzinfo

import pytest
from apscheduler.schedulers import base

from tradeengine.clock import SimulatedClock
from tradeengine.model.instants import MINUTE, NANOS, NEW_YORK, parse_instant
from tradeengine.schedule.apscheduler_clock import ApschedulerBell, DueTrigger
from tradeengine.schedule.timetable import Daily, next_due
from tradeengine.schedule.venue_clock import DAY_SECONDS, VenueBell

SEVEN_59 = parse_instant("2026-03-04T12:59:00Z")
EIGHT = Daily(at=time(8))


class Wall:
    """A wall clock that a test sets, in the place of APScheduler's own."""

    def __init__(self, now: int) -> None:
        self.at = now

    def now(self, zone: tzinfo) -> datetime:
        return datetime.fromtimestamp(self.at / NANOS, zone)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall(SEVEN_59)
    monkeypatch.setattr(base, "datetime", made)
    return made


async def turns(number: int = 20) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def an_eight_bell(poll_seconds: float = 3600) -> ApschedulerBell:
    return ApschedulerBell({"x": lambda after: next_due(EIGHT, after)}, poll_seconds)


async def test_a_host_that_slept_over_it_hears_one_ring_however_late(wall: Wall) -> None:
    async with an_eight_bell() as bell:
        ringing = asyncio.create_task(bell.rings(None))
        bell.scheduler.wakeup()
        await turns()
        assert not ringing.done()  # 07:59

        wall.at += 3 * 24 * 60 * MINUTE + 2 * 60 * MINUTE  # three days and two hours later
        bell.scheduler.wakeup()
        await asyncio.wait_for(ringing, 30)

        again = asyncio.create_task(bell.rings(None))
        bell.scheduler.wakeup()
        await turns()
        assert not again.done()  # four instants were missed; one ring told of them
        (job,) = bell.scheduler.get_jobs()
        assert job.next_run_time == datetime(2026, 3, 8, 8, tzinfo=NEW_YORK)
        again.cancel()


@pytest.mark.usefixtures("wall")
async def test_its_jobs_are_those_that_the_traps_ask_for() -> None:
    async with an_eight_bell() as bell:
        (job,) = bell.scheduler.get_jobs()
        assert asyncio.iscoroutinefunction(job.func)
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)
        assert bell.scheduler.timezone is NEW_YORK


@pytest.mark.usefixtures("wall")
async def test_it_has_stopped_when_the_block_ends() -> None:
    async with an_eight_bell() as bell:
        assert bell.scheduler.running
    assert not bell.scheduler.running


@pytest.mark.usefixtures("wall")
async def test_without_any_timer_one_looks_at_the_clock_all_the_same() -> None:
    async with an_eight_bell(poll_seconds=0) as bell:
        await asyncio.wait_for(bell.rings(None), 30)


def test_a_trigger_that_is_never_due_again_has_no_next_time() -> None:
    now = datetime(2026, 3, 4, tzinfo=NEW_YORK)
    assert DueTrigger(lambda _: None).get_next_fire_time(None, now) is None


def test_a_trigger_is_asked_from_its_previous_time_so_that_none_is_missed() -> None:
    asked: list[int] = []

    def ask(after: int) -> int:
        asked.append(after)
        return after + 1000

    previous = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1)  # the second 01:30
    moment = DueTrigger(ask).get_next_fire_time(previous, datetime(2026, 12, 1, tzinfo=NEW_YORK))
    assert asked == [parse_instant("2026-11-01T06:30:00Z")]
    assert moment is not None
    assert moment.microsecond == 1


async def test_on_a_clock_of_ours_it_rings_when_that_clock_reads_it() -> None:
    clock = SimulatedClock(SEVEN_59)
    async with VenueBell(clock) as bell:
        ringing = asyncio.create_task(bell.rings(SEVEN_59 + MINUTE))
        await turns(2)
        clock.advance_to(SEVEN_59 + MINUTE - 1)
        await turns(2)
        assert not ringing.done()
        clock.advance_to(SEVEN_59 + MINUTE)
        await turns(2)
        assert ringing.done()


async def test_with_nothing_due_it_looks_again_in_a_day_of_that_clock() -> None:
    clock = SimulatedClock(SEVEN_59)
    async with VenueBell(clock) as bell:
        ringing = asyncio.create_task(bell.rings(None))
        await turns(2)
        assert clock.next_due() == SEVEN_59 + int(DAY_SECONDS) * NANOS
        clock.advance_to(SEVEN_59 + int(DAY_SECONDS) * NANOS)
        await ringing
