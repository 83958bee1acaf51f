"""
The venue's server: one loopback port for everything Alpaca has hosts for.

    async with VenueServer(exchange, market, clock, keys) as server:
        urls = await server.start()
        await run_free(exchange, server.publisher, clock)
"""

from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from aiohttp import web, web_app

from tradeengine.clock import Clock
from tradeengine.quiescence import Channel
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.market import Market
from tradeengine.venue.server.auth import VenueKeys
from tradeengine.venue.server.control import PATH as CONTROL_PATH
from tradeengine.venue.server.control import Control
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.doors import HOST, Doors
from tradeengine.venue.server.faults import Stream
from tradeengine.venue.server.front import Front
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.public_sites import PublicSites
from tradeengine.venue.server.rest_account import AccountRest
from tradeengine.venue.server.rest_assets import AssetsRest
from tradeengine.venue.server.rest_calendar import CalendarRest
from tradeengine.venue.server.rest_history import HistoryRest
from tradeengine.venue.server.rest_latest import LatestRest
from tradeengine.venue.server.rest_orders import OrdersRest
from tradeengine.venue.server.rest_positions import PositionsRest
from tradeengine.venue.server.rest_reference import ReferenceRest
from tradeengine.venue.server.rest_watchlists import WatchlistsRest
from tradeengine.venue.server.visits import Visits

_SHUTDOWN_SECONDS = 1.0
_LARGEST_BODY_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class EngineChannels:
    """The counts of frames on their way to the engine in lock-step."""

    data: Channel
    orders: Channel


@dataclass(frozen=True, slots=True)
class VenueUrls:
    """Where the venue listens, and the engine's key. `control_url` may be absent."""

    trading_url: str
    data_url: str
    trading_stream: str
    data_stream: str
    control_url: str | None
    key: str
    secret: str

    def as_dict(self) -> dict[str, str | None]:
        """Give them as `tradeengine venue --json` prints them."""
        return asdict(self)


class VenueServer:
    """Serves one exchange. In lock-step pass `channels`; the pace then tells the updates."""

    def __init__(
        self,
        exchange: Exchange,
        market: Market,
        clock: Clock,
        keys: VenueKeys,
        parameters: ServerParameters | None = None,
        *,
        channels: EngineChannels | None = None,
        control: bool = False,
    ) -> None:
        parameters = parameters or ServerParameters()
        self.publisher = Desk(
            exchange,
            market,
            clock,
            keys,
            parameters,
            lockstep=channels is not None,
            data_channel=channels.data if channels else None,
            orders_channel=channels.orders if channels else None,
        )
        """Tells the clients; the pace needs it."""
        self._control = control
        self._runner = web.AppRunner(
            self._app(), shutdown_timeout=_SHUTDOWN_SECONDS, access_log=None
        )
        self._doors = self.publisher.doors = Doors(self._runner, clock)

    def _app(self) -> web.Application:
        desk = self.publisher
        front = Front(desk)
        app = web.Application(middlewares=[front.middleware()], client_max_size=_LARGEST_BODY_BYTES)
        for part in (
            OrdersRest(desk),
            PositionsRest(desk),
            AccountRest(desk),
            AssetsRest(desk),
            WatchlistsRest(desk),
            CalendarRest(desk.clock, desk.faults),
            LatestRest(desk),
            HistoryRest(desk),
            ReferenceRest(desk),
            PublicSites(desk.clock, desk.faults, desk.parameters.filings_requests_per_second),
        ):
            app.router.add_routes(part.routes())
        app.router.add_routes(self._sockets())
        if self._control:
            visits: dict[Stream, Visits] = {
                "data": desk.data.visits,
                "orders": desk.orders.visits,
            }
            app.router.add_routes(Control(desk.faults, desk, desk.clock, visits).routes())
        app.on_shutdown.append(self._close_sockets)
        return app

    def _sockets(self) -> list[web.RouteDef]:
        data, orders = self.publisher.data.serve, self.publisher.orders.serve
        feed = "/v2/{feed:iex|sip|test}"
        return [
            web.get(feed, data),
            web.get(feed + "/", data),
            web.get("/stream", orders),
            web.get("/stream/", orders),
        ]

    async def _close_sockets(self, _app: web.Application) -> None:
        await self.publisher.close()

    async def start(self, port: int = 0) -> VenueUrls:
        """Listen on a port of this machine (0: any free one) and say where."""
        await self._runner.setup()
        return self._urls(await self._doors.open(port))

    def _urls(self, port: int) -> VenueUrls:
        place, engine = f"{HOST}:{port}", self.publisher.keys.engine
        return VenueUrls(
            trading_url=f"http://{place}",
            data_url=f"http://{place}",
            trading_stream=f"ws://{place}/stream",
            data_stream=f"ws://{place}/v2/iex",
            control_url=f"http://{place}{CONTROL_PATH}" if self._control else None,
            key=engine.key,
            secret=engine.secret,
        )

    async def stop(self) -> None:
        """Close all connections and stop listening."""
        await self._doors.close()
        await self._runner.cleanup()
        _forget_handlers()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()


def _forget_handlers() -> None:
    """
    Let go of the applications that have ended.

    aiohttp remembers the handlers of every application behind a middleware for as long as
    the process lives, and with them a venue's whole market: 26 MB a session.
    """
    remembered = getattr(web_app, "_cached_build_middleware", None)
    if remembered is not None:
        remembered.cache_clear()
