"""The desk's own sources and symbols for `cache-fund`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

from tradeengine.clock import Clock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import new_york
from tradeengine.options import Options
from tradeengine.quant.fetching_filings import FilingSources


@dataclass(frozen=True, slots=True, kw_only=True)
class RealFilings:
    """The SEC's own sites."""

    clock: Clock
    origin: str = "alpaca"
    edgar_facts_url: str = "https://data.sec.gov"
    edgar_files_url: str = "https://www.sec.gov"

    @property
    def today(self) -> date:
        """The day in New York."""
        return new_york(self.clock.now()).date()


@asynccontextmanager
async def open_filings(options: Options) -> AsyncIterator[FilingSources]:
    """Open the sources of filings for the length of a block. Raises BadConfiguration."""
    if options.choice.has_own_account:
        raise BadConfiguration(
            f"tradeengine cache-fund ({options.choice.kind.value})",
            "this release's own venue has no filings yet",
            "put the Alpaca keys into .env, and the filings come from the SEC itself",
        )
    yield RealFilings(clock=SystemClock())


def symbols_by_default(options: Options, as_of: date) -> tuple[str, ...]:
    """Give the symbols that are meant when none are named. Raises BadConfiguration."""
    raise BadConfiguration(
        "--symbols",
        f"names no company, and there is no list of members with bars for {as_of} yet",
        f"name some, as in --symbols AAPL,MSFT ({options.choice.kind.value})",
    )
