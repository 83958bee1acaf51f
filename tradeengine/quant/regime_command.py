"""`tradeengine regime`: the market's state before a session, and its last year."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home
from tradeengine.quant.value_command import SessionFlag, VenueFlag


def regime(
    date: SessionFlag = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also draw the chart into this file.")
    ] = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """
    Show the market's regime: state, filtered probability, trend, parameters and last year.

    Each day is judged by what was known at its close. Parameters are estimated on refit days
    and kept under data/regime. Exit code 0, also when the regime is UNKNOWN.
    """
    from tradeengine.quant.connecting_valuation import open_data
    from tradeengine.quant.desk_day import DeskFlags
    from tradeengine.quant.showing_regime import show_regime

    flags = DeskFlags(
        home=Home(home.absolute()),
        config=config,
        environ=os.environ,
        venue=venue,
        day=date.date() if date else None,
        json=json,
    )
    raise typer.Exit(show_regime(open_data, flags, svg))
