"""A venue on a real socket whose time the test moves by hand, or which runs free."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any, Self

import aiohttp
import pytest

from tradeengine.clock import Clock, ScaledClock, SimulatedClock
from tradeengine.model.instants import MINUTE, NANOS, instant_of
from tradeengine.venue.exchange import Exchange
from tradeengine.venue.market import Market, recorded_market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.pace import run_free
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import EngineChannels, VenueServer

DAY = dt.date(2019, 2, 13)
TEN = instant_of(DAY, dt.time(10))
SYMBOLS = ("AAPL", "MSFT", "SPY")
ENGINE = ApiKey("PKENGINE", "engine-secret", "engine")
OTHER = ApiKey("PKOTHER", "other-secret", "other")


@pytest.fixture(scope="session")
def market() -> Market:
    return recorded_market(DAY, SYMBOLS, seed=7)


class Venue:
    """A served exchange. Without a speed its time stands until the test moves it."""

    def __init__(
        self,
        market: Market,
        *,
        start: int = TEN,
        speed: float | None = None,
        control: bool = False,
        channels: EngineChannels | None = None,
        parameters: ServerParameters | None = None,
        venue_parameters: VenueParameters | None = None,
    ) -> None:
        self.market = market
        self.exchange = Exchange(
            market, parameters=venue_parameters or VenueParameters(), seed=7, start=start
        )
        for pair in (ENGINE, OTHER):
            self.exchange.open_account(pair.account_id, cash=Decimal(100_000))
        self.clock: Clock = SimulatedClock(start) if speed is None else ScaledClock(start, speed)
        self.server = VenueServer(
            self.exchange,
            market,
            self.clock,
            VenueKeys(ENGINE, [OTHER]),
            parameters or ServerParameters(trading_requests_per_minute=100_000),
            channels=channels,
            control=control,
        )
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.server)
        self.urls = await self.server.start()
        self.http = await self._stack.enter_async_context(self.session(ENGINE))
        if isinstance(self.clock, ScaledClock):
            running = asyncio.create_task(
                run_free(self.exchange, self.server.publisher, self.clock), name="pace"
            )
            self._stack.callback(running.cancel)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    def session(self, pair: ApiKey) -> aiohttp.ClientSession:
        """Open a client session with the headers of a key."""
        headers = {"APCA-API-KEY-ID": pair.key, "APCA-API-SECRET-KEY": pair.secret}
        return aiohttp.ClientSession(self.urls.trading_url, headers=headers)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        **how: Any,  # noqa: ANN401 - aiohttp's
    ) -> Any:  # noqa: ANN401 - any JSON
        """Send a request of the engine's and give the body of its answer."""
        async with self.http.request(method, path, **how) as response:
            body = await response.json() if response.content_type == "application/json" else None
            assert response.status == status, body
            return body

    def run_to(self, at: int) -> None:
        """Move venue time to an instant, telling the clients all that happens."""
        assert isinstance(self.clock, SimulatedClock)
        publish = self.server.publisher
        while (due := self.exchange.next_at()) is not None and due <= at:
            turn = self.exchange.advance()
            self.clock.advance_to(turn.at)
            if turn.market:
                publish.market_events(turn.market)
            for update in turn.updates:
                publish.update(update)
        self.clock.advance_to(at)

    def run_for(self, seconds: float) -> None:
        """Move venue time on."""
        self.run_to(self.clock.now() + int(seconds * NANOS))

    async def buy(self, symbol: str = "AAPL", qty: str = "10") -> Any:  # noqa: ANN401 - any JSON
        """Buy at the market and let it fill."""
        body = {"symbol": symbol, "qty": qty, "side": "buy", "type": "market"}
        order = await self.ask("POST", "/v2/orders", json={**body, "time_in_force": "day"})
        self.run_for(30)
        return await self.ask("GET", f"/v2/orders/{order['id']}")


OpenVenue = Callable[..., Awaitable[Venue]]


@pytest.fixture
async def open_venue(market: Market) -> AsyncIterator[OpenVenue]:
    """Open venues that are closed when the test ends."""
    async with AsyncExitStack() as stack:

        async def open_one(**how: Any) -> Venue:  # noqa: ANN401 - what Venue takes
            return await stack.enter_async_context(Venue(market, **how))

        yield open_one


@pytest.fixture
async def venue(open_venue: OpenVenue) -> Venue:
    """A venue at 10:00 whose time the test moves."""
    return await open_venue()


@pytest.fixture
async def controlled(open_venue: OpenVenue) -> Venue:
    """A venue with a control endpoint."""
    return await open_venue(control=True)


__all__ = ["DAY", "ENGINE", "MINUTE", "OTHER", "SYMBOLS", "TEN", "OpenVenue", "Venue"]
