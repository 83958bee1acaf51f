"""`tradeengine venue`: the embedded venue as a process of its own."""

import asyncio
import json
import signal

import typer

from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.options import Options
from tradeengine.venue.server.server import VenueUrls
from tradeengine.venue.server.standalone import run_venue


def serve_venue(options: Options, port: int) -> ExitCode:
    """Serve until Ctrl-C or SIGTERM. Raises BadConfiguration, VenueUnreachable."""
    if options.speed is None:
        raise BadConfiguration(
            "--speed",
            "max works inside `tradeengine run` only, where venue and engine wait for each other",
            "write a number, for example 60",
        )
    try:
        asyncio.run(_serve(options, options.speed, port))
    except OSError as error:
        raise BadConfiguration(
            "--port", f"{port} cannot be listened on: {error.strerror}", "choose another, or 0"
        ) from None
    return ExitCode.CLEAN


async def _serve(options: Options, speed: float, port: int) -> None:
    serving = asyncio.create_task(
        run_venue(
            options.settings.venue,
            options.settings.venue.server,
            day=options.date,
            start=options.start,
            speed=speed,
            seed=options.seed,
            port=port,
            control=True,
            announce=lambda urls: _announce(urls, options),
        ),
        name="venue",
    )
    loop, us = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        # Ours: the signal handler cancelled it. Anybody else's cancellation goes on.
        if us is not None and us.cancelling():
            raise


def _announce(urls: VenueUrls, options: Options) -> None:
    """Say where the venue is: one JSON line, or words."""
    if options.json:
        typer.echo(json.dumps(urls.as_dict()))
        return
    typer.echo(f"venue ready: {options.date} from {options.start:%H:%M}, speed {options.speed:g}")
    for name, value in urls.as_dict().items():
        typer.echo(f"  {name:<15} {value}")
    typer.echo(f"trade on it: tradeengine run --venue {urls.trading_url}    (Ctrl-C ends it)")
