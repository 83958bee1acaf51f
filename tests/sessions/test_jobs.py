"""Scheduled jobs in whole runs: equal runs stay equal, and a killed process runs them again."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import time
from pathlib import Path

import pytest

from tests.runs import DAY, make_home, options_for, run_folder
from tests.sessions.programs import environment
from tradeengine.errors import ExitCode
from tradeengine.layout import Home
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.options import Options
from tradeengine.quant import jobs as desk
from tradeengine.quant.off_the_loop import off_the_loop
from tradeengine.replaying import replay_run
from tradeengine.schedule.job import Job, Occasion
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs
from tradeengine.trading import trade

DUE = instant_of(DAY, time(10, 32))

AT_10_32: dict[str, object] = {"bars_time": "10:32", "fundamentals_time": "10:32"}


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> list[Occasion]:
    """Give the desk a job that works off the loop and takes many turns, and one with a bug."""
    made: list[Occasion] = []

    async def fundamentals(occasion: Occasion) -> str:
        made.append(occasion)
        for _ in range(len(made) * 17):  # each run of it takes another number of turns
            await asyncio.sleep(0)
        total = await off_the_loop(sum, range(1000))
        return f"{total} facts"

    async def bars(_: Occasion) -> str:
        raise ZeroDivisionError("a bug of the test")

    def jobs(_: Options, __: object = ()) -> Mapping[str, Job]:
        return {"bars": bars, "fundamentals": fundamentals}

    monkeypatch.setattr(desk, "desk_jobs", jobs)
    return made


def a_run(path: Path, venue: str, schedule: Mapping[str, object] = AT_10_32) -> Path:
    """Trade from 10:30 to 10:35 with two jobs due at 10:32, while orders are under way."""
    path.mkdir()
    home = make_home(path, "Churn", schedule=dict(schedule))
    assert trade(options_for(home, venue=venue)) is ExitCode.CLEAN
    return run_folder(home).folder


def said(run: Path, code: str) -> list[str]:
    events = map(json.loads, (run / "events.jsonl").read_text().splitlines())
    return [event["message"] for event in events if event["event_code"] == code]


def test_runs_with_jobs_are_equal_and_replay_the_same(
    tmp_path: Path, fetching: list[Occasion]
) -> None:
    venues = ("simulated", "simulated", "embedded", "embedded")
    runs = [a_run(tmp_path / str(number), venue) for number, venue in enumerate(venues)]

    assert [(occasion.due, occasion.at) for occasion in fetching] == [(DUE, DUE)] * 4
    for run in runs:
        bars, fundamentals = said(run, "JOB_ENDED")
        assert bars.startswith(
            "bars, due 10:32 New York on Wed 2019-02-13, failed: ZeroDivisionError: a bug"
        )
        assert fundamentals == (
            "fundamentals, due 10:32 New York on Wed 2019-02-13, done: 499500 facts"
        )
        assert replay_run(run, None) is ExitCode.CLEAN
        assert replay_run(runs[0], run) is ExitCode.CLEAN


def test_a_run_without_jobs_says_nothing_of_them(tmp_path: Path) -> None:
    off = dict.fromkeys(("bars", "fundamentals", "universe", "plan"), False)
    run = a_run(tmp_path / "home", "simulated", AT_10_32 | off)
    assert said(run, "JOB_STARTED") == []
    assert list((tmp_path / "home" / "data").glob("job-*")) == []


def test_at_a_finite_speed_a_job_runs_when_the_venues_clock_says_so(
    tmp_path: Path, fetching: list[Occasion]
) -> None:
    trade(options_for(make_home(tmp_path, schedule=AT_10_32), speed="600"))
    (occasion,) = fetching
    assert occasion.due == DUE
    assert occasion.at >= DUE


WORKING_FOR_EVER = """
import asyncio, sys
from pathlib import Path
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock
from tradeengine.layout import Home
from tradeengine.run.job_records import DurableRecords
from tradeengine.run.timetable import Timetable
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs

async def job(occasion):
    print("begun", flush=True)
    await asyncio.get_running_loop().create_future()

home = Home(Path(sys.argv[1]))
home.prepare()
with open_database(home.state_file) as database:
    clock, records = SimulatedClock(int(sys.argv[2])), DurableRecords(Jobs(database, "alpaca"))
    jobs = {"fundamentals": job}
    table = Timetable(ScheduleParameters(), jobs, records, home, clock, Inbox(), print)
    asyncio.run(table.look())
"""


def test_a_process_killed_between_start_and_success_runs_the_job_again(tmp_path: Path) -> None:
    for again in range(2):
        at = DUE + again * MINUTE
        with subprocess.Popen(
            [sys.executable, "-c", WORKING_FOR_EVER, str(tmp_path), str(at)],
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGKILL)

    with open_database(Home(tmp_path).state_file) as database:
        jobs = Jobs(database, "alpaca")
        attempt = jobs.last_attempt("fundamentals", at)
        assert attempt is not None
        assert (attempt.id, attempt.started_at, attempt.ended_at) == (2, at, None)
        assert jobs.last_success("fundamentals", at) is None
