"""`tradeengine jobs`: what is scheduled, what became of it, and one job by hand."""

from typing import Annotated

import typer

from tradeengine.quant.desk_command import Shared, desk_command

jobs = typer.Typer(
    invoke_without_command=True,
    help="Show the scheduled jobs: next due, last success, last attempt; or run one by hand.",
)


@jobs.callback()
@desk_command("nothing was changed")
def show(shared: Shared, context: typer.Context) -> int:
    """Show the scheduled jobs: next due, last success, last attempt; or run one by hand."""
    if context.invoked_subcommand is not None:
        _refuse_misplaced(context)
        return 0
    from tradeengine.quant.jobs_table import show_jobs

    return show_jobs(shared.options())


def _refuse_misplaced(context: typer.Context) -> None:
    """Raise BadConfiguration for flags before the subcommand, which it would not hear."""
    from tradeengine.errors import BadConfiguration

    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise BadConfiguration(
                f"--{name}",
                "stands before `run`, which does not hear it there",
                f"write it at the end: tradeengine jobs run NAME --{name} ...",
            )


@jobs.command("run")
@desk_command(
    "what was fetched is kept, and the attempt does not count: run it again, or leave it to the"
    " engine"
)
def run_one(
    shared: Shared,
    name: Annotated[str, typer.Argument(help="The job, as `tradeengine jobs` calls it.")],
) -> int:
    """
    Run one job now, with progress, and write down what came of it.

    Nothing is scheduled by it. A success counts for the engine as if it had run the job, but
    for that of `plan`: a run trades by a plan that it has made itself.
    """
    from tradeengine.quant.jobs import desk_jobs
    from tradeengine.quant.running_a_job import run_by_hand

    options = shared.options()
    return run_by_hand(options, name, desk_jobs(options))
