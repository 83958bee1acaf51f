"""The timetable at work: what is due runs once, in order, and what goes wrong is told."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path

import pytest

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import SimulatedClock, SystemClock
from tradeengine.errors import BadConfiguration, StoreFailed
from tradeengine.layout import Home
from tradeengine.model.events import JobEnded, JobStarted
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.model.jobs import JobOutcome
from tradeengine.quiescence import Quiescence
from tradeengine.run import attempt, timetable
from tradeengine.run.job_lock import take
from tradeengine.run.job_records import DurableRecords, FreshRecords, JobRecords
from tradeengine.run.timetable import Timetable
from tradeengine.schedule.apscheduler_clock import ApschedulerBell
from tradeengine.schedule.job import Job, Occasion
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.schedule.venue_clock import VenueBell
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs

HOUR = 60 * MINUTE
SCHEDULE = ScheduleParameters(limit_minutes=0.1)
NAMES = ("bars", "fundamentals", "universe", "plan")


def ny(month: int, day: int, hour: int, minute: int = 0) -> int:
    return instant_of(date(2026, month, day), time(hour, minute))


class Wall:
    """A wall clock that a test sets, forward and back; nobody sleeps on it."""

    def __init__(self, now: int) -> None:
        self.at = now

    def now(self) -> int:
        return self.at

    async def sleep_until(self, at: int) -> None:
        raise AssertionError("a job waits on real time only", at)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a job waits on real time only", seconds)


class Room:
    """A timetable with jobs that note when they ran, and what it told to whom."""

    def __init__(self, folder: Path, now: int) -> None:
        self.home = Home(folder)
        self.home.prepare()
        self.wall = Wall(now)
        self.ran: list[tuple[str, Occasion]] = []
        self.jobs: dict[str, Job] = {}
        self.alerts: list[tuple[str, str]] = []
        self.inbox = Inbox()
        self.schedule = SCHEDULE

    def has(self, *names: str) -> None:
        for name in names:
            self.jobs[name] = self._noting

    async def _noting(self, occasion: Occasion) -> str:
        self.ran.append((occasion.name, occasion))
        return "all well"

    def timetable(self, records: JobRecords) -> Timetable:
        return Timetable(
            self.schedule, self.jobs, records, self.home, self.wall, self.inbox, self._tell
        )

    def _tell(self, severity: object, code: str, text: str) -> None:
        del severity
        self.alerts.append((code, text))

    async def look(self, *after: int) -> None:
        """Open the state file, as a start of the engine does, and look at each instant."""
        with open_database(self.home.state_file) as database:
            table = self.timetable(DurableRecords(Jobs(database, "alpaca")))
            for at in after or (self.wall.at,):
                self.wall.at = at
                await table.look()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.ran]

    def messages(self) -> Iterator[JobStarted | JobEnded]:
        while self.inbox.depth():
            message = self.inbox.take_nowait()
            assert isinstance(message, JobStarted | JobEnded)
            yield message


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, ny(3, 3, 9))


async def test_on_a_fresh_machine_all_run_at_once_in_order_and_none_is_late(room: Room) -> None:
    room.has(*reversed(NAMES))

    await room.look()

    assert room.names == list(NAMES)
    assert room.alerts == []
    assert [m.late_seconds for m in room.messages()] == [0.0] * 8


async def test_a_host_asleep_over_eight_runs_it_once_on_wake_and_says_how_late(room: Room) -> None:
    room.has("fundamentals")
    await room.look(ny(3, 3, 9))

    await room.look(ny(3, 4, 7, 59), ny(3, 4, 10, 13), ny(3, 4, 10, 14), ny(3, 4, 18))

    assert room.names == ["fundamentals"] * 2
    assert room.ran[1][1].due == ny(3, 4, 8)
    assert room.ran[1][1].at == ny(3, 4, 10, 13)
    assert room.alerts == [
        (
            "JOB_LATE",
            "fundamentals runs 2 h 13 min late: due 08:00 New York on Wed 2026-03-04",
        )
    ]
    started = [m for m in room.messages() if isinstance(m, JobStarted)]
    assert (started[1].due, started[1].late_seconds) == (ny(3, 4, 8), 7980.0)


async def test_what_was_due_several_times_runs_once_and_says_how_often(room: Room) -> None:
    room.has("bars", "fundamentals")
    await room.look()

    await room.look(ny(3, 6, 7, 30))

    assert room.names == ["bars", "fundamentals"] * 2
    ((code, text),) = room.alerts
    assert code == "JOB_LATE"
    assert text == (
        "bars runs 30 min late: due 07:00 New York on Fri 2026-03-06, after 2 that were missed;"
        " fundamentals runs 23 h 30 min late: due 08:00 New York on Thu 2026-03-05,"
        " after 1 that were missed"
    )


async def test_in_time_nothing_is_said(room: Room) -> None:
    room.has("fundamentals")
    await room.look(ny(3, 3, 9), ny(3, 4, 8), ny(3, 5, 8, 4))
    assert room.names == ["fundamentals"] * 3
    assert room.alerts == []


@pytest.mark.parametrize(
    ("before", "day"), [((3, 7, 9), (3, 8)), ((10, 31, 9), (11, 1))], ids=["spring", "autumn"]
)
async def test_over_a_clock_change_it_runs_once_at_eight(
    room: Room, before: tuple[int, int, int], day: tuple[int, int]
) -> None:
    room.has("fundamentals")
    eight = ny(*day, 8)

    await room.look(ny(*before), *range(eight - 9 * HOUR, eight + 9 * HOUR, 10 * MINUTE))

    assert [occasion.at for _, occasion in room.ran] == [ny(*before), eight]


async def test_the_quarterly_job_survives_three_restarts(room: Room) -> None:
    room.has("universe")
    await room.look(ny(1, 3, 9))  # the first Saturday of the first quarter
    for at in (ny(2, 2, 9), ny(3, 30, 9), ny(4, 4, 8)):  # three starts, none of them due
        await room.look(at)
    assert room.names == ["universe"]

    await room.look(ny(4, 6, 9))  # the host was off on Saturday the 4th of April
    await room.look(ny(4, 7, 9))

    assert room.names == ["universe"] * 2
    assert room.alerts == [
        ("JOB_LATE", "universe runs 2 d late: due 08:30 New York on Sat 2026-04-04")
    ]


async def test_a_holiday_saturday_counts(room: Room) -> None:
    room.has("universe")
    await room.look(ny(4, 4, 9), ny(7, 4, 8, 29), ny(7, 4, 8, 30))
    assert [occasion.at for _, occasion in room.ran] == [ny(4, 4, 9), ny(7, 4, 8, 30)]


async def test_a_clock_that_is_set_back_runs_nothing_twice(room: Room) -> None:
    room.has("fundamentals")
    await room.look(ny(3, 3, 9), ny(3, 4, 8), ny(3, 4, 7, 30), ny(3, 4, 8), ny(3, 4, 8, 1))
    assert room.names == ["fundamentals"] * 2


async def test_a_success_of_a_clock_that_was_wrong_holds_nothing_up(room: Room) -> None:
    room.has("fundamentals")
    await room.look(ny(9, 1, 9), ny(3, 4, 8), ny(3, 4, 9))
    assert [occasion.at for _, occasion in room.ran] == [ny(9, 1, 9), ny(3, 4, 8)]


async def test_what_was_cut_off_between_start_and_success_runs_again(room: Room) -> None:
    room.has("fundamentals")
    await room.look(ny(3, 3, 9))
    with open_database(room.home.state_file) as database:
        Jobs(database, "alpaca").begin("fundamentals", ny(3, 4, 8), ny(3, 4, 8))

    await room.look(ny(3, 4, 8, 2))

    assert [occasion.at for _, occasion in room.ran] == [ny(3, 3, 9), ny(3, 4, 8, 2)]


async def test_a_job_that_raises_is_told_and_the_next_one_runs(room: Room) -> None:
    async def failing(_: Occasion) -> str:
        raise BadConfiguration("SEC_CONTACT", "is not set")

    room.has("universe")
    room.jobs["fundamentals"] = failing

    await room.look()

    assert room.names == ["universe"]
    assert room.alerts == [
        (
            "JOB_FAILED",
            "fundamentals failed: SEC_CONTACT: is not set; what it made before stays;"
            " next try: 09:10 New York on Tue 2026-03-03",
        )
    ]
    ends = [m for m in room.messages() if isinstance(m, JobEnded)]
    assert [(m.name, m.outcome, m.words) for m in ends] == [
        ("fundamentals", JobOutcome.FAILED, "SEC_CONTACT: is not set"),
        ("universe", JobOutcome.DONE, "all well"),
    ]


async def test_a_job_that_fails_is_tried_a_few_times_and_then_at_its_next_time(room: Room) -> None:
    tried: list[int] = []

    async def failing(occasion: Occasion) -> str:
        tried.append(occasion.at)
        raise ZeroDivisionError

    room.has("fundamentals")
    await room.look(ny(3, 3, 9))
    room.jobs["fundamentals"] = failing
    start = ny(3, 4, 10)
    await room.look(*range(start, start + 20 * HOUR, 5 * MINUTE), ny(3, 5, 8))

    assert tried == [start, start + 10 * MINUTE, start + 20 * MINUTE, ny(3, 5, 8)]
    assert [code for code, _ in room.alerts] == ["JOB_LATE", *["JOB_FAILED"] * 4]
    assert "next try: its next time" in room.alerts[3][1]


async def test_a_failure_of_a_machine_that_never_succeeded_is_tried_again_the_next_day(
    room: Room,
) -> None:
    tried: list[int] = []

    async def failing(occasion: Occasion) -> str:
        tried.append(occasion.at)
        raise ZeroDivisionError

    room.schedule = SCHEDULE.model_copy(update={"attempts_most": 1})
    room.jobs["fundamentals"] = failing
    await room.look(ny(3, 3, 9), ny(3, 3, 12), ny(3, 4, 7, 59), ny(3, 4, 8))
    assert tried == [ny(3, 3, 9), ny(3, 4, 8)]


async def test_a_job_that_never_ends_is_given_up_and_not_started_twice(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt, "GRACE_SECONDS", 0.001)
    may_end = asyncio.Event()
    starts: list[int] = []

    async def hanging(occasion: Occasion) -> str:
        starts.append(occasion.at)
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue
        return "at last"

    room.schedule = SCHEDULE.model_copy(update={"limit_minutes": 1e-5})
    room.jobs["fundamentals"] = hanging
    with open_database(room.home.state_file) as database:
        table = room.timetable(DurableRecords(Jobs(database, "alpaca")))
        await table.look()
        assert [code for code, _ in room.alerts] == ["JOB_FAILED"]
        assert "not started again until it has" in room.alerts[0][1]

        room.wall.at = ny(3, 5, 8)
        await table.look()
        assert starts == [ny(3, 3, 9)]
        assert take(room.home.job_lock_file("fundamentals"), "fundamentals") is None

        may_end.set()
        for _ in range(5):
            await asyncio.sleep(0)
        await table.look()
        assert starts == [ny(3, 3, 9), ny(3, 5, 8)]
    ends = [m.outcome for m in room.messages() if isinstance(m, JobEnded)]
    assert ends == [JobOutcome.TOO_LONG, JobOutcome.DONE]


async def test_two_that_are_due_at_once_run_one_after_the_other(room: Room) -> None:
    running: list[str] = []
    most: list[int] = []

    async def noting(occasion: Occasion) -> str:
        running.append(occasion.name)
        most.append(len(running))
        await asyncio.sleep(0)
        running.remove(occasion.name)
        room.ran.append((occasion.name, occasion))
        return ""

    room.schedule = SCHEDULE.model_copy(update={"bars_time": time(8)})
    room.jobs = {"fundamentals": noting, "bars": noting}
    await room.look(ny(3, 3, 9), ny(3, 4, 8))
    assert room.names == ["bars", "fundamentals"] * 2
    assert max(most) == 1


async def test_a_job_that_another_process_runs_is_left_to_it(room: Room) -> None:
    room.has("bars")
    lock = take(room.home.job_lock_file("bars"), "bars")
    assert lock is not None
    with open_database(room.home.state_file) as database:
        table = room.timetable(DurableRecords(Jobs(database, "alpaca")))
        await table.look()
        assert room.names == []
        assert table.next_due() == room.wall.at + MINUTE

        lock.release()
        room.wall.at += MINUTE
        await table.look()
    assert room.names == ["bars"]
    assert room.alerts == []


async def test_a_success_by_hand_is_seen_by_a_running_engine(room: Room) -> None:
    room.has("bars")
    await room.look()
    with open_database(room.home.state_file) as database:
        jobs = Jobs(database, "alpaca")
        table = room.timetable(DurableRecords(jobs))
        at = ny(3, 4, 7, 30)
        jobs.end(jobs.begin("bars", at, at), at, JobOutcome.DONE, "by hand")
        room.wall.at = at + MINUTE
        await table.look()
    assert room.names == ["bars"]


async def test_a_lock_that_cannot_be_made_is_a_failure_like_any_other(room: Room) -> None:
    room.has("bars")
    room.home.job_lock_file("bars").mkdir()
    await room.look()
    assert room.names == []
    assert "cannot be opened: Is a directory" in room.alerts[0][1]


async def test_without_a_record_jobs_run_and_it_is_said_once(room: Room) -> None:
    class Broken:
        def last_success(self, name: str, now: int) -> int | None:
            raise StoreFailed("state.db", f"disk I/O error on {name} at {now}")

        def begin(self, name: str, due: int, at: int) -> int:
            raise StoreFailed("state.db", f"disk I/O error on {name} at {due}, {at}")

        def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
            raise AssertionError("what did not begin has no end", number, at, outcome, words)

    room.has("bars")
    table = room.timetable(Broken())
    await table.look()
    room.wall.at += MINUTE
    await table.look()
    assert room.names == ["bars"]
    assert [code for code, _ in room.alerts] == ["JOB_RECORD_FAILED"]


async def test_an_end_that_cannot_be_written_is_said(room: Room) -> None:
    class Failing(FreshRecords):
        def end(self, number: int, at: int, outcome: JobOutcome, words: str) -> None:
            raise StoreFailed("state.db", f"disk full at {number}, {at}, {outcome}, {words}")

    room.has("bars")
    table = room.timetable(Failing(ny(3, 3, 6)))
    await table.look()
    assert room.names == ["bars"]
    assert [code for code, _ in room.alerts] == ["JOB_LATE", "JOB_RECORD_FAILED"]


async def test_when_the_engine_stops_the_job_is_written_down_as_interrupted(room: Room) -> None:
    async def for_ever(_: Occasion) -> str:
        await asyncio.get_running_loop().create_future()
        return "never"

    room.jobs["bars"] = for_ever
    with open_database(room.home.state_file) as database:
        jobs = Jobs(database, "alpaca")
        looking = asyncio.create_task(room.timetable(DurableRecords(jobs)).look(), name="look")
        for _ in range(5):
            await asyncio.sleep(0)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        attempted = jobs.last_attempt("bars", room.wall.at)
        assert attempted is not None
        assert attempted.outcome == "interrupted"
        assert jobs.last_success("bars", room.wall.at) is None


async def test_what_is_off_or_absent_is_not_run(room: Room) -> None:
    room.has("bars", "plan")
    room.schedule = SCHEDULE.model_copy(update={"bars": False})
    await room.look()
    assert room.names == ["plan"]


async def test_a_market_of_ours_has_missed_nothing(room: Room) -> None:
    room.has(*NAMES)
    table = room.timetable(FreshRecords(ny(3, 3, 7, 30)))
    for at in (ny(3, 3, 7, 30), ny(3, 3, 8), ny(3, 3, 8, 1), ny(3, 3, 9, 10)):
        room.wall.at = at
        await table.look()
    assert [(name, occasion.at) for name, occasion in room.ran] == [
        ("fundamentals", ny(3, 3, 8)),
        ("plan", ny(3, 3, 9, 10)),
    ]
    assert room.alerts == []


def on_clock(room: Room, clock: SimulatedClock, quiescence: Quiescence) -> Timetable:
    return Timetable(
        SCHEDULE,
        room.jobs,
        FreshRecords(clock.now()),
        room.home,
        clock,
        room.inbox,
        lambda *_: None,
        quiescence,
    )


async def turns(number: int = 10) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


async def test_in_lock_step_the_market_stands_still_until_the_job_has_ended(room: Room) -> None:
    may_end = asyncio.Event()

    async def working(_: Occasion) -> str:
        await may_end.wait()
        return ""

    room.jobs["fundamentals"] = working
    clock, quiescence = SimulatedClock(ny(3, 3, 7, 30)), Quiescence()
    running = asyncio.create_task(on_clock(room, clock, quiescence).run(), name="timetable")
    await turns()
    assert clock.next_due() == ny(3, 3, 8)

    clock.advance_to(ny(3, 3, 8))
    await turns(2)
    assert quiescence.pending == 1
    quiescence.begin()  # something else is under way: an answer that the engine waits for
    may_end.set()
    await turns()
    assert [type(message) for message in room.messages()] == [JobStarted]

    quiescence.end()
    await turns()
    assert [type(message) for message in room.messages()] == [JobEnded]
    assert quiescence.pending == 0
    running.cancel()


async def test_on_the_machines_clock_what_is_due_at_the_start_runs_and_then_it_waits(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = asyncio.Event()
    bells: list[Callable[[], bool]] = []

    class Bell(ApschedulerBell):  # the real one, watched
        async def rings(self, due: int | None) -> None:
            bells.append(lambda: self.scheduler.running)
            looked.set()
            await super().rings(due)

    monkeypatch.setattr(timetable, "ApschedulerBell", Bell)
    room.has("bars")
    table = Timetable(
        SCHEDULE,
        room.jobs,
        FreshRecords(0),
        room.home,
        SystemClock(),
        room.inbox,
        lambda *_: None,
    )
    running = asyncio.create_task(table.run(), name="timetable")
    await asyncio.wait_for(looked.wait(), 10)
    assert room.names == ["bars"]
    assert bells[0]()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not bells[0]()


def test_a_clock_of_ours_has_a_bell_of_its_own(room: Room) -> None:
    table = on_clock(room, SimulatedClock(0), Quiescence())
    assert isinstance(table._bell(), VenueBell)


def test_with_no_jobs_nothing_is_ever_due(room: Room) -> None:
    table = room.timetable(FreshRecords(0))
    assert table.entries == []
    assert table.next_due() is None
