"""`tradeengine value SYMBOL`: what one share is worth before a session, and why."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home

VenueFlag = Annotated[
    str | None,
    typer.Option("--venue", help="Whose data: embedded, paper or live. [default: run.venue]"),
]
SessionFlag = Annotated[
    datetime | None,
    typer.Option(
        "--date", formats=["%Y-%m-%d"], help="Session to look forward to. [default: venue.date]"
    ),
]


def value(
    symbol: Annotated[str, typer.Argument(help="Ticker, as in AAPL.")],
    date: SessionFlag = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """
    Explain the value of one share: inputs, rules that fired, and the distribution.

    Uses filings from before the session, the closes of the session before, and all companies
    that are stored as the cross-section. The figure is kept under data/fundamentals. Exit code
    0: it has a value; 1: the company or its value is refused, with the rule and the numbers.
    """
    from tradeengine.quant.connecting_valuation import open_data
    from tradeengine.quant.desk_day import DeskFlags
    from tradeengine.quant.explaining_value import explain_value

    flags = DeskFlags(
        home=Home(home.absolute()),
        config=config,
        environ=os.environ,
        venue=venue,
        day=date.date() if date else None,
        json=json,
    )
    raise typer.Exit(explain_value(open_data, flags, symbol.upper()))
