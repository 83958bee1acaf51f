"""The store of facts: nothing is lost, nothing changes, a kill leaves no part of a file."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.fundamentals.shipped import COMPUTERS, company, text_of
from tradeengine.edgar.parse import read_facts
from tradeengine.edgar.store import FactStore, Profile
from tradeengine.errors import BadConfiguration, FactsDamaged
from tradeengine.fundamentals.company import Filing, Key
from tradeengine.fundamentals.facts import Fact
from tradeengine.fundamentals.tags import tags_read

KEY: Key = ("us-gaap", "Assets", "USD")
APPLE = 320193

PROFILE = Profile(
    cik=APPLE,
    name="Apple Inc.",
    sic=COMPUTERS,
    checked=date(2026, 2, 10),
    filings=(Filing(accession="a", form="10-K", filed=date(2025, 10, 31)),),
    facts_etag='"1"',
)


def fact(value: float, filed: date, *, start: date | None = None, accession: str = "a") -> Fact:
    return Fact(
        start=start,
        end=date(2024, 3, 31),
        value=value,
        filed=filed,
        form="10-Q",
        accession=accession,
    )


@pytest.fixture
def store(tmp_path: Path) -> FactStore:
    return FactStore(tmp_path)


def test_facts_come_back_as_they_went_in(store: FactStore) -> None:
    facts = read_facts(text_of("AAPL.2026"), APPLE)
    number = sum(map(len, facts.values()))
    assert store.merge(APPLE, facts) == number
    assert store.count(APPLE) == number
    kept = store.facts(APPLE)
    assert {key: set(rows) for key, rows in kept.items()} == {
        key: set(rows) for key, rows in facts.items()
    }


def test_a_company_is_as_good_from_the_store_as_from_its_document(store: FactStore) -> None:
    store.merge(APPLE, read_facts(text_of("AAPL.2026"), APPLE))
    store.keep_profile(PROFILE)
    profile = store.profile(APPLE)
    assert profile == PROFILE
    found = store.company(profile, tags_read())
    fresh = company("AAPL.2026", COMPUTERS)
    assert (found.name, found.filings) == (fresh.name, PROFILE.filings)
    assert {key: set(rows) for key, rows in found.facts.items()} == {
        key: set(rows) for key, rows in fresh.facts.items() if key[:2] in tags_read()
    }


def test_the_older_download_after_the_newer_one_adds_and_takes_nothing(store: FactStore) -> None:
    store.merge(APPLE, read_facts(text_of("AAPL.2026"), APPLE))
    before = store.facts(APPLE)
    assert store.merge(APPLE, read_facts(text_of("AAPL.2024"), APPLE)) == 0
    assert store.merge(APPLE, {}) == 0
    assert store.facts(APPLE) == before


def test_what_was_filed_once_stays_as_it_was_seen_first(store: FactStore) -> None:
    first, again = fact(1.0, date(2024, 5, 1)), fact(2.0, date(2024, 5, 1))
    amended = fact(3.0, date(2024, 6, 1), accession="b")
    assert store.merge(1, {KEY: [first]}) == 1
    assert store.merge(1, {KEY: [again, amended]}) == 1
    assert store.facts(1) == {KEY: (first, amended)}


def test_an_instant_and_a_period_with_one_end_are_two_facts(store: FactStore) -> None:
    day = date(2024, 5, 1)
    both = [fact(1.0, day), fact(1.0, day, start=date(2024, 1, 1)), fact(1.0, day)]
    assert store.merge(1, {KEY: both}) == 2


def test_only_the_tags_that_are_asked_for_are_loaded(store: FactStore) -> None:
    other: Key = ("dei", "Assets", "USD")
    store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))], other: [fact(2.0, date(2024, 5, 1))]})
    assert set(store.facts(1, {("us-gaap", "Assets")})) == {KEY}


def test_nothing_is_known_of_a_company_that_was_never_fetched(store: FactStore) -> None:
    assert store.profile(1) is None
    assert store.tickers() is None
    assert store.facts(1) == {}


def test_symbols_that_are_gone_stay_known(store: FactStore) -> None:
    store.keep_tickers({"FB": 1326801, "X": 1})
    store.keep_tickers({"META": 1326801, "X": 2})
    assert store.tickers() == {"FB": 1326801, "META": 1326801, "X": 2}


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("facts/CIK0000000001.parquet", lambda store: store.facts(1)),
        ("companies/CIK0000000001.json", lambda store: store.profile(1)),
        ("company_tickers.json", lambda store: store.tickers()),
    ],
)
def test_a_damaged_file_is_named(
    tmp_path: Path, name: str, read: Callable[[FactStore], object]
) -> None:
    store = FactStore(tmp_path)
    store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))]})
    store.keep_tickers({"LONGER-NAMES": 1, "THAN-TWENTY": 2})
    store.keep_profile(Profile(cik=1, name="A", sic=1, checked=date(2024, 5, 1)))
    damage(tmp_path / name)
    with pytest.raises(FactsDamaged, match=name):
        read(store)


def test_several_companies_are_read_at_once_as_one_by_one(store: FactStore) -> None:
    facts = read_facts(text_of("AAPL.2026"), APPLE)
    store.merge(APPLE, facts)
    store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))]})
    store.merge(2, {("dei", "Other", "USD"): [fact(2.0, date(2024, 5, 1))]})

    tables = store.tables([APPLE, 1, 2, 3], tags_read())

    assert set(tables) == {APPLE, 1}
    for cik, table in tables.items():
        assert store.facts(cik, tags_read(), table) == store.facts(cik, tags_read())
    assert store.counts([APPLE, 1, 2, 3]) == {APPLE: sum(map(len, facts.values())), 1: 1, 2: 1}


def test_one_damaged_file_leaves_all_to_a_look_at_each(store: FactStore, tmp_path: Path) -> None:
    store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))]})
    store.merge(2, {KEY: [fact(2.0, date(2024, 5, 1))]})
    damage(tmp_path / "facts" / "CIK0000000002.parquet")

    assert store.tables([1, 2], tags_read()) == {}
    assert store.counts([1, 2]) == {}
    assert store.facts(1)[KEY][0].value == 1.0
    with pytest.raises(FactsDamaged):
        store.facts(2)


def test_damaged_facts_can_be_set_aside(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))]})
    damage(tmp_path / "facts" / "CIK0000000001.parquet")
    store.set_aside(1)
    assert store.count(1) == 0
    assert store.merge(1, {KEY: [fact(1.0, date(2024, 5, 1))]}) == 1


def test_two_cannot_hold_the_store(tmp_path: Path) -> None:
    with (
        FactStore(tmp_path).held(),
        pytest.raises(BadConfiguration, match="another process fetches filings"),
        FactStore(tmp_path).held(),
    ):
        pass
    with FactStore(tmp_path).held():
        pass


def test_a_write_that_fails_leaves_the_old_file(
    store: FactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = fact(1.0, date(2024, 5, 1)), fact(2.0, date(2024, 6, 1), accession="b")
    store.merge(1, {KEY: [old]})

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tradeengine.edgar.store.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.merge(1, {KEY: [new]})
    assert store.facts(1) == {KEY: (old,)}
    assert [path.name for path in (tmp_path / "facts").iterdir()] == ["CIK0000000001.parquet"]


KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
import tradeengine.edgar.store as module
from tradeengine.edgar.store import FactStore, Profile
from tradeengine.fundamentals.facts import Fact

def kill(_number):
    os.kill(os.getpid(), signal.SIGKILL)

store = FactStore(Path(sys.argv[1]))
with store.held():
    module.os.fsync = kill
    new = Fact(start=None, end=date(2024, 6, 30), value=2.0, filed=date(2024, 8, 1), form="10-Q",
               accession="b")
    if sys.argv[2] == "facts":
        store.merge(1, {("us-gaap", "Assets", "USD"): [new]})
    else:
        store.keep_profile(Profile(cik=1, name="New", sic=1, checked=date(2024, 8, 2)))
print("was not killed")
"""


@pytest.mark.parametrize("what", ["facts", "profile"])
def test_a_kill_in_the_middle_of_writing_leaves_what_was_there(tmp_path: Path, what: str) -> None:
    store = FactStore(tmp_path)
    old = fact(1.0, date(2024, 5, 1))
    profile = Profile(cik=1, name="Old", sic=1, checked=date(2024, 5, 2))
    store.merge(1, {KEY: [old]})
    store.keep_profile(profile)
    ended = _run([sys.executable, "-c", KILLED, str(tmp_path), what])
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")
    assert store.facts(1) == {KEY: (old,)}
    assert store.profile(1) == profile
    parts = [path for path in tmp_path.rglob(".CIK*") if path.is_file()]
    assert len(parts) == 1
    with store.held():  # The next run sweeps the part away, and the lock died with its holder.
        assert not parts[0].exists()


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
