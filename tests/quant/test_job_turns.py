"""A run's own plan, commands by hand and the timetable's jobs keep out of each other's way."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.runs import make_home
from tradeengine.errors import JobFailed
from tradeengine.layout import Home
from tradeengine.quant import job_turns
from tradeengine.quant.job_turns import by_hand, in_turn, up_to
from tradeengine.run.job_lock import holder, is_held, take
from tradeengine.schedule.entries import BARS, FUNDAMENTALS, ORDER, PLAN, UNIVERSE, entries
from tradeengine.schedule.parameters import ScheduleParameters


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


def held(home: Home) -> list[str]:
    return [name for name in ORDER if is_held(home.job_lock_file(name))]


def test_the_order_is_the_timetables() -> None:
    assert tuple(entry.name for entry in entries(ScheduleParameters())) == ORDER
    assert up_to(BARS) == (BARS,)
    assert up_to(PLAN) == ORDER


def test_a_command_holds_its_job_and_what_feeds_it(home: Home) -> None:
    with by_hand(home, up_to(FUNDAMENTALS), "tradeengine cache-fund"):
        assert held(home) == [BARS, FUNDAMENTALS]
        told = holder(home.job_lock_file(BARS))
        assert told == f"tradeengine cache-fund, process {os.getpid()}"
    assert held(home) == []


def test_a_command_is_refused_at_once_and_lets_go_of_what_it_took(home: Home) -> None:
    lock = take(home.job_lock_file(FUNDAMENTALS), FUNDAMENTALS)
    assert lock is not None
    with (
        pytest.raises(JobFailed, match=r"fundamentals: runs already \(the engine, process \d+\)"),
        by_hand(home, up_to(UNIVERSE), "tradeengine refresh-universe"),
    ):
        raise AssertionError("two at once")
    assert held(home) == [FUNDAMENTALS]
    lock.release()


async def test_a_run_waits_for_its_turn_and_says_once_for_whom(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_turns, "PAUSE_SECONDS", 0.001)
    said: list[str] = []
    heard, entered = asyncio.Event(), asyncio.Event()

    def say(words: str) -> None:
        said.append(words)
        heard.set()

    async def run() -> None:
        async with in_turn(home, up_to(PLAN), "tradeengine run", say, 60):
            entered.set()
            assert held(home) == list(ORDER)

    with by_hand(home, up_to(FUNDAMENTALS), "tradeengine cache-fund"):
        task = asyncio.create_task(run())
        await asyncio.wait_for(heard.wait(), 30)
        assert not entered.is_set()
    await asyncio.wait_for(task, 30)

    who = f"tradeengine cache-fund, process {os.getpid()}"
    assert said == [f"waiting for the job bars: it runs already ({who})"]
    assert held(home) == []


async def test_a_run_does_not_wait_for_ever(home: Home) -> None:
    with by_hand(home, [UNIVERSE], "tradeengine refresh-universe"):
        with pytest.raises(JobFailed, match=r"universe: runs already .* for more than 0 min"):
            async with in_turn(home, up_to(PLAN), "tradeengine run", lambda _: None, 0):
                raise AssertionError("two at once")
        assert held(home) == [UNIVERSE]


def test_a_holder_that_nobody_can_read_is_another_process(home: Home) -> None:
    path = home.job_lock_file(BARS)
    assert holder(path) == "another process"
    path.write_bytes(b"\xff")
    assert holder(path) == "another process"
