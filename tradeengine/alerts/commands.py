"""What the command line says about alerts: functions that return lines."""

import asyncio
import getpass
from collections.abc import Sequence

from tradeengine.alerts.alert import Alert, Post
from tradeengine.alerts.channels import Channel
from tradeengine.alerts.message import Message, Writer
from tradeengine.alerts.records import Delivery, Record, RecordStore
from tradeengine.clock import Clock
from tradeengine.errors import AlertNotDelivered
from tradeengine.model.instants import NANOS, format_instant
from tradeengine.model.orders import Severity

NO_CHANNELS = "no channel is configured: set SMTP_HOST and the others in .env, see docs/alerts.md"

NO_SUCH_ALERT = "there is no such alert"

TEST_TEXT = "this is a test; nothing has happened"


async def test(
    channels: Sequence[Channel], writer: Writer, clock: Clock, timeout_seconds: float
) -> list[str]:
    """Send a test message by every channel at the same time; give a line for each."""
    alert = Alert(at=clock.now(), severity=Severity.INFO, code="TEST", text=TEST_TEXT)
    message = writer.message(Post(number=0, alert=alert))
    tries = (_try(channel, message, writer, timeout_seconds) for channel in channels)
    return list(await asyncio.gather(*tries)) or [NO_CHANNELS]


async def _try(channel: Channel, message: Message, writer: Writer, seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
            await channel.send(message.subject, message.body)
    except TimeoutError:
        return f"{channel.name}: FAILED, no answer within {seconds:g} s"
    except AlertNotDelivered as error:
        advice = "may pass" if error.transient else "needs you"
        return f"{channel.name}: FAILED ({advice}), {writer.clean(error.reason)}"
    return f"{channel.name}: taken by the server; look whether it arrives"


def list_records(store: RecordStore, most: int = 20) -> list[str]:
    """Give the open criticals, then the newest `most` records. Raises RecordsFailed."""
    open_criticals = store.open_criticals()
    numbers = " ".join(str(record.number) for record in open_criticals)
    head = [f"unacknowledged criticals: {numbers or 'none'}"]
    newest = store.newest(most)
    listed = {record.number for record in newest}
    older = [record for record in open_criticals if record.number not in listed]
    lines = [line for record in (*newest, *reversed(older)) for line in _lines(record)]
    return [*head, *(lines or ["no alert has been raised yet"])]


def acknowledge(
    store: RecordStore, numbers: Sequence[int], clock: Clock, by: str = ""
) -> list[str]:
    """
    Acknowledge alerts; with no numbers, all open criticals. Raises RecordsFailed.

    `by` is who does it, the user of this machine if not given.
    """
    chosen = list(numbers) or [record.number for record in store.open_criticals()]
    who = by or getpass.getuser()
    done = [
        f"#{number}: acknowledged by {who}"
        if store.acknowledge(number, who, clock.now())
        else f"#{number}: {NO_SUCH_ALERT}"
        for number in chosen
    ]
    return done or ["nothing waits for an acknowledgement"]


def _lines(record: Record) -> list[str]:
    alert = record.alert
    times = f" x{alert.times}" if alert.times > 1 else ""
    head = (
        f"#{record.number} {_second(alert.at)} {alert.severity.value}"
        f" {alert.code}: {alert.text}{times}"
    )
    return [
        head,
        *(f"    {line}" for line in (*map(_delivery, record.deliveries), *_known(record))),
    ]


def _delivery(delivery: Delivery) -> str:
    attempts = f", {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    sent = f" {_second(delivery.sent_at)}" if delivery.sent_at is not None else ""
    error = f": {delivery.last_error}" if delivery.last_error else ""
    return f"{delivery.channel}: {delivery.state.value}{sent}{attempts}{error}"


def _known(record: Record) -> list[str]:
    if record.acknowledged_at is None:
        return []
    return [f"acknowledged by {record.acknowledged_by} {_second(record.acknowledged_at)}"]


def _second(at: int) -> str:
    """Write an instant without fractions of a second."""
    return format_instant(at // NANOS * NANOS)
