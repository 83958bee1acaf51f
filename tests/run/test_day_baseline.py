"""The baseline around a run: kept on its own date, told to later runs."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import DAY, NOON
from tradeengine.model.commands import KeepBaseline
from tradeengine.model.instants import NANOS
from tradeengine.run.day_baseline import DayBaseline
from tradeengine.store.baselines import Baselines
from tradeengine.store.database import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path / "state.db") as opened:
        yield opened


def reading(at: int = NOON) -> KeepBaseline:
    return KeepBaseline(at=at, account_number="PA1", baseline=Decimal(100_000))


def test_a_later_run_is_told_what_the_first_kept(database: Database) -> None:
    baselines = Baselines(database)
    first = DayBaseline(baselines, "paper PA1", DAY)
    assert first.known() is None
    assert first.keep(reading()) == ""
    assert DayBaseline(baselines, "paper PA1", DAY).known() == 100_000


def test_an_account_that_ends_with_its_run_keeps_nothing(database: Database) -> None:
    own = DayBaseline(Baselines(database), None, DAY)
    assert own.keep(reading()) == ""
    assert own.known() is None


def test_a_reading_of_the_evening_before_is_not_the_sessions(database: Database) -> None:
    baseline = DayBaseline(Baselines(database), "paper PA1", DAY)
    assert baseline.keep(reading(NOON - 18 * 3600 * NANOS)) == ""
    assert baseline.known() is None


def test_a_baseline_that_cannot_be_kept_is_said(database: Database) -> None:
    database.write("DROP TABLE baselines")
    problem = DayBaseline(Baselines(database), "paper PA1", DAY).keep(reading())
    assert problem.startswith("the day's baseline is not kept for later runs: ")
