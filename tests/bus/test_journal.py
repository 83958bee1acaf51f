"""The journal is durable on request, readable to its last whole record, and honest."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from tradeengine.bus import journal as journal_module
from tradeengine.bus import writer
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header, JournalFile, message_types
from tradeengine.errors import JournalDamaged, JournalFailed
from tradeengine.model.commands import AskBroker
from tradeengine.model.events import Quote, TimerFired

HEADER = Header(run_id="r1", version="0", host="h", venue="embedded", build="{}")
QUOTE = Quote(at=1, received_at=2, symbol="SPY", bid=1.0, bid_size=3, ask=1.01, ask_size=4)
TIMER = TimerFired(at=5, received_at=5, name="heartbeat", due=5)
ASK = AskBroker(at=5, why="start")


async def write(path: Path) -> None:
    journal = Journal(path, HEADER)
    journal.take_input(QUOTE)
    journal.take_input(TIMER)
    journal.take_effect(ASK)
    await journal.close()


async def test_what_was_taken_is_read_back_in_order(tmp_path: Path) -> None:
    await write(tmp_path / "journal")

    journal = JournalFile(tmp_path / "journal")
    records = [(record.is_input, record.message()) for record in journal.records()]

    assert journal.header == HEADER
    assert records == [(True, QUOTE), (True, TIMER), (False, ASK)]
    assert journal.damage is None


async def test_durable_means_on_the_disk(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", HEADER)
    journal.take_input(QUOTE)
    assert journal.backlog > 0

    await journal.durable()

    assert journal.backlog == 0
    assert len(list(JournalFile(tmp_path / "journal").records())) == 1
    await journal.close()


async def test_the_most_bytes_that_ever_waited_are_remembered(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", HEADER)
    for _ in range(9):
        journal.take_input(QUOTE)
    waiting = journal.backlog
    await journal.durable()
    journal.take_input(QUOTE)
    await journal.close()
    assert journal.high_water == waiting


async def test_callers_that_wait_together_share_one_write(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", HEADER)
    waiters = []
    for _ in range(50):
        journal.take_input(QUOTE)
        waiters.append(asyncio.create_task(journal.durable()))

    await asyncio.gather(*waiters)

    assert journal.commits == 1
    await journal.close()


async def test_a_waiter_that_is_cancelled_does_not_cancel_the_write_of_others(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "journal", HEADER)
    first = asyncio.create_task(journal.durable())
    second = asyncio.create_task(journal.durable())
    await asyncio.sleep(0)
    first.cancel()

    await second

    assert journal.backlog == 0
    await journal.close()


async def test_a_run_never_writes_over_an_older_journal(tmp_path: Path) -> None:
    await write(tmp_path / "journal")

    with pytest.raises(JournalFailed, match="cannot be written: File exists"):
        Journal(tmp_path / "journal", HEADER)


async def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, HEADER)
    await journal.durable()
    journal.take_input(QUOTE)
    full = os.open("/dev/full", os.O_WRONLY)
    real, journal._file = journal._file, full
    with pytest.raises(JournalFailed, match="No space left on device"):
        await journal.durable()
    assert journal.backlog > 0

    journal._file = real
    journal.take_input(TIMER)
    await journal.close()

    os.close(full)
    assert [r.message() for r in JournalFile(path).records()] == [QUOTE, TIMER]


async def test_a_disk_that_does_not_answer_is_reported_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, answers = writer._write, threading.Event()

    def hanging(file: int, batch: bytearray) -> writer.Written:
        answers.wait(30)
        return write(file, batch)

    monkeypatch.setattr(writer, "_write", hanging)
    monkeypatch.setattr(journal_module, "DISK_SECONDS", 0.05)
    journal = Journal(tmp_path / "journal", HEADER)
    journal.take_input(QUOTE)
    for _ in range(2):
        with pytest.raises(JournalFailed, match="the disk did not answer within"):
            await journal.durable()

    answers.set()
    monkeypatch.setattr(journal_module, "DISK_SECONDS", 30)
    commit = journal._commit
    assert commit is not None
    await commit
    journal.take_input(TIMER)
    await journal.close()
    found = [record.message() for record in JournalFile(tmp_path / "journal").records()]
    assert found == [QUOTE, TIMER]


@pytest.mark.parametrize("cut", [1, 5, 12])
async def test_a_torn_tail_ends_the_readable_part_and_is_named(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal"
    await write(path)
    path.write_bytes(path.read_bytes()[:-cut])

    journal = JournalFile(path)

    assert len(list(journal.records())) == 2
    assert isinstance(journal.damage, JournalDamaged)
    assert "cut short at byte" in str(journal.damage)


async def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    await write(path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    journal = JournalFile(path)

    assert len(list(journal.records())) == 2
    assert "checksum" in str(journal.damage)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text("hello")

    with pytest.raises(JournalDamaged, match="not a tradeengine journal at byte 0"):
        JournalFile(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(JournalDamaged, match="No such file"):
        JournalFile(tmp_path / "nothing")


async def test_a_header_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    from tradeengine.bus.records import MAGIC, frame

    path = tmp_path / "journal"
    path.write_bytes(MAGIC + frame(b"H", b"[]"))

    with pytest.raises(JournalDamaged, match="the header cannot be read"):
        JournalFile(path)


def test_every_message_has_a_name_of_its_own() -> None:
    names = [kind.__name__ for kind in message_types()]

    assert len(names) == len(set(names))
    assert {"Quote", "SubmitOrder", "RequestStop", "FlattenEnded"} <= set(names)
    assert not {"Event", "Input", "Command", "OrderEvent"} & set(names)
