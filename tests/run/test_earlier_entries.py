"""What earlier runs of a session entered is read back from their journals."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.run.test_recovery import approved, filled, journal_of
from tests.runs import NOON, make_home, opened, session, snapshot
from tradeengine.layout import Home, RunFiles
from tradeengine.model.events import PastEntry
from tradeengine.model.instants import NANOS
from tradeengine.run.earlier_entries import earlier_entries

NEVER = RunFiles(Path("/nowhere/now"))
ENTRY = PastEntry(symbol="AAPL", at=NOON)
BUY = PastEntry(symbol="AAPL", at=NOON, is_fill=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


def found(home: Home, account: str = "PA1", venue: str = "v") -> list[PastEntry]:
    return earlier_entries(home, NEVER, account, venue, session().open_at)


async def test_entries_and_buys_of_all_earlier_runs_are_found(home: Home) -> None:
    await journal_of(home, opened(), snapshot(), approved(), filled("4", "4"))
    later = msgspec.structs.replace(approved(), at=NOON + NANOS)
    await journal_of(home, opened(), snapshot(), later, run_id="two")

    assert found(home) == [ENTRY, BUY, PastEntry(symbol="AAPL", at=NOON + NANOS)]


async def test_another_account_or_venue_is_another_matter(home: Home) -> None:
    await journal_of(home, opened(), snapshot(), approved())

    assert found(home, account="PA2") == found(home, venue="w") == []


async def test_the_session_before_is_where_reading_ends(home: Home) -> None:
    yesterday = msgspec.structs.replace(opened(), session_open=session().open_at - NANOS)
    oldest = await journal_of(home, opened(), snapshot(), approved(), run_id="oldest")
    before = await journal_of(home, yesterday, snapshot(), approved())
    os.utime(oldest.journal, ns=(1, 1))
    os.utime(before.journal, ns=(2, 2))

    assert found(home) == []


async def test_a_torn_journal_is_read_to_its_end_and_a_foreign_one_passed_over(
    home: Home,
) -> None:
    torn = await journal_of(home, opened(), snapshot(), approved(), filled("4", "4"))
    torn.journal.write_bytes(torn.journal.read_bytes()[:-3])
    foreign = await journal_of(home, run_id="two")
    foreign.journal.write_bytes(b"something else")

    assert found(home) == [ENTRY]


async def test_the_run_that_asks_is_not_its_own_past(home: Home) -> None:
    files = await journal_of(home, opened(), snapshot(), approved())

    assert earlier_entries(home, files, "PA1", "v", session().open_at) == []


async def test_a_run_of_another_day_and_account_between_two_ends_no_reading(home: Home) -> None:
    of_today = await journal_of(home, opened(), snapshot(), approved())
    long_ago = msgspec.structs.replace(opened(), session_open=session().open_at - NANOS)
    other = msgspec.structs.replace(snapshot(), account_number="PA2")
    between = await journal_of(home, long_ago, other, run_id="between")
    unread = await journal_of(home, long_ago, run_id="unread")
    os.utime(of_today.journal, ns=(1, 1))
    os.utime(between.journal, ns=(2, 2))
    os.utime(unread.journal, ns=(3, 3))

    assert found(home) == [ENTRY]
