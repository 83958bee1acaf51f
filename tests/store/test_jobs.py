"""Attempts at jobs are durable, and a success is told from all else."""

from pathlib import Path

import pytest

from tradeengine.model.jobs import JobOutcome
from tradeengine.store.database import open_database
from tradeengine.store.jobs import AHEAD, Attempt, Jobs

NOW = 1_000 * AHEAD


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def test_the_last_success_outlives_attempts_that_failed_or_never_ended(path: Path) -> None:
    with open_database(path) as database:
        jobs = Jobs(database, "alpaca")
        jobs.end(jobs.begin("bars", NOW, NOW + 1), NOW + 2, JobOutcome.DONE, "40 symbols")
        jobs.end(jobs.begin("bars", NOW, NOW + 3), NOW + 4, JobOutcome.FAILED, "no answer")
        jobs.begin("bars", NOW, NOW + 5)

    with open_database(path) as database:
        jobs = Jobs(database, "alpaca")
        assert jobs.last_success("bars", NOW + 9) == Attempt(
            id=1,
            due=NOW,
            started_at=NOW + 1,
            ended_at=NOW + 2,
            outcome="done",
            words="40 symbols",
        )
        cut_off = jobs.last_attempt("bars", NOW + 9)
        assert cut_off is not None
        assert (cut_off.started_at, cut_off.ended_at, cut_off.outcome) == (NOW + 5, None, "")


def test_jobs_and_origins_are_kept_apart(path: Path) -> None:
    with open_database(path) as database:
        jobs = Jobs(database, "alpaca")
        jobs.end(jobs.begin("bars", NOW, NOW), NOW, JobOutcome.DONE, "")
        assert jobs.last_success("universe", NOW) is None
        assert Jobs(database, "embedded").last_attempt("bars", NOW) is None


@pytest.mark.parametrize(("ahead", "counts"), [(AHEAD, True), (AHEAD + 1, False)])
def test_a_success_of_a_clock_that_was_wrong_is_none(path: Path, ahead: int, counts: bool) -> None:
    with open_database(path) as database:
        jobs = Jobs(database, "alpaca")
        jobs.end(jobs.begin("bars", NOW, NOW - 7), NOW, JobOutcome.DONE, "right")
        jobs.end(jobs.begin("bars", NOW, NOW + ahead), NOW, JobOutcome.DONE, "of tomorrow")
        success = jobs.last_success("bars", NOW)
        assert success is not None
        assert success.words == ("of tomorrow" if counts else "right")
