"""
The desk's jobs for the timetable: which callable carries out which entry, and on what record.

This is the one place where the pieces of the desk are handed to the timetable. Each job opens
the sources for itself: hours lie between two of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradeengine.errors import JobFailed
from tradeengine.options import Options
from tradeengine.quant.cache_fund_table import alert_words
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, is_ours
from tradeengine.quant.live_desk import open_desk
from tradeengine.quant.off_the_loop import off_the_loop
from tradeengine.quant.refreshing_universe import refresh_universe, wanted_of
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.run.edges import World
from tradeengine.run.job_records import DurableRecords, FreshRecords, JobRecords
from tradeengine.schedule.entries import BARS, FUNDAMENTALS, UNIVERSE
from tradeengine.schedule.job import Job, Occasion
from tradeengine.settings import VenueChoice
from tradeengine.store.database import Database
from tradeengine.store.jobs import Jobs


@dataclass(frozen=True, slots=True)
class DeskWork:
    """What a run gets: its jobs by the names of `schedule/entries.py`, and their record."""

    jobs: Mapping[str, Job]
    records: JobRecords


def desk_jobs(options: Options) -> Mapping[str, Job]:
    """Give the callables of the desk for a run's venue."""
    work = _DeskJobs(options)
    return {BARS: work.bars, FUNDAMENTALS: work.fundamentals, UNIVERSE: work.universe}


@dataclass(frozen=True, slots=True)
class _DeskJobs:
    """The jobs of one venue. Each gives words, or raises JobFailed with what went wrong."""

    options: Options

    async def bars(self, occasion: Occasion) -> str:
        async with open_desk(self.options) as desk:
            await desk.refresh_bars(occasion.progress)
            _refuse(occasion.name, desk.problems)
            symbols = await off_the_loop(desk.stored.symbols_on, desk.day.through)
            return "; ".join([f"{len(symbols)} symbols to {desk.day.through}", *desk.notes])

    async def fundamentals(self, occasion: Occasion) -> str:
        async with open_desk(self.options) as desk:
            symbols = await desk.members_with_bars(occasion.progress)
            report = await desk.refresh_fundamentals(symbols, occasion.progress)
            if report.failed:
                raise JobFailed(occasion.name, alert_words(report))
            refused = len({row.symbol for row in report.rejections})
            return f"{len(report.inputs)} companies valid, {refused} refused for {report.as_of}"

    async def universe(self, occasion: Occasion) -> str:
        options = self.options
        async with open_desk(options) as desk:
            files, wanted = UniverseFiles(desk.files), wanted_of(options.settings)
            proposal = await refresh_universe(desk.suppliers(), files, wanted, occasion.progress)
            active = files.accept_if_due(proposal.day, options.settings.universe, at=occasion.at)
        words = f"{len(proposal.chosen)} names proposed for {proposal.day}"
        return words if active is None else f"{words}, active from {active.effective}"


def _refuse(name: str, problems: Sequence[str]) -> None:
    if problems:
        raise JobFailed(name, "; ".join(problems))


def desk_work(options: Options, world: World, database: Database) -> DeskWork:
    """Give a run its jobs, with the durable record where the account outlives the run."""
    records: JobRecords
    if options.choice.has_own_account:
        records = FreshRecords(world.clock.now())
    else:
        records = DurableRecords(Jobs(database, origin_of(options.choice)))
    return DeskWork(desk_jobs(options), records)


def origin_of(choice: VenueChoice) -> str:
    """Name where a venue's data comes from: what is of two origins is never mixed."""
    return EMBEDDED if is_ours(choice) else ALPACA
