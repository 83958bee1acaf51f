"""`tradeengine value SYMBOL`: what one share is worth before a session, and why."""

from typing import Annotated

import typer

from tradeengine.flags import PreparedFlag
from tradeengine.quant.desk_command import Shared, desk_command


@desk_command("bars and filings that came are kept: run it again")
def value(
    shared: Shared,
    symbol: Annotated[str, typer.Argument(help="Ticker, as in AAPL.")],
    date: PreparedFlag = None,
) -> int:
    """
    Explain the value of one share: inputs, rules that fired, and the distribution.

    Uses filings from before the session, the closes of the session before, and all companies
    that are stored as the cross-section. The figure is kept under data/fundamentals. Exit code
    0: it has a value; 1: company, daily bars or value are refused, with rule and numbers.

    On the embedded venue bars and filings that nobody has fetched yet are fetched first.
    """
    from tradeengine.quant.connecting_valuation import open_data
    from tradeengine.quant.explaining_value import explain_value
    from tradeengine.quant.fetching_first import fetch_first

    flags = shared.desk_flags(date)
    if flags.venue_is_here:
        fetch_first(shared.options(date), "value", filings=True)
    return explain_value(open_data, flags, symbol.strip().upper())
