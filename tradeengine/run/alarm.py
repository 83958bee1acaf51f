"""
The alarm: what a run has to tell a person goes out by every channel that `.env` names.

It is up before anything that may be refused, and down after everything else, so that
a locked account and an end that is not flat are told too. Nothing here can hold up
trading: an alert is taken at once, and sent and recorded by tasks and a thread of
their own. If those fail, that is said on the screen, and trading goes on.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from tradeengine.alerts.channels import Channel
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.configured import MailSettings, configured_channels
from tradeengine.alerts.gateways import warning_for
from tradeengine.alerts.message import Writer
from tradeengine.alerts.outbox import Outbox
from tradeengine.alerts.records import Record
from tradeengine.alerts.rounds import Rounds
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.clock import SystemClock
from tradeengine.errors import RecordsFailed
from tradeengine.layout import Home
from tradeengine.logs.redaction import Redactor
from tradeengine.model.events import AlertRaised, FlattenEnded, StrategyFaulted
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.options import Options
from tradeengine.settings import Settings

_IN_MEMORY = Path(":memory:")

Raise = Callable[[Severity, str, str], None]
"""Tells a person: how serious, a code, the words. Returns at once."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a run may do with the alarm: tell a person, and ask what nobody acknowledged."""

    tell: Raise
    open_criticals: Callable[[], Awaitable[list[Record] | None]]
    """Gives criticals that nobody acknowledged, the oldest first; None if nobody can say."""
    high_water: Callable[[], int] = lambda: 0
    """Gives the most alerts that ever waited in one line."""


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """Make the channels that `.env` names. Raises BadConfiguration for half of one."""
    secrets = settings.secrets
    mail = MailSettings(
        host=secrets.smtp_host or "",
        port=secrets.smtp_port,
        user=_open(secrets.smtp_user),
        password=_open(secrets.smtp_password),
        sender=_open(secrets.smtp_from),
        to_sms=_open(secrets.smtp_to_sms),
        to=_open(secrets.smtp_to),
    )
    urls = _open(secrets.apprise_urls).split()
    return configured_channels(mail, urls, settings.alerts, SystemClock())


def writer_of(settings: Settings) -> Writer:
    """Make the writer that lets no secret into a message."""
    redactor = Redactor(settings.secrets.values())

    def redact(text: str) -> str:
        line = redactor.text(text.encode("utf-8", "backslashreplace"))
        return line.decode("utf-8", "replace")

    return Writer(settings.secrets.values(), redact)


@asynccontextmanager
async def raised_alarm(options: Options, say: Callable[[str], None]) -> AsyncIterator[Alarm]:
    """
    Keep the alarm up for the length of a block; `say` hears of its own troubles.

    Raises BadConfiguration for half a channel.
    """
    settings, clock = options.settings, SystemClock()
    channels = channels_of(settings)
    if warning := warning_for(_open(settings.secrets.smtp_to_sms)):
        say(f"alerts: {warning}")
    with _records(options.home.alerts_file, say) as store:
        clerk = Clerk(store, lambda code, words: say(f"{code}: {words}"))
        outbox = Outbox(channels, clerk, writer_of(settings), clock, settings.alerts)
        rounds = Rounds(outbox, clerk, clock, settings.alerts, options.choice.kind.value)
        sending = _watched(outbox.run, "sending", say)
        going_round = _watched(rounds.run, "rounds", say)
        try:
            # What is only in memory says nothing of what nobody has acknowledged.
            is_known = store.path != _IN_MEMORY
            ask_open = partial(clerk.ask, None, store.open_criticals) if is_known else _unknown
            yield Alarm(outbox.raise_alert, ask_open, outbox.high_water)
        finally:
            await _ended(going_round)
            if sending.done() or not await outbox.drain():
                say("alerts are still under way; the next run sends them")
            await _ended(sending)
            clerk.close()


async def tell_once(
    settings: Settings, home: Home, say: Callable[[str], None], told: tuple[Severity, str, str]
) -> None:
    """
    Tell a person of one thing (severity, code, words) from a command that is no run.

    Nobody hears that an engine started. Raises BadConfiguration for half a channel.
    """
    channels = channels_of(settings)
    with _records(home.alerts_file, say) as store:
        clerk = Clerk(store, lambda code, words: say(f"{code}: {words}"))
        outbox = Outbox(channels, clerk, writer_of(settings), SystemClock(), settings.alerts)
        sending = _watched(outbox.run, "sending", say)
        try:
            outbox.raise_alert(*told)
            if sending.done() or not await outbox.drain():
                say("alerts are still under way; the next run sends them")
        finally:
            await _ended(sending)
            clerk.close()


async def _unknown() -> None:
    """Say that nobody can tell which criticals are open."""


def _records(path: Path, say: Callable[[str], None]) -> SqliteRecords:
    """
    Open the records; set a damaged file aside, and without a disk keep them in memory.

    A file that is only locked, or not ours to write, is left where it is.
    """
    for attempt in (path, path, _IN_MEMORY):
        try:
            return SqliteRecords(attempt)
        except RecordsFailed as error:
            say(f"alerts: {error}")
            if not isinstance(error.__cause__, sqlite3.OperationalError):
                with suppress(OSError):
                    path.replace(path.with_suffix(".damaged"))
    raise AssertionError("a database in memory can always be made")


def _watched(
    work: Callable[[], object], name: str, say: Callable[[str], None]
) -> asyncio.Task[object]:
    """Start a task whose failure is said, and changes nothing else."""

    async def run() -> object:
        return await work()  # type: ignore[misc]  # both are coroutine functions

    def tell(task: asyncio.Task[object]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            say(f"alerts: {name} failed, nothing is told any more: {error!r}")

    task = asyncio.create_task(run(), name=f"alerts {name}")
    task.add_done_callback(tell)
    return task


async def _ended(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _open(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def sound(message: Message, tell: Raise) -> None:
    """Tell of a message that a person must hear of; most are none."""
    match message:
        case AlertRaised():
            tell(message.severity, message.code, message.text)
        case StrategyFaulted(benched=True):
            words = f"{message.strategy} is benched: {message.error}"
            tell(Severity.CRITICAL, "BENCHED", words)
        case FlattenEnded(flat=False):
            names = ", ".join(message.positions_left + message.orders_left)
            left = message.reasons or names or "not known"
            tell(Severity.CRITICAL, "NOT_FLAT", f"after {message.trigger.value}, left: {left}")
        case FlattenEnded():
            words = f"after {message.trigger.value}, {message.rounds} rounds"
            tell(Severity.INFO, "FLAT", f"{words}, {message.seconds:.0f} s")
        case _:
            pass
