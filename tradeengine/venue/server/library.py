"""
The venue as a library: no session, only what can be read before one.

    async with open_library(at) as library:
        library.urls.data_url      daily bars and corporate actions, with the key
        library.urls.data_url      EDGAR, Cboe and FRED as well, without one

For jobs that fetch data on a day of history, trading day or not. Time flows from `at` on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tradeengine.clock import Clock, ScaledClock
from tradeengine.model.instants import new_york
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.open_market import market_of_history
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import VenueServer, VenueUrls

_ACCOUNT = "library"
_MANY = 100_000
"""The limits of the real hosts protect them; a job that fetches years should not wait here."""


@dataclass(frozen=True, slots=True)
class Library:
    """Where the library listens, and its clock: pace requests by it."""

    urls: VenueUrls
    clock: Clock


@asynccontextmanager
async def open_library(
    at: int, *, speed: float = 1.0, port: int = 0, control: bool = False
) -> AsyncIterator[Library]:
    """
    Serve what was known at an instant (ns UTC) for the length of a block.

    `speed` is venue seconds per real second; `control` opens the endpoint for faults.
    Raises OutsideCalendar for a year of which we do not know the sessions.
    """
    market = market_of_history(new_york(at).date())
    exchange = Exchange(market, parameters=VenueParameters(), seed=0, start=at)
    exchange.open_account(_ACCOUNT)
    clock = ScaledClock(at, speed)
    parameters = ServerParameters(
        trading_requests_per_minute=_MANY,
        data_requests_per_minute=_MANY,
        filings_requests_per_second=_MANY,
    )
    keys = VenueKeys(ApiKey.made_from(0, _ACCOUNT))
    async with VenueServer(exchange, market, clock, keys, parameters, control=control) as server:
        yield Library(await server.start(port), clock)
