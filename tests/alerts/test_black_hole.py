"""
The alert that never came: a mail server that accepts and never answers.

Over real sockets, with the real clerk and the real clock.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.alerts.fakes import CRITICAL, INFO, WARNING
from tests.alerts.post_office import (
    PASSWORD,
    PATIENCE_SECONDS,
    USER,
    black_hole,
    client_tls,
    server_tls,
    serving,
)
from tradeengine.alerts.channels import Channel
from tradeengine.alerts.clerk import Clerk
from tradeengine.alerts.message import LONGEST, Writer
from tradeengine.alerts.outbox import Outbox
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.smtp import Security, SmtpChannel, SmtpServer
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.clock import SystemClock

STALL_SECONDS = 5
"""A loop that waited for the first server would stand still for its minute."""

SECRETS = (USER, PASSWORD, "5551234@sms.example.com", "jo@mail.example.com")


def reaching(name: str, port: int, recipient: str) -> SmtpChannel:
    """Give a channel that has a minute for each attempt."""
    server = SmtpServer("127.0.0.1", port, "engine@example.com")
    return SmtpChannel(name, server, recipient, SystemClock(), 60)


@asynccontextmanager
async def running(path: Path, *channels: Channel) -> AsyncIterator[Outbox]:
    """Run an outbox as the app does."""
    rules = AlertParameters(attempt_timeout_seconds=60, drain_seconds=0)
    with SqliteRecords(path) as store:
        clerk = Clerk(store, lambda *_: None)
        outbox = Outbox(channels, clerk, Writer(SECRETS), SystemClock(), rules)
        task = asyncio.create_task(outbox.run())
        try:
            yield outbox
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            clerk.close()


async def settled(outbox: Outbox) -> None:
    """Wait until everything that is on its way has arrived."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await outbox.drain():  # noqa: ASYNC110 - it yields to the loop by itself
            await asyncio.sleep(0)


async def test_the_second_channel_delivers_while_the_first_hangs_and_the_loop_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = STALL_SECONDS
    path = tmp_path / "alerts.sqlite"
    async with black_hole() as hole, serving() as office:
        sms = reaching("sms", hole.port, "5551234@sms.example.com")
        mail = reaching("mail", office.port, "jo@mail.example.com")
        async with running(path, sms, mail) as outbox:
            outbox.raise_alert(CRITICAL, "FLATTENED", "drawdown 5.1 %, all flat")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await hole.reached.wait()
            for number in range(20):
                outbox.raise_alert(WARNING, "W", str(number))
            texts = await office.wait_for(21)

            assert texts[0] == "tradeengine CRITICAL FLATTENED: drawdown 5.1 %, all flat #1"
            assert hole.connections == 1  # Still the first attempt: it has a minute.
            assert not await outbox.drain()

    stalls = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in stalls] == []
    with SqliteRecords(path) as store:
        record = store.get(1)
        assert record is not None
        assert [(d.channel, d.state.value) for d in record.deliveries] == [
            ("sms", "queued"),
            ("mail", "sent"),
        ]


async def test_the_next_run_delivers_what_the_black_hole_kept(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    async with black_hole() as hole:
        first = reaching("sms", hole.port, "5551234@sms.example.com")
        async with running(path, first) as outbox:
            outbox.raise_alert(CRITICAL, "FLATTENED", "all flat")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await hole.reached.wait()

    async with serving() as office:
        second = reaching("sms", office.port, "5551234@sms.example.com")
        async with running(path, second) as outbox:
            assert await office.wait_for(1) == ["tradeengine CRITICAL FLATTENED: all flat #1"]
            await settled(outbox)
            outbox.raise_alert(INFO, "I", "numbers go on")
            assert (await office.wait_for(2))[1] == "tradeengine INFO I: numbers go on #2"
            await settled(outbox)

    with SqliteRecords(path) as store:
        assert [record.number for record in store.open_criticals()] == [1]
        assert store.queued() == []


async def test_no_secret_and_nothing_long_reaches_the_wire(tmp_path: Path) -> None:
    async with serving(starttls=server_tls(), login=True) as office:
        server = SmtpServer(
            "127.0.0.1", office.port, USER, USER, PASSWORD, Security.STARTTLS, client_tls()
        )
        channel = SmtpChannel("sms", server, "5551234@sms.example.com", SystemClock(), 60)
        async with running(tmp_path / "alerts.sqlite", channel) as outbox:
            outbox.raise_alert(CRITICAL, "LOGIN", f"{USER}:{PASSWORD} was refused, " * 20)
            [text] = await office.wait_for(1)

        assert text.startswith("CRIT LOGIN: (redacted):(redacted) was refused, ")
        assert len(text) <= LONGEST
        assert PASSWORD not in text
