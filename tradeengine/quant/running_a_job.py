"""One job by hand: with progress on the terminal, on the same record as the engine's."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tradeengine.clock import SystemClock
from tradeengine.errors import BadConfiguration, JobFailed
from tradeengine.event_loop import in_a_loop
from tradeengine.model.instants import instant_of
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.spans import in_words
from tradeengine.options import Options
from tradeengine.quant.jobs import origin_of
from tradeengine.run.attempt import Ended, begin, bounded
from tradeengine.run.job_lock import take
from tradeengine.schedule.entries import entries
from tradeengine.schedule.job import Job, Occasion
from tradeengine.schedule.job import Progress as Hears
from tradeengine.settings.problems import nearest
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Jobs


def now_of(options: Options) -> int:
    """Give the instant (ns UTC) that a job is for: now, or the day of a venue of our own."""
    if options.choice.has_own_account:
        return instant_of(options.date, options.start)
    return SystemClock().now()


def run_by_hand(options: Options, name: str, jobs: Mapping[str, Job]) -> None:
    """Run a job and say what came of it. Raises BadConfiguration, JobFailed, what it raised."""
    job = _chosen(options, name, jobs)
    options.home.prepare()
    lock = take(options.home.job_lock_file(name), name)
    if lock is None:
        raise JobFailed(name, "runs already, in the engine or by hand; nothing was started")
    began = SystemClock().now()
    try:
        with open_database(options.home.state_file) as database, _progress(name) as progress:
            at = now_of(options)
            occasion = Occasion(name=name, due=at, at=at, progress=progress)
            limit_seconds = options.settings.schedule.limit_minutes * 60
            record = Jobs(database, origin_of(options.choice))
            ended = in_a_loop(_recorded(job, occasion, limit_seconds, record))
    finally:
        lock.release()
    if ended.error is not None:
        raise ended.error
    if ended.outcome is not JobOutcome.DONE:
        raise JobFailed(name, ended.words)
    typer.echo(f"{name}: done in {in_words(SystemClock().now() - began)}: {ended.words}")


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


async def _recorded(job: Job, occasion: Occasion, limit_seconds: float, record: Jobs) -> Ended:
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


@contextmanager
def _progress(name: str) -> Iterator[Hears]:
    """Show how far a job is, where somebody looks."""
    with Progress(
        TextColumn("{task.description:<36}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(name, total=None)

        def hear(what: str, done: int, of: int) -> None:
            progress.update(task, description=what, completed=done, total=of or None)

        yield hear
