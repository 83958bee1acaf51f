"""
The desk's jobs for the timetable: which callable carries out which entry, and on what record.

This is the one place where the pieces of the desk are handed to the timetable.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tradeengine.options import Options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, is_ours
from tradeengine.run.edges import World
from tradeengine.run.job_records import DurableRecords, FreshRecords, JobRecords
from tradeengine.schedule.job import Job
from tradeengine.settings import VenueChoice
from tradeengine.store.database import Database
from tradeengine.store.jobs import Jobs


@dataclass(frozen=True, slots=True)
class DeskWork:
    """What a run gets: its jobs by the names of `schedule/entries.py`, and their record."""

    jobs: Mapping[str, Job]
    records: JobRecords


def desk_jobs(options: Options) -> Mapping[str, Job]:
    """Give the callables of the desk for a run's venue; with none, nothing is scheduled."""
    del options
    return {}


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
