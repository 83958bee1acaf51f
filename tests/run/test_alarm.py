"""The alarm stays out of the way of trading, whatever becomes of it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.runs import make_home, options_for
from tradeengine.alerts import sqlite_records
from tradeengine.alerts.outbox import Outbox
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.layout import Home
from tradeengine.model.events import AlertRaised, FlattenEnded, StrategyFaulted
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity, StopTrigger
from tradeengine.run.alarm import raised_alarm, sound


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


def flattened(*, flat: bool) -> FlattenEnded:
    return FlattenEnded(
        at=1,
        trigger=StopTrigger.SAFETY,
        flat=flat,
        rounds=2,
        seconds=3.4,
        symbols=(),
        positions_left=() if flat else ("KO",),
        orders_left=(),
    )


def faulted(*, benched: bool) -> StrategyFaulted:
    return StrategyFaulted(at=1, strategy="s", message="Bar", error="x", benched=benched)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            AlertRaised(at=1, severity=Severity.WARNING, code="NAKED", text="KO has no stop"),
            (Severity.WARNING, "NAKED", "KO has no stop"),
        ),
        (faulted(benched=True), (Severity.CRITICAL, "BENCHED", "s is benched: x")),
        (faulted(benched=False), None),
        (flattened(flat=True), (Severity.INFO, "FLAT", "after safety, 2 rounds, 3 s")),
        (flattened(flat=False), (Severity.CRITICAL, "NOT_FLAT", "after safety, left: KO")),
    ],
)
def test_what_a_person_must_hear_of_is_told(
    message: Message, told: tuple[Severity, str, str] | None
) -> None:
    said: list[tuple[Severity, str, str]] = []
    sound(message, lambda *words: said.append(words))
    assert said == ([] if told is None else [told])


async def test_what_was_told_is_on_record_without_any_channel(home: Home) -> None:
    said: list[str] = []
    async with raised_alarm(options_for(home), said.append) as up:
        up.tell(Severity.CRITICAL, "LOCKED", "drawdown")
    with SqliteRecords(home.alerts_file) as store:
        assert [record.alert.code for record in store.open_criticals()] == ["LOCKED"]
    assert said == []


async def test_damaged_records_are_set_aside_and_said(home: Home) -> None:
    home.alerts_file.write_bytes(b"no database at all, but long enough to be read as one" * 100)
    said: list[str] = []
    async with raised_alarm(options_for(home), said.append) as up:
        up.tell(Severity.CRITICAL, "LOCKED", "drawdown")
    with SqliteRecords(home.alerts_file) as store:
        assert [record.alert.code for record in store.open_criticals()] == ["LOCKED"]
    assert "file is not a database" in said[0]
    assert home.alerts_file.with_suffix(".damaged").exists()


async def test_records_that_another_holds_are_left_alone_and_not_taken_for_empty(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raised_alarm(options_for(home), print) as before:
        before.tell(Severity.CRITICAL, "NOT_FLAT", "KO is left")
    monkeypatch.setattr(sqlite_records, "BUSY_SECONDS", 0.01)
    said: list[str] = []
    with closing(sqlite3.connect(home.alerts_file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with raised_alarm(options_for(home), said.append) as up:
            assert await up.open_criticals() is None
    with SqliteRecords(home.alerts_file) as store:
        assert [record.alert.code for record in store.open_criticals()] == ["NOT_FLAT"]
    assert "database is locked" in said[0]


async def test_without_a_disk_the_records_are_kept_in_memory(home: Home) -> None:
    home.alerts_file.mkdir()
    (home.alerts_file / "in the way").touch()
    home.alerts_file.with_suffix(".damaged").mkdir()
    (home.alerts_file.with_suffix(".damaged") / "too").touch()
    said: list[str] = []
    async with raised_alarm(options_for(home), said.append) as up:
        up.tell(Severity.INFO, "TEST", "all the same")
    assert len(said) == 2


async def test_sending_that_fails_is_said_and_holds_nothing_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Outbox) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Outbox, "run", fail)
    said: list[str] = []
    async with asyncio.timeout(30), raised_alarm(options_for(home), said.append) as up:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        up.tell(Severity.CRITICAL, "LOCKED", "drawdown")
    assert "sending failed" in said[0]
