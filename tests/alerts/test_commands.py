"""What the command line says about alerts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.fakes import CRITICAL, INFO, T0, FakeChannel, alert, lasting, passing
from tradeengine.alerts.commands import NO_CHANNELS, acknowledge, list_records, test
from tradeengine.alerts.message import Writer
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.clock import SimulatedClock

CLOCK = SimulatedClock(T0)

test.__test__ = False  # type: ignore[attr-defined]  # pytest would take it for one of its own


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRecords]:
    with SqliteRecords(tmp_path / "alerts.sqlite") as made:
        yield made


async def test_a_test_message_goes_everywhere_and_every_answer_is_told() -> None:
    good, busy, bad, hanging = (FakeChannel(name) for name in ("sms", "mail", "apprise", "pager"))
    busy.failures, bad.failures = [passing()], [lasting()]
    hanging.gate.clear()

    lines = await test((good, busy, bad, hanging), Writer(["bad password"]), CLOCK, 0.01)

    assert lines == [
        "sms: taken by the server; look whether it arrives",
        "mail: FAILED (may pass), 450 try later",
        "apprise: FAILED (needs you), 535 (redacted)",
        "pager: FAILED, no answer within 0.01 s",
    ]
    assert good.bodies == ["tradeengine INFO TEST: this is a test; nothing has happened"]


async def test_without_a_channel_the_test_says_what_to_do() -> None:
    assert await test((), Writer(), CLOCK, 1) == [NO_CHANNELS]


def test_records_are_listed_with_their_deliveries(store: SqliteRecords) -> None:
    store.add(alert("a", CRITICAL), ["sms", "mail"])
    store.sent(1, "sms", T0 + 1)
    store.attempted(1, "mail", "450 later")
    store.failed(1, "mail", T0 + 1, "550 unknown")
    store.add(alert("b", INFO).again(12, T0), ["sms"])
    store.acknowledge(2, "jo", T0)

    assert list_records(store) == [
        "unacknowledged criticals: 1",
        "#2 2026-10-08T15:10:00Z info CODE: b x12",
        "    sms: acknowledged",
        "    acknowledged by jo 2026-10-08T15:10:00Z",
        "#1 2026-10-08T15:10:00Z critical CODE: a",
        "    sms: sent 2026-10-08T15:10:00Z",
        "    mail: failed, 2 attempts: 550 unknown",
    ]


def test_an_open_critical_is_listed_however_old(store: SqliteRecords) -> None:
    store.add(alert("a", CRITICAL), [])
    store.add(alert("b", INFO), [])

    assert [line[:2] for line in list_records(store, 1)] == ["un", "#2", "#1"]


def test_an_empty_list_says_so(store: SqliteRecords) -> None:
    assert list_records(store) == [
        "unacknowledged criticals: none",
        "no alert has been raised yet",
    ]


def test_alerts_are_acknowledged_by_number(store: SqliteRecords) -> None:
    store.add(alert("a", CRITICAL), [])

    assert acknowledge(store, [1, 9], CLOCK, "jo") == [
        "#1: acknowledged by jo",
        "#9: there is no such alert",
    ]
    assert store.open_criticals() == []


def test_without_numbers_all_open_criticals_are(
    store: SqliteRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "al")
    for severity in (CRITICAL, INFO, CRITICAL):
        store.add(alert(severity=severity), [])

    assert acknowledge(store, [], CLOCK) == ["#1: acknowledged by al", "#3: acknowledged by al"]
    assert acknowledge(store, [], CLOCK) == ["nothing waits for an acknowledgement"]
