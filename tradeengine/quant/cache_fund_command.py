"""`tradeengine cache-fund`: fetch filings, judge the companies, say who was refused and why."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home


def cache_fund(
    symbols: Annotated[
        str,
        typer.Option("--symbols", help="Names with commas between. [default: members with bars]"),
    ] = "",
    date: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            formats=["%Y-%m-%d"],
            help="Session to prepare, on the embedded venue. [default: venue.date, else today]",
        ),
    ] = None,
    venue: Annotated[
        str | None,
        typer.Option("--venue", help="Whose data: embedded, paper or live. [default: run.venue]"),
    ] = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """
    Fetch what companies filed with the SEC, and validate the inputs of their valuation.

    Only what was filed before the session counts. Companies looked at on its day, or within the
    last hour, are not asked for again. Exit code 1 when something could not be fetched: what was
    there before stays, and an alert says how old it is. Refused companies are in
    data/rejected_tickers.
    """
    from tradeengine.errors import BadConfiguration
    from tradeengine.options import Flags, read_options
    from tradeengine.quant.running_cache_fund import Order, run

    flags = Flags(venue=venue, date=date.date() if date else None)
    options = read_options(flags, Home(home.absolute()), config, os.environ, json=json)
    named = tuple(name.upper() for part in symbols.split(",") if (name := part.strip()))
    if symbols and not named:
        raise BadConfiguration("--symbols", "names nobody", "write names, as in AAPL,MMM")
    raise typer.Exit(run(Order(options=options, symbols=named)))
