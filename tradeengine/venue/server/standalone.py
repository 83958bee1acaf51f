"""
The venue in a process of its own: `tradeengine venue`.

Time flows from the start on, whether anybody is connected or not. After the
close the clock says closed and the account can still be read.
"""

import asyncio
from collections.abc import Callable
from datetime import date, time

from tradeengine.clock import ScaledClock
from tradeengine.model.instants import instant_of
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.market import Market
from tradeengine.venue.market.open_market import recorded_market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.pace import run_free
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import VenueServer, VenueUrls

ACCOUNT = "engine"
"""The account that the announced key opens."""


async def run_venue(
    parameters: VenueParameters,
    server_parameters: ServerParameters,
    *,
    day: date,
    start: time,
    speed: float,
    seed: int,
    port: int,
    control: bool,
    announce: Callable[[VenueUrls], None],
    market: Market | None = None,
) -> None:
    """
    Serve a session until cancelled; `announce` hears the URLs when they answer.

    `start` is New York wall-clock time, `speed` venue seconds per real second.
    Raises BadConfiguration for a day or symbols without data.
    """
    symbols = parameters.symbols or None
    traded = market
    if traded is None:
        traded = await asyncio.to_thread(recorded_market, day, symbols, seed)
    start_at = instant_of(day, start)
    exchange = Exchange(traded, parameters=parameters, seed=seed, start=start_at)
    exchange.open_account(ACCOUNT)
    keys = VenueKeys(ApiKey.made_from(seed, ACCOUNT))
    clock = ScaledClock(start_at, speed)
    async with VenueServer(
        exchange, traded, clock, keys, server_parameters, control=control
    ) as server:
        announce(await server.start(port))
        await run_free(exchange, server.publisher, clock)
