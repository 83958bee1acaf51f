"""The outbox: takes everything at once, loses nothing that matters, and says what it lost."""

import asyncio
from pathlib import Path

import pytest

from tests.alerts.fakes import (
    CRITICAL,
    INFO,
    T0,
    WARNING,
    Desk,
    FakeChannel,
    alert,
    lasting,
    passing,
    seconds,
)
from tradeengine.alerts.escalation import Escalation
from tradeengine.alerts.outbox import STALE
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.rate_limit import HOUR
from tradeengine.alerts.sqlite_records import SqliteRecords


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "alerts.sqlite"


async def test_an_alert_goes_to_every_channel_and_is_recorded(path: Path) -> None:
    sms, mail = FakeChannel("sms"), FakeChannel("mail")
    desk = Desk(sms, mail, path=path)
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "NAKED", "AAPL has no stop")
        assert await desk.outbox.drain()

        assert sms.bodies == mail.bodies == ["tradeengine CRITICAL NAKED: AAPL has no stop #1"]
        assert desk.states(1) == {"sms": "sent", "mail": "sent"}


async def test_the_channels_beyond_the_first_hear_by_escalation(path: Path) -> None:
    channels = [FakeChannel(name) for name in ("sms", "mail", "apprise")]
    desk = Desk(*channels, path=path, parameters=AlertParameters(channels_at_once=2))
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()
        assert [len(channel.sent) for channel in channels] == [1, 1, 0]

        [record] = desk.store.open_criticals()
        await desk.outbox.escalate(Escalation(record=record, channel="apprise"))
        await desk.turn()
        assert channels[2].bodies == ["tradeengine CRITICAL C: x reminder 1 #1"]
        assert desk.states(1) == {"sms": "sent", "mail": "sent", "apprise": "sent"}


async def test_what_was_acknowledged_meanwhile_does_not_climb(path: Path) -> None:
    desk = Desk(FakeChannel("sms"), path=path)
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()
        [record] = desk.store.open_criticals()
        desk.store.acknowledge(1, "jo", T0)
        await desk.outbox.escalate(Escalation(record=record, channel="sms"))
        await desk.turn()

        assert len(desk.channels[0].sent) == 1


async def test_a_passing_failure_is_tried_again_after_its_pause(path: Path) -> None:
    channel = FakeChannel()
    channel.failures = [passing(), passing()]
    desk = Desk(channel, path=path, parameters=AlertParameters(retry_spacing_seconds=30))
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        await desk.turn()
        await desk.turn(29)
        assert channel.attempts == 1
        await desk.turn(1)
        assert channel.attempts == 2
        await desk.turn(30)

        assert len(channel.sent) == 1
        record = desk.store.get(1)
        assert record is not None
        assert record.deliveries[0].attempts == 3
        assert record.deliveries[0].last_error == ""
        assert [code for code, _ in desk.reports] == ["ALERT_DELAYED", "ALERT_DELAYED"]


async def test_a_critical_does_not_wait_behind_the_pause_of_another(path: Path) -> None:
    channel = FakeChannel()
    channel.failures = [passing()]
    desk = Desk(channel, path=path)
    async with desk.running():
        desk.outbox.raise_alert(INFO, "I", "x")
        await desk.turn()
        desk.outbox.raise_alert(CRITICAL, "C", "y")
        await desk.turn()

        assert channel.bodies == ["tradeengine CRITICAL C: y #2"]


async def test_a_lasting_failure_is_not_tried_again(path: Path) -> None:
    channel = FakeChannel()
    channel.failures = [lasting()]
    desk = Desk(channel, path=path)
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        assert await desk.outbox.drain()

        assert channel.attempts == 1
        assert desk.states(1) == {"mail": "failed"}
        assert desk.reports == [("ALERT_NOT_SENT", "mail: W #1: 535 bad password")]


async def test_a_bug_in_a_channel_is_a_failed_attempt_and_stops_nobody(path: Path) -> None:
    broken, sound = FakeChannel("broken"), FakeChannel("sound")
    broken.failures = [ZeroDivisionError("in the channel")]
    desk = Desk(broken, sound, path=path, parameters=AlertParameters(retry_spacing_seconds=30))
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        await desk.turn()
        assert sound.bodies == ["tradeengine WARNING W: x #1"]
        assert "ZeroDivisionError: in the channel" in desk.reports[0][1]
        await desk.turn(30)

        assert len(broken.sent) == 1


async def test_attempts_end(path: Path) -> None:
    channel = FakeChannel()
    channel.failures = [passing() for _ in range(9)]
    desk = Desk(channel, path=path, parameters=AlertParameters(attempts_most=3))
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        for _ in range(9):
            await desk.turn(30)

        assert channel.attempts == 3
        assert desk.states(1) == {"mail": "failed"}


async def test_no_record_and_no_report_holds_a_secret(path: Path) -> None:
    channel = FakeChannel()
    channel.failures = [lasting()]
    desk = Desk(channel, path=path, secrets=("bad password", "AAPL"))
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "AAPL")
        await desk.turn()

        assert "bad password" not in str(desk.store.newest(9)) + str(desk.reports)
        assert "AAPL" not in str(desk.store.newest(9)) + str(desk.reports)


async def test_one_that_hangs_delays_no_other(path: Path) -> None:
    hanging, quick = FakeChannel("sms"), FakeChannel("mail")
    hanging.gate.clear()
    desk = Desk(hanging, quick, path=path)
    async with desk.running():
        for number in range(5):
            desk.outbox.raise_alert(WARNING, "W", str(number))
        await desk.turn()

        assert len(quick.sent) == 5
        assert (hanging.attempts, hanging.sent) == (1, [])


async def test_one_that_hangs_is_given_up_after_its_time(path: Path) -> None:
    channel = FakeChannel()
    channel.gate.clear()
    rules = AlertParameters(attempt_timeout_seconds=0.01, attempts_most=1)
    desk = Desk(channel, path=path, parameters=rules)
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        assert await desk.outbox.drain()

        assert desk.reports == [("ALERT_NOT_SENT", "mail: W #1: no answer within 0.01 s")]


async def test_the_same_again_is_told_once_with_its_count(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path, parameters=AlertParameters(repeat_window_seconds=60))
    async with desk.running():
        for _ in range(470):
            desk.outbox.raise_alert(WARNING, "QUIET", "KO is quiet")
        await desk.turn()
        await desk.turn(60)

        assert channel.bodies == [
            "tradeengine WARNING QUIET: KO is quiet #1",
            "tradeengine WARNING QUIET: KO is quiet x470 #2",
        ]


async def test_repeats_are_told_before_the_end(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path)
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        desk.outbox.raise_alert(WARNING, "W", "x")
        assert await desk.outbox.drain()

        assert channel.bodies == ["tradeengine WARNING W: x #1", "tradeengine WARNING W: x x2 #2"]


async def test_a_storm_of_different_alerts_loses_the_least_and_says_so(path: Path) -> None:
    channel = FakeChannel()
    channel.gate.clear()
    desk = Desk(channel, path=path, parameters=AlertParameters(queue_alerts=10))
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "C", "first")
        await desk.turn()  # On its way, and hanging.
        for number in range(12):
            desk.outbox.raise_alert(INFO, "I", str(number))
            await desk.turn()
        for number in range(3):
            desk.outbox.raise_alert(CRITICAL, "C", str(number))
            await desk.turn()
        assert desk.outbox.take_dropped() == {"mail": 5}
        assert desk.outbox.take_dropped() == {}
        channel.gate.set()
        assert await desk.outbox.drain()

        texts = [body.split(": ")[1].split(" #")[0] for body in channel.bodies]
        assert texts == ["first", "0", "1", "2", "5", "6", "7", "8", "9", "10", "11"]
        assert desk.states(2) == {"mail": "failed"}
        assert (
            "ALERT_NOT_SENT",
            "mail: I #2: dropped: too many alerts waited for the channel",
        ) in (desk.reports)


async def test_counts_that_are_forgotten_in_a_storm_are_told_first(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path, parameters=AlertParameters(queue_alerts=10))
    async with desk.running():
        for _ in range(3):
            desk.outbox.raise_alert(WARNING, "W", "again")
        for number in range(10):
            await desk.turn()
            desk.outbox.raise_alert(INFO, "I", str(number))
        await desk.turn()

        assert "tradeengine WARNING W: again x3 #11" in channel.bodies


async def test_a_storm_in_one_go_is_bounded_before_it_is_recorded(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path, parameters=AlertParameters(queue_alerts=10))
    for number in range(1000):
        desk.outbox.raise_alert(INFO, "I", str(number))
    async with desk.running():
        assert await desk.outbox.drain()

        assert len(channel.sent) == 10
        assert desk.outbox.take_dropped() == {"intake": 990}


async def test_the_hour_of_a_channel_is_used_up_but_not_for_criticals(path: Path) -> None:
    sms, mail = FakeChannel("sms", per_hour=2), FakeChannel("mail")
    desk = Desk(sms, mail, path=path)
    async with desk.running():
        for number in range(4):
            desk.outbox.raise_alert(WARNING, "W", str(number))
        await desk.turn()
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()

        assert len(mail.sent) == 5
        assert [body.split()[1] for body in sms.bodies] == ["WARNING", "WARNING", "CRITICAL"]
        record = desk.store.get(4)
        assert record is not None
        assert record.deliveries[0].last_error.startswith("held back")


async def test_without_channels_alerts_are_recorded(path: Path) -> None:
    desk = Desk(path=path)
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        assert await desk.outbox.drain()

        assert [record.alert.code for record in desk.store.open_criticals()] == ["C"]


async def test_alerts_leave_even_when_they_cannot_be_recorded(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path)
    async with desk.running():
        desk.store.close()
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        assert await desk.outbox.drain()

        assert channel.bodies == ["tradeengine CRITICAL C: x"]
        assert {code for code, _ in desk.reports} == {"ALERT_RECORDS_FAILED"}


async def test_what_cannot_be_recorded_does_not_climb(path: Path) -> None:
    channel = FakeChannel()
    desk = Desk(channel, path=path)
    async with desk.running():
        desk.outbox.raise_alert(CRITICAL, "C", "x")
        await desk.turn()
        [record] = desk.store.open_criticals()
        desk.store.close()
        await desk.outbox.escalate(Escalation(record=record, channel="mail"))
        await desk.turn()

        assert len(channel.sent) == 1


async def test_what_is_not_through_in_time_is_left_to_the_next_run(path: Path) -> None:
    hanging = FakeChannel("mail")
    hanging.gate.clear()
    desk = Desk(hanging, path=path, parameters=AlertParameters(drain_seconds=0))
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        await desk.turn()
        assert not await desk.outbox.drain()

    mail = FakeChannel("mail")
    later = Desk(mail, path=path, start=T0 + seconds(60))
    async with later.running():
        assert await later.outbox.drain()
        assert mail.bodies == ["tradeengine WARNING W: x #1"]
        assert later.states(1) == {"mail": "sent"}


async def test_what_an_earlier_run_left_is_not_sent_when_it_is_no_news(path: Path) -> None:
    with SqliteRecords(path) as earlier:
        earlier.add(alert("old", INFO, at=T0 - STALE - 1), ["mail"])
        earlier.add(alert("old", CRITICAL, at=T0 - STALE - 1), ["mail"])
        earlier.add(alert("gone", INFO, at=T0 - 1), ["pager", "mail"])
    mail = FakeChannel("mail")
    desk = Desk(mail, path=path)
    async with desk.running():
        await desk.turn()

        assert mail.bodies == [
            "tradeengine CRITICAL CODE: old #2",
            "tradeengine INFO CODE: gone #3",
        ]
        assert desk.states(1) == {"mail": "failed"}
        assert desk.states(3) == {"pager": "failed", "mail": "sent"}


async def test_restarts_do_not_multiply_the_messages_of_an_hour(path: Path) -> None:
    with SqliteRecords(path) as earlier:
        for number in range(2):
            earlier.add(alert(str(number), at=T0 - HOUR // 2), ["sms"])
            earlier.sent(number + 1, "sms", T0 - HOUR // 2)
    sms = FakeChannel("sms", per_hour=2)
    desk = Desk(sms, path=path)
    async with desk.running():
        desk.outbox.raise_alert(INFO, "I", "x")
        await desk.turn()
        assert sms.sent == []


async def test_cancelling_ends_every_task(path: Path) -> None:
    hanging = FakeChannel()
    hanging.gate.clear()
    desk = Desk(hanging, path=path)
    async with desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        await desk.turn()

    assert [task.get_name() for task in asyncio.all_tasks() if "alerts" in task.get_name()] == []


async def test_a_channel_that_swallows_a_cancellation_does_not_keep_the_outbox_alive(
    path: Path,
) -> None:
    class Deaf(FakeChannel):
        async def send(self, subject: str, body: str) -> None:
            try:
                await super().send(subject, body)
            except asyncio.CancelledError:  # As asyncio.wait_for does in Python 3.11.
                await self.gate.wait()

    deaf = Deaf()
    deaf.gate.clear()
    desk = Desk(deaf, path=path)
    async with asyncio.timeout(30), desk.running():
        desk.outbox.raise_alert(WARNING, "W", "x")
        await desk.turn()

    assert deaf.attempts == 1
