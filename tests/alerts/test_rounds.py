"""Rounds: criticals climb, the day is told, losses are said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.alerts.fakes import CRITICAL, INFO, T0, Desk, FakeChannel, alert, lasting, seconds
from tradeengine.alerts.notices import DIGEST
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.rounds import DAY, Rounds
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.model.instants import parse_instant


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.sqlite"


@asynccontextmanager
async def going_round(desk: Desk) -> AsyncIterator[None]:
    rounds = Rounds(desk.outbox, desk.clerk, desk.clock, desk.parameters, "run 7")
    async with desk.running():
        task = asyncio.create_task(rounds.run())
        await desk.turn()
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def texts(channel: FakeChannel) -> list[str]:
    return [body.removeprefix("tradeengine ") for body in channel.bodies]


async def test_the_first_message_is_the_canary(path: Path) -> None:
    channel = FakeChannel("mail")
    desk = Desk(channel, path=path)
    async with going_round(desk):
        assert texts(channel) == ["INFO ENGINE_STARTED: run 7 alerts by mail #1"]


async def test_a_critical_that_nobody_acknowledges_climbs_until_somebody_does(path: Path) -> None:
    sms, mail = FakeChannel("sms"), FakeChannel("mail")
    desk = Desk(sms, mail, path=path, parameters=AlertParameters(escalation_seconds=600))
    async with going_round(desk):
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()
        for _ in range(85):
            await desk.turn(15)
        assert texts(sms)[1:] == ["CRITICAL C: x #2", "CRITICAL C: x reminder 1 #2"]
        assert texts(mail)[1:] == ["CRITICAL C: x #2", "CRITICAL C: x reminder 2 #2"]

        desk.store.acknowledge(2, "jo", desk.clock.now())
        for _ in range(100):
            await desk.turn(15)
        assert len(sms.sent) + len(mail.sent) == 6


async def test_a_critical_whose_only_channel_failed_climbs_in_the_next_round(path: Path) -> None:
    channels = [FakeChannel(name) for name in ("sms", "mail", "apprise")]
    desk = Desk(*channels, path=path, parameters=AlertParameters(channels_at_once=2))
    async with going_round(desk):
        channels[0].failures = [lasting()]
        channels[1].failures = [lasting()]
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()
        await desk.turn(15)

        assert texts(channels[2]) == ["CRITICAL C: x reminder 1 #2"]


async def test_a_run_long_after_does_not_make_up_for_all_rungs_at_once(path: Path) -> None:
    with SqliteRecords(path) as earlier:
        earlier.add(alert("x", CRITICAL, at=T0 - DAY), ["sms"])
        earlier.sent(1, "sms", T0 - DAY)
    sms = FakeChannel("sms")
    desk = Desk(sms, path=path)
    async with going_round(desk):
        for _ in range(10):
            await desk.turn(15)

        assert sorted(texts(sms)) == [
            "CRITICAL CODE: x reminder 1 #1",
            "INFO ENGINE_STARTED: run 7 alerts by sms; 1 unacknowledged: #1 #2",
        ]


async def test_the_day_is_told_at_its_time_and_once(path: Path) -> None:
    mail = FakeChannel("mail")
    desk = Desk(mail, path=path, start=parse_instant("2026-10-08T20:59:50Z"))
    async with going_round(desk):
        for _ in range(8):
            await desk.turn(15)

        assert texts(mail)[1:] == ["INFO DAILY_DIGEST: all quiet: 0 warnings, 0 notes #2"]


async def test_a_day_that_was_missed_is_told_at_the_start_and_old_records_leave(
    path: Path,
) -> None:
    start = parse_instant("2026-10-09T03:00:00Z")
    with SqliteRecords(path) as earlier:
        earlier.add(alert("old", INFO, at=start - 91 * DAY), [])
        digest = alert("all quiet", INFO, at=start - DAY)
        earlier.add(type(digest)(at=digest.at, severity=INFO, code=DIGEST, text="all quiet"), [])
        earlier.add(alert("x", CRITICAL, at=start - DAY + 1), ["mail"])
        earlier.failed(3, "mail", start - DAY + 2, "no")
    mail = FakeChannel("mail")
    desk = Desk(mail, path=path, start=start)
    async with going_round(desk):
        told = "WARNING DAILY_DIGEST: NOT quiet: 1 unacknowledged: #3; 1 critical; "
        assert [text for text in texts(mail) if text.startswith(told)] != []
        assert desk.store.get(1) is None


async def test_what_had_to_leave_is_said(path: Path) -> None:
    channel = FakeChannel("mail")
    channel.gate.clear()
    desk = Desk(channel, path=path, parameters=AlertParameters(queue_alerts=10))
    async with going_round(desk):
        for number in range(15):
            desk.outbox.raise_alert(INFO, "I", str(number))
            await desk.turn()
        await desk.turn(15)
        channel.gate.set()
        await desk.turn()

        said = [text for text in texts(channel) if "ALERTS_DROPPED" in text]
        assert said == ["WARNING ALERTS_DROPPED: 5 alerts dropped, too many waited: mail #17"]
        assert desk.clock.now() == T0 + seconds(15)
