"""Our own ports, made for tests: channels that do as they are told, a clerk without a thread."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from tradeengine.alerts.alert import Alert, Post
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.message import Message, Writer
from tradeengine.alerts.outbox import Outbox
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.records import RecordStore
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.clock import SimulatedClock
from tradeengine.errors import AlertNotDelivered, RecordsFailed
from tradeengine.model.instants import NANOS, parse_instant
from tradeengine.model.orders import Severity

T0 = parse_instant("2026-10-08T15:10:00Z")
"""A Thursday, 11:10 in New York."""

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def alert(text: str = "it broke", severity: Severity = WARNING, at: int = T0) -> Alert:
    return Alert(at=at, severity=severity, code="CODE", text=text)


def post(text: str = "it broke", severity: Severity = WARNING, number: int = 0) -> Post:
    return Post(number=number, alert=alert(text, severity))


def seconds(number: float) -> int:
    return int(number * NANOS)


class FakeChannel:
    """Keeps what it is given; fails as often as `failures` says; hangs while `gate` is shut."""

    def __init__(self, name: str = "mail", per_hour: int | None = None) -> None:
        self.name, self.per_hour = name, per_hour
        self.failures: list[Exception] = []
        self.attempts = 0
        self.sent: list[Message] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, subject: str, body: str) -> None:
        self.attempts += 1
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(Message(subject=subject, body=body))

    @property
    def bodies(self) -> list[str]:
        return [message.body for message in self.sent]


class InlineClerk(Clerk):
    """Does at once what is asked, so that a test knows when it is done."""

    async def ask(
        self,
        otherwise: Answer,
        call: Callable[Asked, Answer],
        *given: Asked.args,
        **named: Asked.kwargs,
    ) -> Answer:
        try:
            return call(*given, **named)
        except RecordsFailed as error:
            self.report("ALERT_RECORDS_FAILED", str(error))
            return otherwise


class Desk:
    """An outbox with a clock, a file and a report that the test looks at."""

    def __init__(
        self,
        *channels: FakeChannel,
        path: Path,
        start: int = T0,
        secrets: tuple[str, ...] = (),
        parameters: AlertParameters | None = None,
    ) -> None:
        self.channels = channels
        self.parameters = parameters or AlertParameters()
        self.clock = SimulatedClock(start)
        self.store = SqliteRecords(path)
        self.reports: list[tuple[str, str]] = []
        self.clerk = self._clerk(self.store)
        self.outbox = Outbox(channels, self.clerk, Writer(secrets), self.clock, self.parameters)

    def _clerk(self, store: RecordStore) -> Clerk:
        return InlineClerk(store, lambda code, words: self.reports.append((code, words)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the outbox for the length of a block."""
        task = asyncio.create_task(self.outbox.run())
        await self.turn()
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.clerk.close()
            self.store.close()

    async def turn(self, passing_seconds: float = 0) -> None:
        """Let some time pass, and everything happen that can happen then."""
        self.clock.advance_to(self.clock.now() + seconds(passing_seconds))
        for _ in range(100):
            await asyncio.sleep(0)

    def states(self, number: int) -> dict[str, str]:
        """Give the state of an alert on each of its channels."""
        record = self.store.get(number)
        assert record is not None
        return {delivery.channel: delivery.state.value for delivery in record.deliveries}


def passing() -> AlertNotDelivered:
    return AlertNotDelivered("450 try later", transient=True)


def lasting() -> AlertNotDelivered:
    return AlertNotDelivered("535 bad password", transient=False)
