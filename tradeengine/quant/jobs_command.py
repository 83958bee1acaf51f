"""`tradeengine jobs`: what is scheduled, what became of it, and one job by hand."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home

JobVenueFlag = Annotated[
    str | None,
    typer.Option("--venue", help="Whose data, as for run. [default: paper or embedded]"),
]

jobs = typer.Typer(
    invoke_without_command=True,
    help="Show the scheduled jobs: next due, last success, last attempt; or run one by hand.",
)


@jobs.callback()
def show(
    context: typer.Context,
    venue: JobVenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Show the scheduled jobs: next due, last success, last attempt; or run one by hand."""
    if context.invoked_subcommand is not None:
        return
    from tradeengine.options import Flags, read_options
    from tradeengine.quant.jobs_table import show_jobs

    where = Home(home.absolute())
    show_jobs(read_options(Flags(venue=venue), where, config, os.environ, json=json))


@jobs.command("run")
def run_one(
    name: Annotated[str, typer.Argument(help="The job, as `tradeengine jobs` calls it.")],
    venue: JobVenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
) -> None:
    """
    Run one job now, with progress, and write down what came of it.

    Nothing is scheduled by it; a success counts for the engine as if it had run the job.
    """
    from tradeengine.options import Flags, read_options
    from tradeengine.quant.jobs import desk_jobs
    from tradeengine.quant.running_a_job import run_by_hand

    where = Home(home.absolute())
    options = read_options(Flags(venue=venue), where, config, os.environ, json=False)
    run_by_hand(options, name, desk_jobs(options))
