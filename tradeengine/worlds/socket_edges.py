"""
Feed and broker over Alpaca's protocol, as one pair of edges.

The feed connects when the order stream is ready, never before: so the inputs of
a run have one order, and no data comes in that nobody could act on.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import aiohttp

from tradeengine.broker.courier import AlpacaBroker
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.errors import VenueUnreachable
from tradeengine.feed.consumer import FeedConsumer
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.rest import DataRest
from tradeengine.model.commands import Command
from tradeengine.model.message import Message
from tradeengine.model.orders import ForeignPolicy
from tradeengine.model.sessions import Session
from tradeengine.options import Options
from tradeengine.quiescence import Quiescence
from tradeengine.run.edges import Durable, FoundOrder, Work
from tradeengine.venue.server.server import EngineChannels
from tradeengine.worlds.addresses import Addresses

CONNECT_SECONDS = 60.0
"""Real seconds in which order stream and feed must be ready at the start."""

KILL_TRIES = 30
"""How often the kill path asks, a pause apart, before it gives up."""


async def _no_pace(ended: Callable[[], bool]) -> None:
    """Let the world's own time go on."""


class SocketEdges:
    """The edges of every venue that is reached by sockets."""

    def __init__(
        self,
        options: Options,
        session: Session,
        symbols: Sequence[str],
        addresses: Addresses,
        clock: Clock,
        inbox: Inbox,
        durable: Durable,
        *,
        quiescence: Quiescence | None = None,
        channels: EngineChannels | None = None,
        pace: Callable[[Callable[[], bool]], Awaitable[None]] = _no_pace,
        flows_since: int | None = None,
    ) -> None:
        settings, access = options.settings, addresses.access
        # One command at a time in lock-step: then their answers have one order.
        one_by_one = {} if quiescence is None else {"max_in_flight": 1}
        self._broker = AlpacaBroker(
            access,
            settings.broker.model_copy(update=one_by_one),
            inbox=inbox,
            clock=clock,
            durable=durable,
            quiescence=quiescence,
            channel=channels.orders if channels else None,
            flows_since=flows_since,
            ours_only=settings.ledger.foreign is ForeignPolicy.IGNORE,
        )
        credentials = Credentials(access.key, access.secret)
        jitter = random.Random(settings.broker.backoff_seed)
        self._http = aiohttp.ClientSession()
        rest = DataRest(
            http=self._http,
            url=addresses.data_url,
            credentials=credentials,
            parameters=settings.feed,
            clock=clock,
            random=jitter.random,
            quiescence=quiescence,
        )
        self._session, self._symbols = session, symbols
        self._feed = FeedConsumer(
            url=addresses.data_stream,
            symbols=symbols,
            sessions=[(session.open_at, session.close_at)],
            credentials=credentials,
            parameters=settings.feed,
            clock=clock,
            inbox=inbox,
            rest=rest,
            random=jitter.random,
            quiescence=quiescence,
            channel=channels.data if channels else None,
        )
        self._feed_may_begin = asyncio.Event()
        self._feed_began = False
        self._pace = pace

    def send(self, command: Message) -> None:
        assert isinstance(command, Command)
        self._broker.send(command)

    def works(self) -> Sequence[tuple[str, Work]]:
        return (("broker", self._broker.run), ("feed", self._run_feed))

    async def _run_feed(self) -> None:
        await self._feed_may_begin.wait()
        self._feed_began = True
        await self._feed.run()

    async def connect(self) -> None:
        """Wait for the order stream, then for the feed. Raises TradeEngineError."""
        waiting_for = "order stream"
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._broker.connect()
                waiting_for = "feed"
                self._feed_may_begin.set()
                await self._feed.ready()
        except TimeoutError:
            raise VenueUnreachable(
                f"the {waiting_for} was not ready within {CONNECT_SECONDS:.0f} s"
            ) from None

    async def session_hours(self) -> tuple[int, int] | None:
        hours = await self._broker.session(self._session.date)
        return None if hours is None else (hours.open_at, hours.close_at)

    async def warm_up(self, start: int, end: int) -> int:
        return await self._feed.backfill.warm_up(self._symbols, start, end)

    async def find_order(self, client_order_id: str) -> FoundOrder | None:
        filled = await self._broker.filled_of(client_order_id)
        return None if filled is None else FoundOrder(filled=filled)

    async def pace(self, ended: Callable[[], bool]) -> None:
        await self._pace(ended)

    def high_water(self) -> dict[str, int]:
        return {"commands": self._broker.most_under_way, **self._feed.high_water()}

    async def flatten_past_core(self) -> bool:
        return await self._broker.close_everything(KILL_TRIES)

    async def close(self) -> None:
        """Close the feed, then the broker: no new data while orders are settled."""
        if self._feed_began:
            await self._feed.close()
        await self._broker.close()
        await self._http.close()
