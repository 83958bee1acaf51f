"""`tradeengine drill`: every fault that can touch an order, and what the engine makes of it."""

from pathlib import Path
from typing import Annotated

import typer

from tradeengine.ending import told_when_interrupted
from tradeengine.errors import BadConfiguration
from tradeengine.flags import HomeFlag, JsonFlag
from tradeengine.layout import Home


def drill(
    faults: Annotated[
        str | None, typer.Option("--faults", help="Names with commas between.", show_default="all")
    ] = None,
    situations: Annotated[
        str | None,
        typer.Option(
            "--situations",
            help="flat, positions, working, with commas between.",
            show_default="all",
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=10_000, help="Seeds for each.")] = 1,
    first_seed: Annotated[
        int, typer.Option("--first-seed", min=0, max=2**31, help="The first of them.")
    ] = 0,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Keep journals and logs of all cells in this folder."),
    ] = None,
    home: HomeFlag = Path(),
    json: JsonFlag = False,
) -> None:
    """
    Drill every fault of the embedded venue on an engine that is flat, holds, or has orders out.

    Needs no account and touches none. Shows how long each fault took to be named and the
    account to be flat, and what changed since the last drill (data/drills.jsonl). Exit code
    0: every fault passed; 1: one did not; 2: a fault or situation has no such name.
    """
    from tradeengine.drill.command import Order, hold

    order = Order(
        faults=_names("--faults", faults),
        situations=_names("--situations", situations),
        seeds=range(first_seed, first_seed + seeds),
        keep=keep,
        json=json,
    )
    with told_when_interrupted("no drill was recorded, and no account was touched"):
        raise typer.Exit(hold(order, Home(home.absolute())))


def _names(flag: str, text: str | None) -> tuple[str, ...]:
    """Give the names with commas between; none at all means all of them."""
    names = tuple(name for part in (text or "").split(",") if (name := part.strip()))
    if text is not None and not names:
        raise BadConfiguration(flag, "names nothing", "name some, or leave it out for all")
    return names
