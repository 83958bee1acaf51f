"""`tradeengine alerts`: try the channels, see what became of each alert, acknowledge."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag
from tradeengine.layout import Home

alerts = typer.Typer(
    no_args_is_help=True,
    help="Try the channels that .env names, see what became of each alert, acknowledge.",
)


@alerts.command("test")
def try_channels(home: HomeFlag = Path(), config: ConfigFlag = None) -> None:
    """Send a test message by every channel. Exit code 1 when one of them fails."""
    from tradeengine.alerts.commands import test as send
    from tradeengine.clock import SystemClock
    from tradeengine.run.alarm import channels_of, writer_of
    from tradeengine.settings import load_settings

    settings = load_settings(home.absolute(), config, os.environ)
    seconds = settings.alerts.attempt_timeout_seconds
    sending = send(channels_of(settings), writer_of(settings), SystemClock(), seconds)
    lines = asyncio.run(sending)
    for line in lines:
        typer.echo(line)
    raise typer.Exit(any("taken by the server" not in line for line in lines))


@alerts.command("list")
def list_alerts(
    most: Annotated[int, typer.Option("--most", min=1, help="How many, the newest.")] = 20,
    home: HomeFlag = Path(),
) -> None:
    """List the criticals that nobody has acknowledged, then the newest alerts."""
    from tradeengine.alerts.commands import list_records
    from tradeengine.alerts.records import RecordStore

    def listed(store: RecordStore) -> list[str]:
        return list_records(store, most)

    _say_of_records(home, listed)


@alerts.command()
def ack(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="The numbers behind #; none: all open criticals.")
    ] = None,
    by: Annotated[
        str, typer.Option("--by", help="Who does it.", show_default="your user name")
    ] = "",
    home: HomeFlag = Path(),
) -> None:
    """
    Acknowledge alerts: you know of them, and they climb no further.

    Exit code 1 when there is no alert of a number.
    """
    from tradeengine.alerts.commands import NO_SUCH_ALERT, acknowledge
    from tradeengine.alerts.records import RecordStore
    from tradeengine.clock import SystemClock

    def acknowledged(store: RecordStore) -> list[str]:
        return acknowledge(store, numbers or [], SystemClock(), by)

    lines = _say_of_records(home, acknowledged)
    raise typer.Exit(any(line.endswith(NO_SUCH_ALERT) for line in lines))


def _say_of_records(home: Path, lines_of: Callable[..., list[str]]) -> list[str]:
    from tradeengine.alerts.sqlite_records import SqliteRecords

    where = Home(home.absolute())
    where.prepare()
    with SqliteRecords(where.alerts_file) as store:
        lines = lines_of(store)
    for line in lines:
        typer.echo(line)
    return lines
