"""`tradeengine cache-fund`: fetch filings, judge the companies, say who was refused and why."""

from typing import Annotated

import typer

from tradeengine.flags import PreparedFlag
from tradeengine.quant.desk_command import Shared, desk_command


@desk_command("what was fetched is kept: run it again, and it goes on where it stopped")
def cache_fund(
    shared: Shared,
    symbols: Annotated[
        str | None,
        typer.Option(
            "--symbols", help="Names with commas between.", show_default="members with bars"
        ),
    ] = None,
    date: PreparedFlag = None,
) -> int:
    """
    Fetch what companies filed with the SEC, and validate the inputs of their valuation.

    Only what was filed before the session counts. Companies looked at on its day, or within the
    last hour, are not asked for again. Exit code 1 when something could not be fetched: what was
    there before stays, and an alert says how old it is. Refused companies are in
    data/rejected_tickers.
    """
    from tradeengine.errors import BadConfiguration
    from tradeengine.quant.running_cache_fund import Order, run

    named = tuple(name.upper() for part in (symbols or "").split(",") if (name := part.strip()))
    if symbols is not None and not named:
        raise BadConfiguration("--symbols", "names nobody", "write names, as in AAPL,MMM")
    return run(Order(options=shared.options(date), symbols=named))
