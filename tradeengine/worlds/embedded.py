"""Our own venue in the same loop: the real protocol over real sockets on loopback."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tradeengine.broker.access import AlpacaAccess
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import ScaledClock, SimulatedClock
from tradeengine.model.sessions import previous_session
from tradeengine.options import Options
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.run.edges import Durable, Edges, World
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.pace import run_free, run_lockstep
from tradeengine.venue.server.server import EngineChannels, VenueServer
from tradeengine.worlds.addresses import ACCOUNT, Addresses
from tradeengine.worlds.own_market import OwnMarket, open_own_market
from tradeengine.worlds.socket_edges import SocketEdges

Pace = Callable[[Callable[[], bool]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class OpenVenue:
    """A venue that runs, with the world that trades on it."""

    world: World
    exchange: Exchange
    desk: Desk
    """Who tells the venue's clients; has its faults."""


@asynccontextmanager
async def embedded_world(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
    """Run the venue for the length of a block."""
    async with open_venue(options, say) as venue:
        yield venue.world


@asynccontextmanager
async def open_venue(options: Options, say: Callable[[str], None]) -> AsyncIterator[OpenVenue]:
    """Run the venue for the length of a block, for those who do more than trade on it."""
    say(f"preparing the market of {options.date}")
    own = open_own_market(options, say)
    clock, quiescence = _clock(options, own)
    channels = None
    if quiescence is not None:
        channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    keys = VenueKeys(ApiKey.made_from(options.seed, ACCOUNT))
    server = VenueServer(
        own.exchange, own.market, clock, keys, options.settings.venue.server, channels=channels
    )
    async with server:
        urls = await server.start()
        addresses = Addresses(
            access=AlpacaAccess(
                trading_url=urls.trading_url,
                stream_url=urls.trading_stream,
                key=urls.key,
                secret=urls.secret,
            ),
            data_url=urls.data_url,
            data_stream=urls.data_stream,
        )
        pace = _pace(own, server, clock, quiescence)

        def connect(inbox: Inbox, durable: Durable) -> Edges:
            return SocketEdges(
                options, own.session, own.symbols, addresses, clock, inbox, durable,
                quiescence=quiescence, channels=channels, pace=pace,
                flows_since=previous_session(own.session.date).close_at,
            )  # fmt: skip

        world = World(
            venue="embedded",
            run_tag=own.run_tag,
            clock=clock,
            session=own.session,
            symbols=own.symbols,
            quiescence=quiescence,
            speed=options.speed,
            connect=connect,
            fresh_account=True,
        )
        yield OpenVenue(world, own.exchange, server.publisher)


def _clock(
    options: Options, own: OwnMarket
) -> tuple[ScaledClock | SimulatedClock, Quiescence | None]:
    if options.speed is None:
        return SimulatedClock(own.start), Quiescence()
    return ScaledClock(own.start, options.speed, held=True), None


def _pace(
    own: OwnMarket,
    server: VenueServer,
    clock: ScaledClock | SimulatedClock,
    quiescence: Quiescence | None,
) -> Pace:
    async def pace(ended: Callable[[], bool]) -> None:
        if isinstance(clock, SimulatedClock):
            assert quiescence is not None
            await run_lockstep(own.exchange, server.publisher, clock, quiescence, ended)
        else:
            clock.release()
            await run_free(own.exchange, server.publisher, clock)

    return pace
