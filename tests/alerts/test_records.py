"""Delivery records outlive the process, and say what became of every alert."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.fakes import CRITICAL, INFO, T0, WARNING, alert
from tradeengine.alerts.records import Delivery, DeliveryState, Record
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.errors import RecordsFailed

BOTH = ("sms", "mail")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteRecords]:
    with SqliteRecords(tmp_path / "alerts.sqlite") as made:
        yield made


def test_an_alert_is_queued_then_sent_then_acknowledged(store: SqliteRecords) -> None:
    number = store.add(alert(severity=CRITICAL), ["mail"])
    store.sent(number, "mail", T0 + 1)
    assert store.acknowledge(number, "jo", T0 + 2)

    assert store.get(number) == Record(
        number=1,
        alert=alert(severity=CRITICAL),
        acknowledged_at=T0 + 2,
        acknowledged_by="jo",
        deliveries=(
            Delivery(
                channel="mail",
                state=DeliveryState.ACKNOWLEDGED,
                queued_at=T0,
                sent_at=T0 + 1,
                attempts=1,
            ),
        ),
    )


def test_a_failure_keeps_its_instant_and_its_error(store: SqliteRecords) -> None:
    number = store.add(alert(), BOTH)
    store.attempted(number, "sms", "450 later")
    store.failed(number, "sms", T0 + 9, "550 no such user")

    record = store.get(number)
    assert record is not None
    assert record.deliveries == (
        Delivery(
            channel="sms",
            state=DeliveryState.FAILED,
            queued_at=T0,
            failed_at=T0 + 9,
            attempts=2,
            last_error="550 no such user",
        ),
        Delivery(channel="mail", state=DeliveryState.QUEUED, queued_at=T0),
    )


def test_what_is_acknowledged_stays_so(store: SqliteRecords) -> None:
    number = store.add(alert(severity=CRITICAL), BOTH)
    store.acknowledge(number, "jo", T0 + 1)
    store.acknowledge(number, "al", T0 + 2)
    store.sent(number, "sms", T0 + 3)
    store.failed(number, "mail", T0 + 3, "late")

    record = store.get(number)
    assert record is not None
    assert record.acknowledged_by == "jo"
    assert {d.state for d in record.deliveries} == {DeliveryState.ACKNOWLEDGED}
    assert not store.queue_again(number, "mail", T0 + 4)
    assert store.get(number) == record


def test_a_number_nobody_has_is_not_acknowledged(store: SqliteRecords) -> None:
    assert not store.acknowledge(7, "jo", T0)
    assert store.get(7) is None


def test_climbing_queues_again_and_is_counted(store: SqliteRecords) -> None:
    number = store.add(alert(severity=CRITICAL), ["sms"])
    store.sent(number, "sms", T0 + 1)
    assert store.queue_again(number, "mail", T0 + 2)
    assert store.queue_again(number, "sms", T0 + 3)

    record = store.get(number)
    assert record is not None
    assert record.escalations == 2
    assert [(d.channel, d.state.value, d.queued_at) for d in record.deliveries] == [
        ("sms", "queued", T0 + 3),
        ("mail", "queued", T0 + 2),
    ]


def test_records_are_found_by_what_they_are(store: SqliteRecords) -> None:
    first = store.add(alert("a", CRITICAL, at=T0), ["sms"])
    second = store.add(alert("b", CRITICAL, at=T0 + 1), ["sms"])
    third = store.add(alert("c", INFO, at=T0 + 2), ["sms"])
    store.acknowledge(first, "jo", T0 + 3)
    store.sent(third, "sms", T0 + 3)

    assert [r.number for r in store.open_criticals()] == [second]
    assert [r.number for r in store.queued()] == [second]
    assert [r.number for r in store.newest(2)] == [third, second]
    assert [r.number for r in store.since(T0 + 1)] == [second, third]
    assert store.last_with_code("CODE") == store.get(third)
    assert store.last_with_code("OTHER") is None


def test_old_records_leave_but_no_open_critical(store: SqliteRecords) -> None:
    store.add(alert("a", WARNING, at=T0), BOTH)
    kept = store.add(alert("b", CRITICAL, at=T0), BOTH)
    store.add(alert("c", WARNING, at=T0 + 5), BOTH)

    assert store.remove_before(T0 + 5) == 1
    assert [r.number for r in store.newest(9)] == [3, kept]
    assert store.add(alert(), ()) == 4


def test_records_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    with SqliteRecords(path) as before:
        before.add(alert("first", CRITICAL), BOTH)
        before.sent(1, "sms", T0 + 1)
        recorded = before.get(1)

    with SqliteRecords(path) as after:
        assert after.get(1) == recorded
        assert after.open_criticals() == [recorded]
        assert after.add(alert("second"), BOTH) == 2


def test_a_command_acknowledges_beside_a_running_engine(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    with SqliteRecords(path) as engine, SqliteRecords(path) as command:
        number = engine.add(alert(severity=CRITICAL), BOTH)
        command.acknowledge(number, "jo", T0)

        assert engine.open_criticals() == []


def test_the_tables_live_beside_those_of_others(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE others (x)")
    other.commit()
    SqliteRecords(path).close()

    tables = other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    other.close()
    assert {"alerts", "deliveries", "others"} <= {name for (name,) in tables}


def test_a_place_that_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(RecordsFailed, match="the delivery records of alerts fail"):
        SqliteRecords(tmp_path / "nowhere" / "alerts.sqlite")


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    path.write_bytes(b"these are not records of alerts " * 64)

    with pytest.raises(RecordsFailed, match="not a database"):
        SqliteRecords(path)


def test_a_failure_in_the_middle_leaves_nothing_half_done(tmp_path: Path) -> None:
    with SqliteRecords(tmp_path / "alerts.sqlite") as store:
        with pytest.raises(RecordsFailed):
            store.add(alert(), ["mail", "mail"])

        assert store.newest(9) == []
        assert store.add(alert(), ["mail"]) == 1


def test_a_closed_file_says_so(tmp_path: Path) -> None:
    store = SqliteRecords(tmp_path / "alerts.sqlite")
    store.close()
    store.close()

    with pytest.raises(RecordsFailed, match="closed"):
        store.newest(1)
