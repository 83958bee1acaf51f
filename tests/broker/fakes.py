"""Our own ports, made for tests: an inbox to wait on, short timeouts, a running broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Protocol, TypeVar

from tests.broker.scripted import ScriptedBroker
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.ports import already_durable
from tradeengine.clock import Clock, SimulatedClock, SystemClock
from tradeengine.model.commands import CancelOrder, Command, SubmitOrder
from tradeengine.model.instants import parse_instant
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.quiescence import Channel, Quiescence

START = parse_instant("2026-10-08T15:10:00Z")

MessageT = TypeVar("MessageT", bound=Message)

_PATIENCE_SECONDS = 30.0


class ListInbox:
    """An inbox that keeps everything and lets a test wait for a kind of message."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._arrived = asyncio.Event()

    def put_nowait(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()

    def put_many(self, messages: Iterable[Message]) -> None:
        self.messages.extend(messages)
        self._arrived.set()

    def depth(self) -> int:
        return len(self.messages)

    def of(self, kind: type[MessageT]) -> list[MessageT]:
        """Give the messages of a kind."""
        return [message for message in self.messages if type(message) is kind]

    def names(self) -> list[str]:
        """Give the kinds of all messages, in order."""
        return [type(message).__name__ for message in self.messages]

    async def wait_for(self, kind: type[MessageT], count: int = 1) -> MessageT:
        """Wait for the count-th message of a kind."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(self.of(kind)) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.of(kind)[count - 1]


async def until(condition: Callable[[], object]) -> None:
    """Wait until something that the scripted server does is so."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - the other side is a real socket
            await asyncio.sleep(0.001)


class Runnable(Protocol):
    async def run(self) -> None: ...
    async def connect(self) -> None: ...
    async def close(self) -> None: ...


def parameters(**changes: object) -> BrokerParameters:
    """Give parameters with timeouts fit for a test."""
    quick: dict[str, object] = {
        "connect_timeout_seconds": 0.5,
        "read_timeout_seconds": 0.15,
        "total_timeout_seconds": 0.3,
        "lookup_spacing_seconds": (0.001, 0.001, 0.002),
        "retry_spacing_seconds": (0.001, 0.002),
        "stream_connect_timeout_seconds": 0.5,
        "stream_authenticate_timeout_seconds": 0.5,
        "stream_listen_timeout_seconds": 0.5,
        "backoff_base_seconds": 0.001,
        "backoff_cap_seconds": 0.002,
        "handshake_refused_pause_seconds": 0.001,
        "drain_seconds": 0.3,
    }
    return BrokerParameters.model_validate(quick | changes)


@asynccontextmanager
async def running(broker: Runnable, *, connect: bool = True) -> AsyncIterator[None]:
    """Own a broker's task for the length of a block."""
    task = asyncio.create_task(broker.run(), name="broker under test")
    try:
        if connect:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await broker.connect()
        yield
    finally:
        await broker.close()
        await task


class Bench:
    """A broker over a scripted server, its inbox and its lock-step counters."""

    def __init__(
        self, server: ScriptedBroker, clock: Clock | None = None, **changes: object
    ) -> None:
        self.server, self.inbox, self.quiescence = server, ListInbox(), Quiescence()
        self.clock = clock or SystemClock()
        self.channel = Channel(self.quiescence)
        self.broker = AlpacaBroker(
            server.access(),
            parameters(**changes),
            inbox=self.inbox,
            clock=self.clock,
            durable=already_durable,
            quiescence=self.quiescence,
            channel=self.channel,
        )

    async def answer(self, command: Command) -> None:
        """Send a command and wait until it is carried out."""
        self.broker.send(command)
        await self.drained()

    async def drained(self) -> None:
        """Wait until the broker has carried everything out."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.broker.drained()

    async def swept(self) -> None:
        """Wait until a sweep that the clock has just made due is over, if there is one."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            for _ in range(5):
                await asyncio.sleep(0)
            await self.quiescence.idle()


def simulated_clock() -> SimulatedClock:
    """Give a clock that stands at the start of the scripted day."""
    return SimulatedClock(START)


def buy(client_order_id: str = "c-1", symbol: str = "KO", **changes: object) -> SubmitOrder:
    """Give a command to buy ten shares at a limit."""
    fields: dict[str, object] = {
        "at": START,
        "client_order_id": client_order_id,
        "symbol": symbol,
        "side": Side.BUY,
        "purpose": Purpose.ENTRY,
        "quantity": Decimal(10),
        "order_type": OrderType.LIMIT,
        "time_in_force": TimeInForce.DAY,
        "limit_price": Decimal("86.88"),
    }
    return SubmitOrder(**(fields | changes))  # type: ignore[arg-type]  # a test's shorthand


def cancel(client_order_id: str = "c-1", order_id: str = "o-1", symbol: str = "KO") -> CancelOrder:
    """Give a command to cancel."""
    return CancelOrder(at=START, client_order_id=client_order_id, order_id=order_id, symbol=symbol)
