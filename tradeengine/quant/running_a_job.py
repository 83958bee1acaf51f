"""One job by hand: with progress on the terminal, on the same record as the engine's."""

import asyncio
from collections.abc import Mapping

import msgspec
import typer

from tradeengine.clock import SystemClock
from tradeengine.errors import BadConfiguration, ExitCode, JobFailed
from tradeengine.event_loop import in_a_loop
from tradeengine.model.instants import NANOS
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.spans import in_words
from tradeengine.options import Options
from tradeengine.quant.job_turns import by_hand, up_to
from tradeengine.quant.jobs import origin_of
from tradeengine.quant.progress_bars import progress_bars
from tradeengine.quant.venue_time import now_of
from tradeengine.run.attempt import Ended, begin, bounded
from tradeengine.run.job_records import DurableRecords, FreshRecords, JobRecords
from tradeengine.schedule.entries import PLAN, entries
from tradeengine.schedule.job import Job, Occasion
from tradeengine.settings.problems import nearest
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs


class ByHand(msgspec.Struct, frozen=True, kw_only=True):
    """What `jobs run --json` prints; `counts` tells whether the engine takes it for its own."""

    name: str
    outcome: JobOutcome
    words: str
    seconds: float
    counts: bool


def run_by_hand(options: Options, name: str, jobs: Mapping[str, Job]) -> ExitCode:
    """Run a job and say what came of it. Raises BadConfiguration, JobFailed, what it raised."""
    job = _chosen(options, name, jobs)
    options.home.prepare()
    at, began = now_of(options), SystemClock().now()
    with (
        by_hand(options.home, up_to(name), f"tradeengine jobs run {name}"),
        open_database(options.home.state_file) as database,
        progress_bars() as progress,
    ):
        occasion = Occasion(name=name, due=at, at=at, progress=progress)
        limit_seconds = options.settings.schedule.limit_minutes * 60
        record = _record_of(name, Jobs(database, origin_of(options.choice)), at)
        ended = in_a_loop(_recorded(job, occasion, limit_seconds, record))
    _say(options, name, ended, SystemClock().now() - began)
    return ExitCode.CLEAN


def _record_of(name: str, durable: Jobs, at: int) -> JobRecords:
    """
    Give the record that an attempt goes to.

    A plan by hand is a rehearsal, which nobody trades by: on the engine's record it would be
    taken for the plan that a run that waits for the open has yet to make.
    """
    return FreshRecords(at) if name == PLAN else DurableRecords(durable)


def _say(options: Options, name: str, ended: Ended, took: int) -> None:
    """Print what came of a job. Raises what stopped it."""
    if options.json:
        told = ByHand(
            name=name,
            outcome=ended.outcome,
            words=ended.words,
            seconds=took / NANOS,
            counts=ended.outcome is JobOutcome.DONE and name != PLAN,
        )
        typer.echo(msgspec.json.encode(told).decode())
    if ended.error is not None:
        raise ended.error
    if ended.outcome is not JobOutcome.DONE:
        raise JobFailed(name, ended.words)
    if not options.json:
        rehearsal = "; a rehearsal: each run makes its own" if name == PLAN else ""
        typer.echo(f"{name}: done in {in_words(took)}: {ended.words}{rehearsal}")


def _chosen(options: Options, name: str, jobs: Mapping[str, Job]) -> Job:
    names = [entry.name for entry in entries(options.settings.schedule)]
    if name not in names:
        meant = nearest(name, names)
        hint = f"did you mean {meant}? " if meant else ""
        raise BadConfiguration(
            "NAME", f"no job is called {name!r}", f"{hint}the jobs are {', '.join(names)}"
        )
    if name not in jobs:
        raise BadConfiguration(
            "NAME", f"nothing carries out {name} on {options.choice.kind.value}", "see docs/jobs.md"
        )
    return jobs[name]


async def _recorded(
    job: Job, occasion: Occasion, limit_seconds: float, record: JobRecords
) -> Ended:
    """Carry out a job; write when it begins and how it ended, as seen from the same clock."""
    number = record.begin(occasion.name, occasion.due, occasion.at)
    began = SystemClock().now()

    def write(outcome: JobOutcome, words: str) -> None:
        record.end(number, occasion.at + SystemClock().now() - began, outcome, words)

    try:
        ended = await bounded(begin(job, occasion), limit_seconds)
    except asyncio.CancelledError:
        write(JobOutcome.INTERRUPTED, "by hand")
        raise
    write(ended.outcome, ended.words)
    return ended
