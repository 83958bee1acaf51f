"""Locks survive the process, hold for their account, and end by a review."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tradeengine.model.commands import LockTrading
from tradeengine.store.database import open_database
from tradeengine.store.locks import Locks

D = Decimal
COMMAND = LockTrading(
    at=1_550_000_000_000_000_000,
    equity=D("96900.01"),
    baseline=D(100_000),
    drawdown=D("0.0309999"),
    limit=D("0.03"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def locks(path: Path) -> Iterator[Locks]:
    with open_database(path) as database:
        yield Locks(database)


def test_a_lock_is_there_when_the_file_is_opened_again(locks: Locks, path: Path) -> None:
    number = locks.write("paper", "PA1", "run-1", COMMAND)

    with open_database(path) as other:
        [lock] = Locks(other).of("paper", "")

    assert lock.id == number
    assert (lock.account, lock.run_id, lock.at) == ("paper", "run-1", COMMAND.at)
    assert (lock.equity, lock.baseline) == (COMMAND.equity, COMMAND.baseline)
    assert (lock.drawdown, lock.limit) == (COMMAND.drawdown, COMMAND.limit)


def test_a_lock_holds_for_its_account_only(locks: Locks) -> None:
    locks.write("paper", "PA1", "run-1", COMMAND)
    assert locks.of("live", "LI1") == locks.of("live", "") == []
    assert [lock.account for lock in locks.active()] == ["paper"]


def test_a_new_key_does_not_make_it_another_account(locks: Locks) -> None:
    locks.write("paper old", "PA1", "run-1", COMMAND)
    assert [lock.number for lock in locks.of("paper new", "PA1")] == ["PA1"]
    locks.lift(locks.active()[0], at=7, who="Ann", why="a bad print")
    assert locks.ramp("paper new", "PA1", "2019-02-13") == D("0.25")


def test_a_review_ends_the_lock_and_stays_on_record(locks: Locks, path: Path) -> None:
    locks.write("paper", "PA1", "run-1", COMMAND)
    [lock] = locks.active()

    locks.lift(lock, at=7, who="Ann", why="a bad print")

    assert locks.active() == []
    with open_database(path) as other:
        assert other.read("SELECT reviewed_at, reviewed_by, why FROM locks") == [
            (7, "Ann", "a bad print")
        ]


def test_without_a_review_the_size_is_whole(locks: Locks) -> None:
    assert locks.ramp("paper", "PA1", "2019-02-13") == 1
    locks.write("paper", "PA1", "run-1", COMMAND)
    assert locks.ramp("paper", "PA1", "2019-02-13") == 1  # refused anyway, and nothing is counted


def test_after_a_review_the_size_comes_back_over_sessions(locks: Locks) -> None:
    locks.write("paper", "PA1", "run-1", COMMAND)
    locks.lift(locks.active()[0], at=7, who="Ann", why="a bad print")

    days = ["13", "13", "14", "15", "15", "16"]
    sizes = [locks.ramp("paper", "PA1", f"2019-02-{day}") for day in days]

    assert sizes == [D("0.25"), D("0.25"), D("0.5"), D(1), D(1), D(1)]
    assert locks.ramp("live", "LI1", "2019-02-13") == 1


def test_another_lock_begins_the_ramp_anew(locks: Locks) -> None:
    for why in ("a bad print", "a bad idea"):
        locks.write("paper", "PA1", "run", COMMAND)
        locks.lift(locks.active()[0], at=7, who="Ann", why=why)
        assert locks.ramp("paper", "PA1", "2019-02-13") == D("0.25")
