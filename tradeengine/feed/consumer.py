"""
The feed: one owner of one socket, for as long as the engine runs.

Two tasks. The reader connects, agrees, refills the gap since the last time, and
then decodes and hands over: the engine takes a message at once unless it is busy or
behind. The watch judges silence once a second and cuts a connection
that is mute. After every end the reader waits (full jitter) and connects again;
while another program holds our slot it keeps the socket and asks again on its
own slower schedule.

When the engine is behind, old quotes give way to new ones and the reader waits
for room; nothing else is ever dropped.

In lock-step with the venue (`quiescence`, `channel`) everything that must end
before venue time moves is counted as work; waiting on the clock is not.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from tradeengine.clock import Clock
from tradeengine.errors import BadConfiguration, VenueUnreachable
from tradeengine.feed.backfill import Backfill
from tradeengine.feed.backoff import Backoff, Random
from tradeengine.feed.codec import Codec
from tradeengine.feed.connection import Connection
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.intake import Intake
from tradeengine.feed.liveness import Liveness, Mood
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.ports import Inbox
from tradeengine.feed.probe import ask
from tradeengine.feed.rest import DataRest
from tradeengine.feed.session import Received, Session
from tradeengine.feed.socket import HandshakeRefused
from tradeengine.model.events import FeedLost
from tradeengine.model.instants import NANOS
from tradeengine.quiescence import Channel, Quiescence


class FeedConsumer:
    """Keep market data coming into the inbox."""

    def __init__(
        self,
        *,
        url: str,
        symbols: Iterable[str],
        sessions: Iterable[tuple[int, int]],
        credentials: Credentials,
        parameters: FeedParameters,
        clock: Clock,
        inbox: Inbox,
        rest: DataRest,
        random: Random,
        quiescence: Quiescence | None = None,
        channel: Channel | None = None,
    ) -> None:
        self._url, self._symbols = url, sorted(set(symbols))
        self._bar_symbols = sorted({*self._symbols, parameters.canary})
        self._credentials, self._parameters = credentials, parameters
        self._clock, self._inbox, self._rest = clock, inbox, rest
        self._quiescence = quiescence or Quiescence()
        self._market = MarketTime(sessions)
        self._liveness = Liveness(parameters, self._market)
        continuity = Continuity()
        self._intake = Intake(
            inbox=inbox,
            liveness=self._liveness,
            continuity=continuity,
            conflate_above=parameters.conflate_above,
            channel=channel,
        )
        self._backoff = Backoff(
            random,
            first_seconds=parameters.backoff_first_seconds,
            cap_seconds=parameters.backoff_cap_seconds,
            healthy_seconds=parameters.healthy_seconds,
        )
        self.codec = Codec()
        """Reads the frames; counts the types it ignored."""
        self.backfill = Backfill(
            rest=rest,
            parameters=parameters,
            clock=clock,
            inbox=inbox,
            continuity=continuity,
            quiescence=quiescence,
        )
        """Brings history into the inbox; call `warm_up` when the feed is ready."""
        self._connection: Connection | None = None
        self._connected_at: int | None = None
        self._was_subscribed = False
        self._missing_since: int | None = None
        self._told: set[str] = set()
        self._refusal: BadConfiguration | None = None
        self._subscribed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Feed the inbox until `close`. Raises BadConfiguration when refused for good."""
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read(), name="feed-reader")
                watch = tasks.create_task(self._watch(), name="feed-watch")
                await self._stopping.wait()
                reader.cancel()
                watch.cancel()
        finally:
            self._stopping.set()
            self._subscribed.set()
            self._ended.set()
        if self._refusal is not None:
            raise self._refusal

    async def ready(self) -> None:
        """
        Wait for the first acknowledged subscription.

        Raises BadConfiguration when refused for good, VenueUnreachable when the
        feed was closed before.
        """
        await self._subscribed.wait()
        if self._refusal is not None:
            raise self._refusal
        if not self._was_subscribed:
            raise VenueUnreachable("the feed was closed before it was subscribed")

    async def close(self) -> None:
        """Close the connection and let `run` end."""
        self._stopping.set()
        await self._ended.wait()

    def high_water(self) -> dict[str, int]:
        """Give the most frames that ever waited, and how many quotes gave way to newer ones."""
        intake = self._intake
        return {"feed_frames": intake.most_frames, "quotes_conflated": intake.quotes_dropped}

    # The reader.

    async def _read(self) -> None:
        try:
            while True:
                await self._clock.sleep(await self._connect_and_stream())
        except BadConfiguration as error:
            self._refusal = error
            self._tell_lost(str(error))
            self._stopping.set()

    async def _connect_and_stream(self) -> float:
        """Live through one connection; give the seconds to wait before the next."""
        self._connection = self._connected_at = None
        least_seconds = 0.0
        try:
            await self._stream(await self._connect())
        except HandshakeRefused as error:
            reason, least_seconds = str(error), error.retry_after_seconds
        except VenueUnreachable as error:
            reason = str(error)
        finally:
            await self._disconnect()
        return max(self._lost(reason), least_seconds)

    async def _connect(self) -> Connection:
        session = Session(
            codec=self.codec,
            credentials=self._credentials,
            encoding=self._parameters.encoding,
            symbols=self._symbols,
            canary=self._parameters.canary,
            quotes=self._parameters.quotes,
        )
        with self._quiescence.work():
            connection = await Connection.open(self._url, session, self._parameters, self._clock)
            self._connection = connection
            await self._agree(connection)
        while connection.waits_for_slot:
            self._tell_lost(connection.trouble())
            await self._clock.sleep(self._parameters.slot_retry_seconds)
            with self._quiescence.work():
                connection.ask_for_slot()
                await self._agree(connection)
        connection.raise_unless_streaming()
        return connection

    async def _agree(self, connection: Connection) -> None:
        limit_seconds = self._parameters.auth_timeout_seconds
        try:
            async with asyncio.timeout(limit_seconds):
                while connection.is_agreeing:
                    await self._take(connection)
        except TimeoutError as error:
            problem = f"the data stream said nothing for {limit_seconds:g} s of its handshake"
            raise VenueUnreachable(problem) from error

    async def _stream(self, connection: Connection) -> None:
        now = self._connected_at = self._clock.now()
        self._liveness.connected(now)
        self._told.clear()
        self._was_subscribed = True
        self._subscribed.set()
        await self._refill(now)
        while connection.is_streaming:
            await self._inbox.wait_for_room()
            await connection.stream(partial(self._take_in, connection))
        connection.raise_unless_streaming()

    async def _refill(self, now: int) -> None:
        start = self._missing_since
        if start is not None and self._market.seconds(start, now) > 0:
            await self.backfill.refill(self._bar_symbols, start, now)
        self._missing_since = None

    def _take_in(self, connection: Connection, received: Received, frames: int) -> bool:
        """Take events in; say whether there is room for more."""
        self._intake.take(received, frames, connection.backlog)
        return self._inbox.has_room()

    async def _take(self, connection: Connection) -> None:
        received, frames = await connection.receive()
        self._intake.take(received, frames)

    # The end of a connection.

    async def _disconnect(self) -> None:
        try:
            if self._connection is not None:
                await self._connection.close()
        finally:
            self._intake.disconnected()

    def _lost(self, reason: str) -> float:
        """Take stock after a connection; give the back-off in seconds."""
        if self._connected_at is not None:
            self._backoff.ended((self._liveness.heard_at - self._connected_at) / NANOS)
            self._missing_since = self._missing_since or self._liveness.heard_at
        muted = self._liveness.mood is Mood.MUTE
        self._liveness.lost()
        if not muted:
            self._tell_lost(reason)
        if self._connected_at is None and self._was_refused_the_slot():
            return 0.0  # the slot's own schedule has been waited for already
        return self._backoff.next_wait()

    def _was_refused_the_slot(self) -> bool:
        return self._connection is not None and self._connection.slot_was_taken

    def _tell_lost(self, reason: str) -> None:
        """Say it once; a reconnect that fails for the same reason is no news."""
        if reason in self._told:
            return
        self._told.add(reason)
        now = self._clock.now()
        self._inbox.put_nowait(FeedLost(at=now, received_at=now, reason=reason))

    # The watch.

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(self._liveness.next_look_seconds(self._clock.now()))
            with self._quiescence.work():
                await self._check()

    async def _check(self) -> None:
        findings = self._liveness.check(self._clock.now())
        if findings.messages:
            self._inbox.put_many(findings.messages)
        for channel in findings.doubted:
            probe = await ask(self._rest, self._parameters, self._symbols, channel)
            self._liveness.probed(channel, probe, self._clock.now())
        verdict = self._liveness.verdict(self._clock.now())
        if verdict is not None and self._connection is not None:
            self._inbox.put_nowait(verdict)
            self._connection.cut("the feed was mute")
