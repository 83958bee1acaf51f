"""
Where the quant desk's data comes from: the real sites, or a venue of ours that serves the same.

Data of the two is never mixed: each has an `origin`, and a folder of its own
(`Home.desk(origin)`).
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from tradeengine.bars.asking import Site
from tradeengine.bars.parameters import BarsParameters
from tradeengine.clock import Clock, ScaledClock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import instant_of, new_york
from tradeengine.model.sessions import OutsideCalendar
from tradeengine.options import Options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED
from tradeengine.settings import Settings, VenueKind
from tradeengine.venue.server.library import open_library
from tradeengine.worlds.addresses import addresses_of
from tradeengine.worlds.asking import ask_clock

EDGAR_FACTS: Final = "https://data.sec.gov"
EDGAR_FILES: Final = "https://www.sec.gov"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAccess:
    """Alpaca's data host, or ours, and the keys that open it."""

    url: str
    key: str
    secret: str

    def __repr__(self) -> str:
        return f"DataAccess(url={self.url!r})"

    def site(self) -> Site:
        """Give it as those want it who ask."""
        keys = {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}
        return Site(self.url.rstrip("/"), keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """
    Where to ask. `origin` names the folders that the answers are kept in.

    URLs are without a slash at the end; `vix_url` and `rates_url` are of a file each, with
    its query.
    """

    origin: str
    edgar_facts_url: str
    """`/api/xbrl/companyfacts/...` and `/submissions/...` are under it."""

    edgar_files_url: str
    """`/files/company_tickers.json` is under it."""

    vix_url: str
    rates_url: str
    bars: BarsParameters
    """How bars and series are asked for."""

    data: DataAccess
    clock: Clock
    """The time of the sources: of our own venue its, of the real sites the machine's."""

    unhurried: bool = False
    """Whether nobody counts our requests: the venue is in this process."""

    @property
    def today(self) -> date:
        """The day in New York."""
        return new_york(self.clock.now()).date()


@asynccontextmanager
async def open_sources(options: Options) -> AsyncIterator[Sources]:
    """
    Open the sources of the chosen venue for the length of a block.

    The embedded venue runs meanwhile, in this loop, on the day and at the time of the
    options. Raises BadConfiguration; for a venue at a URL also VenueUnreachable and
    RefusedByBroker.
    """
    if options.choice.has_own_account:
        async with _own_venue(options) as sources:
            yield sources
        return
    addresses = addresses_of(options.settings, options.choice, options.seed)
    access = DataAccess(
        url=addresses.data_url, key=addresses.access.key, secret=addresses.access.secret
    )
    if options.choice.kind is VenueKind.URL:
        told = await ask_clock(addresses.access)
        yield venue_sources(options.settings, access, ScaledClock(told.at, told.speed))
    else:
        yield real_sources(options.settings, access)


def real_sources(settings: Settings, access: DataAccess) -> Sources:
    """Give the real sites, as the settings name them."""
    return Sources(
        origin=ALPACA,
        edgar_facts_url=EDGAR_FACTS,
        edgar_files_url=EDGAR_FILES,
        vix_url=settings.bars.vix_url,
        rates_url=settings.bars.rates_url,
        bars=settings.bars,
        data=access,
        clock=SystemClock(),
    )


def venue_sources(
    settings: Settings, access: DataAccess, clock: Clock, *, unhurried: bool = False
) -> Sources:
    """Give a venue of ours, which serves everything at one place under the real sites' paths."""
    url = access.url.rstrip("/")
    return Sources(
        origin=EMBEDDED,
        edgar_facts_url=url,
        edgar_files_url=url,
        vix_url=url + _path_of(settings.bars.vix_url),
        rates_url=url + _path_of(settings.bars.rates_url),
        bars=settings.bars,
        data=access,
        clock=clock,
        unhurried=unhurried,
    )


@asynccontextmanager
async def _own_venue(options: Options) -> AsyncIterator[Sources]:
    async with AsyncExitStack() as stack:
        opening = open_library(instant_of(options.date, options.start))
        try:
            library = await stack.enter_async_context(opening)
        except OutsideCalendar as error:
            raise BadConfiguration("--date", str(error), "choose another day") from None
        urls = library.urls
        access = DataAccess(url=urls.data_url, key=urls.key, secret=urls.secret)
        yield venue_sources(options.settings, access, library.clock, unhurried=True)


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
