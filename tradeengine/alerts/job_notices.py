"""What a person hears of scheduled work: that it is late, and that it failed. Pure texts."""

from collections.abc import Sequence

from msgspec import Struct

from tradeengine.alerts.notices import Notice
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.orders import Severity
from tradeengine.model.spans import in_words, new_york_words

JOB_LATE, JOB_FAILED, JOB_RECORD_FAILED = "JOB_LATE", "JOB_FAILED", "JOB_RECORD_FAILED"
"""The codes of these alerts."""


class LateJob(Struct, frozen=True, kw_only=True):
    """A job that begins late: its last due instant, how late, and how many more were missed."""

    name: str
    due: int
    late: int
    missed_before: int


def late(jobs: Sequence[LateJob]) -> Notice:
    """Say of all jobs that begin late how late each is, in one alert."""
    text = "; ".join(map(_late_words, jobs))
    return Notice(severity=Severity.WARNING, code=JOB_LATE, text=text)


def _late_words(job: LateJob) -> str:
    before = f", after {job.missed_before} that were missed" if job.missed_before else ""
    return f"{job.name} runs {in_words(job.late)} late: due {new_york_words(job.due)}{before}"


def failed(name: str, outcome: JobOutcome, words: str, again: int | None) -> Notice:
    """Say that a job failed, and when it is tried again; None: not before its next time."""
    then = "its next time" if again is None else new_york_words(again)
    text = f"{name} {outcome.value}: {words}; what it made before stays; next try: {then}"
    return Notice(severity=Severity.WARNING, code=JOB_FAILED, text=text)


def record_failed(problem: str) -> Notice:
    """Say that the record of jobs cannot be kept: after a restart work may be done twice."""
    text = f"{problem}; jobs run on, and may run again after a restart"
    return Notice(severity=Severity.WARNING, code=JOB_RECORD_FAILED, text=text)
