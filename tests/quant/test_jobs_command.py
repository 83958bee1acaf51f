"""`tradeengine jobs`: what is scheduled and what became of it; one job by hand."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path

import pytest

from tests.runs import DAY, make_home
from tradeengine.cli import main
from tradeengine.clock import SystemClock
from tradeengine.errors import VenueUnreachable
from tradeengine.layout import Home
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.model.jobs import JobOutcome
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant import jobs as desk
from tradeengine.quant import jobs_table, running_a_job
from tradeengine.quant.venue_time import now_of
from tradeengine.run.attempt import Ended, bounded
from tradeengine.run.job_lock import take
from tradeengine.schedule.job import Job, Occasion
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Attempt, Jobs

NOW = instant_of(DAY, time(9, 30))

Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = make_home(tmp_path, schedule={}, venue={"date": str(DAY), "start_time": "09:30"})
    made.prepare()
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    def typed(*arguments: str) -> tuple[int, str, str]:
        line = ["tradeengine", "jobs", *arguments]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as ended:
            main()
        caught = capsys.readouterr()
        assert "Traceback" not in caught.out + caught.err
        return int(ended.value.code or 0), caught.out, caught.err

    return typed


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Job]:
    """Give what the desk can do; a test fills it."""
    made: dict[str, Job] = {}

    def desk_jobs(_: Options) -> Mapping[str, Job]:
        return made

    monkeypatch.setattr(desk, "desk_jobs", desk_jobs)
    monkeypatch.setattr(jobs_table, "desk_jobs", desk_jobs)
    return made


async def well(occasion: Occasion) -> str:
    occasion.progress("fetching", 1, 2)
    return "40 symbols"


def rows(out: str) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(out)}


def write(home: Home, name: str, at: int, outcome: JobOutcome | None, origin: str) -> None:
    with open_database(home.state_file) as database:
        record = Jobs(database, origin)
        number = record.begin(name, at, at)
        if outcome is not None:
            record.end(number, at + MINUTE, outcome, f"{outcome.value} in words")


def last(home: Home, name: str) -> Attempt | None:
    with open_database(home.state_file) as database:
        return Jobs(database, "embedded").last_attempt(name, NOW)


@pytest.mark.usefixtures("home")
def test_without_any_run_it_shows_what_is_due_next(type_in: Type, jobs: dict[str, Job]) -> None:
    jobs["bars"] = well
    code, out, err = type_in("--json")

    assert (code, err) == (0, "")
    found = rows(out)
    assert list(found) == ["bars", "fundamentals", "universe", "plan"]
    assert found["bars"] == {
        "name": "bars",
        "does": "fetches daily bars, VIX and rates",
        "state": "on",
        "next_due": "2019-02-14T12:00:00Z",
        "late_seconds": 0.0,
        "never_succeeded": True,
        "last_success": None,
        "success_words": "",
        "last_attempt": None,
        "outcome": "",
        "outcome_words": "",
    }
    assert found["universe"]["next_due"] == "2019-04-06T12:30:00Z"
    assert found["plan"]["state"] == "absent"


def test_it_shows_successes_attempts_and_how_late(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    jobs |= dict.fromkeys(("bars", "fundamentals", "universe", "plan"), well)
    write(home, "bars", NOW - 60 * MINUTE, JobOutcome.DONE, "embedded")
    write(home, "fundamentals", NOW - 25 * 60 * MINUTE, JobOutcome.DONE, "embedded")
    write(home, "fundamentals", NOW - 20 * MINUTE, JobOutcome.FAILED, "embedded")
    write(home, "plan", NOW - 10 * MINUTE, None, "embedded")
    write(home, "universe", NOW - 10 * MINUTE, JobOutcome.DONE, "alpaca")
    lock = take(home.job_lock_file("plan"), "plan")
    assert lock is not None

    found = rows(type_in("--json")[1])
    shown = type_in()[1]
    lock.release()
    cut_off = rows(type_in("--json")[1])

    assert found["bars"]["late_seconds"] == 0
    assert found["fundamentals"]["last_success"] == "2019-02-12T13:31:00Z"
    assert found["fundamentals"]["late_seconds"] == 5400
    assert found["fundamentals"]["outcome"] == "failed"
    assert found["fundamentals"]["outcome_words"] == "failed in words"
    assert found["universe"]["never_succeeded"] is True
    assert (found["plan"]["outcome"], cut_off["plan"]["outcome"]) == ("running", "cut off")
    assert "embedded, 09:30 New York on Wed 2019-02-13" in shown
    assert "1 h 30 min" in shown
    assert "never ran well" in shown


def test_on_an_account_that_outlives_the_run_now_is_now(home: Home) -> None:
    keys = {"ALPACA_API_KEY": "KEY-OF-TEST", "ALPACA_SECRET_KEY": "SECRET-OF-TEST"}
    options = read_options(Flags(venue="paper"), home, None, keys, json=False)
    before = SystemClock().now()
    assert before <= now_of(options) <= SystemClock().now()


def test_what_is_off_is_said(tmp_path: Path, type_in: Type, jobs: dict[str, Job]) -> None:
    jobs["bars"] = well
    make_home(tmp_path, schedule={"bars": False})
    assert rows(type_in("--json", "--home", str(tmp_path))[1])["bars"]["state"] == "off"


def test_a_job_by_hand_is_done_and_written_down(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    jobs["bars"] = well
    code, out, err = type_in("run", "bars")

    assert (code, err) == (0, "")
    assert out.startswith("bars: done in 0 s: 40 symbols")
    attempt = last(home, "bars")
    assert attempt is not None
    assert (attempt.started_at, attempt.outcome, attempt.words) == (NOW, "done", "40 symbols")


def test_what_a_job_by_hand_raises_is_the_commands_end(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    async def unreachable(_: Occasion) -> str:
        raise VenueUnreachable("no answer within 10 s")

    jobs["bars"] = unreachable
    assert type_in("run", "bars") == (1, "", "tradeengine: no answer within 10 s\n")
    attempt = last(home, "bars")
    assert attempt is not None
    assert (attempt.outcome, attempt.words) == ("failed", "no answer within 10 s")


def test_a_bug_in_a_job_by_hand_is_an_internal_error(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    async def broken(_: Occasion) -> str:
        raise ZeroDivisionError("a bug of the test")

    jobs["bars"] = broken
    code, _, err = type_in("run", "bars")
    assert code == 70
    assert "ZeroDivisionError: a bug of the test" in err
    assert (home.root / "tradeengine-crash.txt").exists()


def test_a_job_by_hand_has_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_in: Type, jobs: dict[str, Job]
) -> None:
    async def for_ever(_: Occasion) -> str:
        await asyncio.get_running_loop().create_future()
        return "never"

    jobs["bars"] = for_ever
    home = make_home(tmp_path, schedule={"limit_minutes": 0.1})
    seconds: list[float] = []

    async def at_once(task: asyncio.Task[str], limit_seconds: float) -> Ended:
        seconds.append(limit_seconds)
        return await bounded(task, 0.001)

    monkeypatch.setattr(running_a_job, "bounded", at_once)
    code, _, err = type_in("run", "bars", "--home", str(home.root))
    assert (code, seconds) == (1, [6.0])
    assert "bars: not done after" in err


def test_ctrl_c_is_written_down(home: Home, type_in: Type, jobs: dict[str, Job]) -> None:
    async def interrupted(_: Occasion) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.get_running_loop().create_future()
        return "never"

    jobs["bars"] = interrupted
    assert type_in("run", "bars")[0] == 130
    attempt = last(home, "bars")
    assert attempt is not None
    assert attempt.outcome == "interrupted"


def test_a_job_that_runs_already_is_not_started_again(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    jobs["bars"] = well
    lock = take(home.job_lock_file("bars"), "bars", "tradeengine cache-fund")
    assert lock is not None
    code, _, err = type_in("run", "bars")
    lock.release()
    assert code == 1
    assert f"bars: runs already (tradeengine cache-fund, process {os.getpid()})" in err
    assert last(home, "bars") is None


def test_what_feeds_a_job_keeps_it_from_running_too(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    jobs |= {"bars": well, "universe": well}
    lock = take(home.job_lock_file("fundamentals"), "fundamentals")
    assert lock is not None
    code, _, err = type_in("run", "universe")
    fed_by_nobody = type_in("run", "bars")[0]
    lock.release()

    assert (code, fed_by_nobody) == (1, 0)
    assert "fundamentals: runs already (the engine, process" in err
    assert type_in("run", "universe")[0] == 0


def test_a_plan_by_hand_is_a_rehearsal_and_no_success_of_the_engines(
    home: Home, type_in: Type, jobs: dict[str, Job]
) -> None:
    jobs["plan"] = well
    code, out, _ = type_in("run", "plan")

    assert code == 0
    assert out.startswith("plan: done in 0 s: 40 symbols; a rehearsal: each run makes its own")
    assert last(home, "plan") is None
    assert rows(type_in("--json")[1])["plan"]["never_succeeded"] is True


@pytest.mark.parametrize(("name", "counts"), [("bars", True), ("plan", False)])
@pytest.mark.usefixtures("home")
def test_a_job_by_hand_for_machines(
    type_in: Type, jobs: dict[str, Job], name: str, *, counts: bool
) -> None:
    jobs[name] = well
    code, out, err = type_in("run", name, "--json")

    assert (code, err) == (0, "")
    told = json.loads(out)
    assert 0 <= told.pop("seconds") < 60
    assert told == {"name": name, "outcome": "done", "words": "40 symbols", "counts": counts}


@pytest.mark.usefixtures("home")
def test_a_failed_job_by_hand_is_told_to_machines_too(type_in: Type, jobs: dict[str, Job]) -> None:
    async def unreachable(_: Occasion) -> str:
        raise VenueUnreachable("no answer within 10 s")

    jobs["bars"] = unreachable
    code, out, err = type_in("run", "bars", "--json")

    assert (code, err) == (1, "tradeengine: no answer within 10 s\n")
    told = json.loads(out)
    assert (told["outcome"], told["words"], told["counts"]) == (
        "failed", "no answer within 10 s", False,
    )  # fmt: skip


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("flag", [("--json",), ("--home", "elsewhere"), ("--venue", "paper")])
def test_flags_that_run_would_not_hear_are_refused(
    type_in: Type, jobs: dict[str, Job], flag: tuple[str, ...]
) -> None:
    jobs["bars"] = well
    code, out, err = type_in(*flag, "run", "bars")

    assert (code, out) == (2, "")
    assert f"{flag[0]}: stands before `run`" in err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("barz", "no job is called 'barz'\n  remedy: did you mean bars?"),
        ("zzz", "remedy: the jobs are bars, fundamentals, universe, plan"),
        ("plan", "nothing carries out plan on embedded"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(
    type_in: Type, jobs: dict[str, Job], name: str, words: str
) -> None:
    jobs["bars"] = well
    code, _, err = type_in("run", name)
    assert code == 2
    assert words in err
