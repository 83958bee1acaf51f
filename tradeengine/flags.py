"""Flags that several commands have, each with one name, meaning and help."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeFlag = Annotated[
    Path, typer.Option("--home", help="Root of data/ and logs/.", show_default="here")
]
ConfigFlag = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file.", show_default="config/config.yaml"),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
DateFlag = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Session to trade.",
        show_default="2010-07-01",
    ),
]
StartFlag = Annotated[
    str | None,
    typer.Option(
        "--start", metavar="HH:MM", help="New York time to begin at.", show_default="09:30"
    ),
]
SpeedFlag = Annotated[
    str | None,
    typer.Option("--speed", help="Venue seconds per real second, or max.", show_default="60"),
]
SeedFlag = Annotated[
    int | None, typer.Option("--seed", help="Seed of the venue.", show_default="7")
]
DataVenueFlag = Annotated[
    str | None,
    typer.Option(
        "--venue",
        help="Whose data: embedded, paper, live, or a venue's URL.",
        show_default="run.venue",
    ),
]
PreparedFlag = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Session to prepare.",
        show_default="the venue's day, or the next session",
    ),
]
