"""
The commands a person types. Each reads its flags and hands over; nothing is decided here.

Heavy parts are imported inside the commands, so that `halt` is quick when it matters.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.alerting import alerts
from tradeengine.drilling import drill
from tradeengine.ending import code_when_shown, exit_code_of, told_when_interrupted
from tradeengine.errors import BadConfiguration
from tradeengine.flags import (
    ConfigFlag,
    DateFlag,
    HomeFlag,
    JsonFlag,
    SeedFlag,
    SpeedFlag,
    StartFlag,
)
from tradeengine.halting import clear_halt, refuse_stale_halt, write_halt
from tradeengine.help_texts import flowing
from tradeengine.lasting_streams import lasting_streams
from tradeengine.layout import Home
from tradeengine.quant.audit_command import audit
from tradeengine.quant.cache_fund_command import cache_fund
from tradeengine.quant.jobs_command import jobs
from tradeengine.quant.regime_command import regime
from tradeengine.quant.universe_command import refresh_universe, universe
from tradeengine.quant.value_command import value

app = typer.Typer(
    name="tradeengine",
    help="An event-driven trading engine for US equities. Start with: tradeengine run",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from tradeengine.build_id import version

        typer.echo(f"tradeengine {version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print version and build."
        ),
    ] = False,
) -> None:
    """An event-driven trading engine for US equities. Start with: tradeengine run."""


@app.command()
def run(
    venue: Annotated[
        str | None,
        typer.Option(
            "--venue",
            help="embedded (needs no account), simulated (no sockets), paper, live, or the URL "
            "that `tradeengine venue` prints.",
            show_default="paper if .env has keys, else embedded",
        ),
    ] = None,
    date: DateFlag = None,
    start: StartFlag = None,
    speed: SpeedFlag = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="close, or a New York time HH:MM.", show_default="close"),
    ] = None,
    seed: SeedFlag = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", help="A session plan by hand.", show_default="the engine builds one"
        ),
    ] = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """
    Trade one session, live on the screen, and end flat.

    With no account at all this trades a day of real data on the embedded venue. Ctrl-C
    stops: no new entries, orders cancelled, positions closed, then a receipt. A second
    Ctrl-C changes nothing: the flatten is never cut short.
    """
    from tradeengine.options import Flags, read_options

    flags = Flags(
        venue=venue,
        date=date.date() if date else None,
        start=start,
        speed=speed,
        until=until,
        seed=seed,
        plan=plan,
    )
    options = read_options(flags, Home(home.absolute()), config, os.environ, json=json)
    refuse_stale_halt(options.home)

    # While it trades it hears the signal itself, and ends flat.
    with told_when_interrupted("no session was being traded; what was fetched is kept"):
        from tradeengine.trading import trade

        raise typer.Exit(trade(options))


@app.command()
def halt(
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the file.")] = "by hand",
    clear: Annotated[
        bool, typer.Option("--clear", help="Remove the halt file, to trade again.")
    ] = False,
    at_broker: Annotated[
        bool,
        typer.Option(
            "--at-broker",
            help="Also cancel and close everything in the account, without any engine.",
        ),
    ] = False,
    venue: Annotated[
        str | None,
        typer.Option("--venue", help="Paper, live, or a venue's URL; means --at-broker too."),
    ] = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
) -> None:
    """
    Stop the engine: it cancels, flattens and ends within seconds.

    Writes data/HALT. The file stays, so that nothing restarts by itself; remove it
    with --clear when you want to trade again. When the engine is gone or hangs,
    --at-broker closes the account past it: exit code 0 flat, 3 not flat.
    """
    where = Home(home.absolute())
    if clear:
        typer.echo("halt file removed" if clear_halt(where) else "there was no halt file")
        return
    to_broker = at_broker or venue is not None
    try:
        typer.echo(f"halt file written: {write_halt(where, reason)}")
        _say_if_nobody_hears(where)
    except BadConfiguration as error:
        # A full disk must not keep anybody from the broker.
        if not to_broker:
            raise
        typer.echo(f"{error.place}: {error.problem}; a running engine is not told", err=True)
    if to_broker:
        from tradeengine.worlds.kill_switch import close_account

        raise typer.Exit(close_account(venue, where, config))


def _say_if_nobody_hears(where: Home) -> None:
    """A halt under the wrong home stops nothing: who types it must not believe that it did."""
    from tradeengine.run.home_lock import is_free

    if is_free(where):
        typer.echo(
            "no engine runs under this home, and one under another does not see the file;"
            " none starts here until `tradeengine halt --clear`"
        )


@app.command()
def status(home: HomeFlag = Path(), json: JsonFlag = False) -> None:
    """Show what the engine under this home is doing, or how its last run ended."""
    from tradeengine.run.status import show_status

    raise typer.Exit(show_status(Home(home.absolute()), json=json))


@app.command()
def review(
    who: Annotated[str | None, typer.Option("--who", help="Who reviewed it.")] = None,
    why: Annotated[
        str | None, typer.Option("--why", help="What happened, and what changed since.")
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", help="The phrase that the case ends with.")
    ] = None,
    home: HomeFlag = Path(),
) -> None:
    """
    Show why trading is locked, and lift the lock after a review.

    A drawdown beyond the limit locks the account until a person says who looked at it, why
    it may trade again, and types the confirmation. Exit code 4 while it stays locked.
    """
    from tradeengine.reviewing import Verdict
    from tradeengine.reviewing import review as show_case

    verdict = Verdict(who=who, why=why, confirm=confirm)
    raise typer.Exit(show_case(Home(home.absolute()), verdict))


@app.command()
def config(
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Print the settings in force and where each came from. Secrets are never shown."""
    from tradeengine.settings import load_settings
    from tradeengine.settings.listing import print_settings

    print_settings(load_settings(home.absolute(), config, os.environ), as_json=json)


@app.command()
def replay(
    run_dir: Annotated[Path, typer.Argument(help="A folder under logs/.")],
    against: Annotated[
        Path | None, typer.Option("--against", help="Compare with another run instead.")
    ] = None,
) -> None:
    """
    Feed a run's recorded inputs to a fresh engine and compare every decision.

    Exit code 0 only when all is identical. With --against, two runs are compared
    message by message: the same inputs and the same decisions.
    """
    from tradeengine.replaying import replay_run

    with told_when_interrupted("nothing was said of what was compared so far"):
        raise typer.Exit(replay_run(run_dir, against))


@app.command()
def venue(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 0,
    date: DateFlag = None,
    start: StartFlag = None,
    speed: SpeedFlag = None,
    seed: SeedFlag = None,
    config: ConfigFlag = None,
    home: HomeFlag = Path(),
    json: JsonFlag = False,
) -> None:
    """
    Run the embedded venue alone, speaking Alpaca's protocol on this machine only.

    Prints its URLs and keys when it is ready; point any Alpaca client at them, or
    `tradeengine run --venue URL`. Ctrl-C ends it.
    """
    from tradeengine.options import Flags, read_options
    from tradeengine.venue_alone import serve_venue

    flags = Flags(
        venue="embedded", date=date.date() if date else None, start=start, speed=speed, seed=seed
    )
    options = read_options(flags, Home(home.absolute()), config, os.environ, json=json)
    raise typer.Exit(serve_venue(options, port))


# After those above: help lists them in this order, and who trades needs those first.
app.command()(drill)
app.command("refresh-universe")(refresh_universe)
app.command()(value)
app.command()(regime)
app.command("cache-fund")(cache_fund)
app.command()(audit)
app.add_typer(alerts, name="alerts")
app.add_typer(jobs, name="jobs")
app.add_typer(universe, name="universe")
flowing(app)


def main() -> None:
    """Run a command; say what is wrong in words and end with the right exit code."""
    with lasting_streams() as output:
        code = exit_code_of(app)
        sys.exit(code_when_shown(code, output, "".join(sys.argv[1:2])))
