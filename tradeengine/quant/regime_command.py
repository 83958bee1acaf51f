"""`tradeengine regime`: the market's state before a session, and its last year."""

from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import PreparedFlag
from tradeengine.quant.desk_command import Shared, desk_command


@desk_command("bars that came and estimates that were finished are kept: run it again")
def regime(
    shared: Shared,
    date: PreparedFlag = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", help="Also draw the chart into this file.")
    ] = None,
) -> int:
    """
    Show the market's regime: state, filtered probability, trend, parameters and last year.

    Each day is judged by what was known at its close. Parameters are estimated on refit days
    and kept under data/regime. Exit code 0, also when the regime is UNKNOWN.

    On the embedded venue daily bars that nobody has fetched yet are fetched first.
    """
    from tradeengine.quant.connecting_valuation import open_data
    from tradeengine.quant.fetching_first import fetch_first
    from tradeengine.quant.showing_regime import show_regime

    flags = shared.desk_flags(date)
    if flags.venue_is_here:
        fetch_first(shared.options(date), "regime", filings=False)
    return show_regime(open_data, flags, svg)
