"""
The desk's jobs for the timetable: which callable carries out which entry, and on what record.

This is the one place where the pieces of the desk are handed to the timetable. Each job opens
the sources for itself: hours lie between two of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tradeengine.errors import JobFailed
from tradeengine.model.plan import SessionPlan
from tradeengine.options import Options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, is_ours
from tradeengine.quant.live_desk import LiveDesk, open_desk
from tradeengine.quant.planning import plan_now, plan_words
from tradeengine.run.edges import World
from tradeengine.run.job_records import DurableRecords, FreshRecords, JobRecords
from tradeengine.schedule.entries import BARS, FUNDAMENTALS, PLAN, UNIVERSE
from tradeengine.schedule.job import Job, Occasion
from tradeengine.settings import VenueChoice
from tradeengine.store.database import Database
from tradeengine.store.jobs import Jobs
from tradeengine.worlds.asking import account_to_trade

Listen = Callable[[SessionPlan], None]


@dataclass(frozen=True, slots=True)
class DeskWork:
    """What a run gets: its jobs by the names of `schedule/entries.py`, and their record."""

    jobs: Mapping[str, Job]
    records: JobRecords
    listeners: list[Listen] = field(default_factory=list)
    """Hear a plan that is made while the run waits for the open."""


def desk_jobs(options: Options, listeners: Sequence[Listen] = ()) -> Mapping[str, Job]:
    """Give the callables of the desk for a run's venue; a plan by hand is not made anew."""
    work = _DeskJobs(options, listeners)
    jobs = {BARS: work.bars, FUNDAMENTALS: work.fundamentals, UNIVERSE: work.universe}
    return jobs | ({PLAN: work.plan} if options.builds_plan else {})


@dataclass(frozen=True, slots=True)
class _DeskJobs:
    """The jobs of one venue. Each gives words, or raises JobFailed with what went wrong."""

    options: Options
    listeners: Sequence[Listen]

    async def bars(self, occasion: Occasion) -> str:
        async with open_desk(self.options) as desk:
            await desk.refresh_bars(occasion.progress)
            return _words(occasion.name, desk)

    async def fundamentals(self, occasion: Occasion) -> str:
        async with open_desk(self.options) as desk:
            symbols = await desk.members_with_bars(occasion.progress)
            await desk.refresh_fundamentals(symbols, occasion.progress)
            return _words(occasion.name, desk)

    async def universe(self, occasion: Occasion) -> str:
        async with open_desk(self.options) as desk:
            await desk.refresh_universe(occasion.progress)
            return _words(occasion.name, desk)

    async def plan(self, occasion: Occasion) -> str:
        said: list[str] = []
        account = await account_to_trade(self.options)
        plan = await plan_now(self.options, account, said.append, occasion.progress)
        for listen in self.listeners:
            listen(plan)
        return "; ".join([plan_words(plan), *said])


def _words(name: str, desk: LiveDesk) -> str:
    """Say what a job did. Raises JobFailed when a source did not give everything."""
    if name not in desk.done:
        raise JobFailed(name, "; ".join(desk.problems[:_MOST_PROBLEMS]))
    return desk.done[name]


_MOST_PROBLEMS = 3
"""Problems that an alert has room for; the log has them all."""


def desk_work(options: Options, world: World, database: Database) -> DeskWork:
    """Give a run its jobs, with the durable record where the account outlives the run."""
    records: JobRecords
    if options.choice.has_own_account:
        records = FreshRecords(world.clock.now())
    else:
        records = DurableRecords(Jobs(database, origin_of(options.choice)))
    listeners: list[Listen] = []
    return DeskWork(desk_jobs(options, listeners), records, listeners)


def desk_records(options: Options, database: Database) -> Jobs | None:
    """Give the durable record of a run's origin; None where the market begins with the run."""
    own = options.choice.has_own_account
    return None if own else Jobs(database, origin_of(options.choice))


def origin_of(choice: VenueChoice) -> str:
    """Name where a venue's data comes from: what is of two origins is never mixed."""
    return EMBEDDED if is_ours(choice) else ALPACA
