"""
The order stream's socket: connect, converse, read, and connect again.

Each step of getting ready has its own deadline. The reader only decodes and
hands over. Beside it a probe says `listen` again now and then, because a socket
that answers pings can still be mute. What was missed is caught up with before
`OrderStreamReady` is told. One socket at a time; the waits between them are in
`backoff.py`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.backoff import Backoff
from tradeengine.broker.news import News
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import Inbox
from tradeengine.broker.snapshot import rejected
from tradeengine.broker.stream_session import OrderStreamSession, Phase
from tradeengine.clock import Clock
from tradeengine.errors import RefusedByBroker, VenueUnreachable
from tradeengine.model.events import OrderStreamLost, OrderStreamReady
from tradeengine.model.instants import NANOS
from tradeengine.quiescence import Channel, Quiescence

CatchUp = Callable[[], Awaitable[None]]
"""Tell what was missed while the stream was away."""

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY_REQUESTS = 401, 403, 429

_CLOSE_SECONDS = 1.0
"""How long a closing handshake may take; Alpaca rarely answers one (expect 1006)."""

LONGEST_RETRY_AFTER_SECONDS = 600.0
"""A `Retry-After` beyond this is not believed."""

_LOG = logging.getLogger(__name__)


class OrderStream:
    """Keeps one connection to the order stream; `run` runs until cancelled."""

    def __init__(
        self,
        access: AlpacaAccess,
        parameters: BrokerParameters,
        *,
        news: News,
        inbox: Inbox,
        clock: Clock,
        quiescence: Quiescence,
        channel: Channel,
        catch_up: CatchUp,
    ) -> None:
        self._access, self._parameters = access, parameters
        self._news, self._inbox, self._clock = news, inbox, clock
        self._quiescence, self._channel, self._catch_up = quiescence, channel, catch_up
        self._backoff = Backoff(parameters)
        self._first_outcome = asyncio.Event()
        self._refusal: RefusedByBroker | None = None
        self._ready_at: int | None = None

    async def first_ready(self) -> None:
        """
        Wait until the stream is ready for the first time.

        Raises RefusedByBroker when the broker does not accept the keys.
        """
        await self._first_outcome.wait()
        if self._refusal is not None:
            raise self._refusal

    async def run(self) -> None:
        """Connect, read, wait, connect again."""
        while True:
            end: Exception = ConnectionError("closed")
            try:
                await self._one_connection()
            except* (OSError, WebSocketException, VenueUnreachable, RefusedByBroker) as group:
                end = _first_of(group)
            finally:
                self._news.release()
                self._channel.reset()
            wait = max(self._backoff.next_wait(self._note_end(end)), self._least_wait(end))
            _LOG.warning("order stream ended: %s; next try in %.1f s", _words(end), wait)
            await self._clock.sleep(wait)

    async def _one_connection(self) -> None:
        """Live through one connection. Raises what ends it."""
        session, acknowledged = OrderStreamSession(self._access), asyncio.Event()
        with ExitStack() as becoming_ready:
            becoming_ready.enter_context(self._quiescence.work())
            async with self._socket() as socket:
                await self._converse(socket, session)
                self._news.hold()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._become_ready(becoming_ready), name="stream catch-up")
                    tasks.create_task(self._probe(socket, session, acknowledged), name="probe")
                    while True:
                        if await self._take(socket, session):
                            acknowledged.set()

    def _socket(self) -> connect:
        parameters = self._parameters
        return connect(
            self._access.stream_url,
            open_timeout=parameters.stream_connect_timeout_seconds,
            ping_interval=parameters.stream_ping_interval_seconds,
            ping_timeout=parameters.stream_ping_timeout_seconds,
            close_timeout=_CLOSE_SECONDS,
            compression=None,  # updates are few and small
            proxy=None,  # as the REST side: an environment variable does not redirect orders
        )

    async def _converse(self, socket: ClientConnection, session: OrderStreamSession) -> None:
        await socket.send(session.opening())
        parameters = self._parameters
        await self._until(
            Phase.ASKING, socket, session, parameters.stream_authenticate_timeout_seconds
        )
        await self._until(Phase.READY, socket, session, parameters.stream_listen_timeout_seconds)

    async def _until(
        self, phase: Phase, socket: ClientConnection, session: OrderStreamSession, seconds: float
    ) -> None:
        try:
            async with asyncio.timeout(seconds):
                while session.phase < phase:
                    await self._take(socket, session)
                    if session.refusal:
                        raise RefusedByBroker(_UNAUTHORIZED, 0, f"order stream: {session.refusal}")
        except TimeoutError as error:
            doing = session.phase.name.lower()
            raise VenueUnreachable(f"no answer within {seconds} s while {doing}") from error

    async def _take(self, socket: ClientConnection, session: OrderStreamSession) -> bool:
        """Take one frame in; tell whether it acknowledged a `listen`."""
        frame = await socket.recv(decode=False)
        received_at = self._clock.now()
        heard = session.receive(frame, received_at)
        if heard.reply is not None:
            await socket.send(heard.reply)
        self._inbox.put_many(
            [rejected(piece, "order stream", received_at) for piece in heard.unreadable]
        )
        self._news.hear(heard.reports)
        self._channel.received()
        return heard.acknowledged

    async def _probe(
        self, socket: ClientConnection, session: OrderStreamSession, acknowledged: asyncio.Event
    ) -> None:
        seconds = self._parameters.stream_listen_timeout_seconds
        while True:
            await asyncio.sleep(self._parameters.stream_probe_interval_seconds)
            acknowledged.clear()
            await socket.send(session.probe())
            try:
                async with asyncio.timeout(seconds):
                    await acknowledged.wait()
            except TimeoutError as error:
                raise VenueUnreachable(f"mute: no answer to a probe in {seconds} s") from error

    async def _become_ready(self, becoming_ready: ExitStack) -> None:
        await self._catch_up()
        self._news.release()
        self._ready_at = now = self._clock.now()
        self._inbox.put_nowait(OrderStreamReady(at=now, received_at=now))
        self._first_outcome.set()
        becoming_ready.close()

    def _note_end(self, end: Exception) -> float:
        """Tell that the stream is lost, if it was ready, and give how long it had been."""
        now = self._clock.now()
        if self._ready_at is not None:
            lived = (now - self._ready_at) / NANOS
            self._ready_at = None
            self._inbox.put_nowait(OrderStreamLost(at=now, received_at=now, reason=_words(end)))
            return lived
        if isinstance(refusal := _as_refusal(end), RefusedByBroker):
            self._refusal = refusal
            self._first_outcome.set()
        return 0.0

    def _least_wait(self, end: Exception) -> float:
        if isinstance(end, InvalidStatus) and end.response.status_code == _TOO_MANY_REQUESTS:
            after = end.response.headers.get("Retry-After", "")
            told = float(after) if after.isdigit() else 0.0
            pause = self._parameters.handshake_refused_pause_seconds
            return max(pause, min(told, LONGEST_RETRY_AFTER_SECONDS))
        return 0.0


def _as_refusal(end: Exception) -> Exception:
    if isinstance(end, InvalidStatus) and end.response.status_code in (_UNAUTHORIZED, _FORBIDDEN):
        return RefusedByBroker(end.response.status_code, 0, "order stream: handshake refused")
    return end


def _first_of(group: BaseExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, BaseExceptionGroup) else first


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
