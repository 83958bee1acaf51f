"""The desk's filings in tests: a site on this machine, a clock, a home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.edgar.site import HastyClock, Site
from tests.fundamentals.shipped import documents_of_2010, text_of
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.layout import DeskFiles, Home
from tradeengine.quant.caching_fundamentals import FundamentalsReport, cache_fundamentals
from tradeengine.quant.fetching_filings import FilingSources, Progress

JULY_1 = date(2010, 7, 1)

QUICK = FundamentalsParameters(
    request_timeout_seconds=1.0, request_attempts=2, failures_in_a_row_max=2
)

NAMES = ("AAPL", "HD", "JPM", "LOW", "XOM")
"""Two of them cannot be valued: a bank, and one without a tag of revenue."""


@dataclass
class Sources:
    """Filings of a site on a day."""

    url: str
    today: date = JULY_1
    origin: str = "embedded"
    clock: HastyClock = field(default_factory=HastyClock)

    @property
    def unhurried(self) -> bool:
        return self.origin == "embedded"

    @property
    def edgar_facts_url(self) -> str:
        return self.url

    @property
    def edgar_files_url(self) -> str:
        return self.url


def serve_2010(site: Site, *names: str) -> None:
    """Serve companies of 2010."""
    for name in names or NAMES:
        document = documents_of_2010()[name]
        site.company(name, document, sic=document["sic"])


def serve_lpa(site: Site) -> None:
    """Serve the filer of IFRS."""
    site.company("LPA", text_of("LPA.2025"), sic=6512)


def desk_in(folder: Path, origin: str = "embedded") -> DeskFiles:
    """Give a desk under a new home."""
    home = Home(folder)
    home.prepare()
    return home.desk(origin)


def unheard(_what: str, _done: int, _of: int) -> None:
    """Hear of progress and do nothing."""


async def cached(
    site: Site,
    desk: DeskFiles,
    *symbols: str,
    today: date = JULY_1,
    session: date | None = None,
    at: int = 0,
    parameters: FundamentalsParameters = QUICK,
    progress: Progress = unheard,
) -> FundamentalsReport:
    """Cache companies for a session, that of the day on which the site is asked (None), at `at`."""
    sources: FilingSources = Sources(site.url, today=today, clock=HastyClock(at))
    return await cache_fundamentals(
        sources, desk, symbols or NAMES, session or today, progress, parameters=parameters
    )


@asynccontextmanager
async def opened(sources: FilingSources) -> AsyncIterator[FilingSources]:
    """Give sources that are open already."""
    yield sources
