"""What is said of jobs that are late or failed."""

from tradeengine.alerts.job_notices import LateJob, failed, late, record_failed
from tradeengine.model.instants import MINUTE, parse_instant
from tradeengine.model.jobs import JobOutcome
from tradeengine.model.orders import Severity

EIGHT = parse_instant("2026-03-04T13:00:00Z")


def test_all_that_is_late_is_said_in_one_alert() -> None:
    notice = late(
        [
            LateJob(name="bars", due=EIGHT - 60 * MINUTE, late=193 * MINUTE, missed_before=2),
            LateJob(name="fundamentals", due=EIGHT, late=133 * MINUTE, missed_before=0),
        ]
    )
    assert (notice.severity, notice.code) == (Severity.WARNING, "JOB_LATE")
    assert notice.text == (
        "bars runs 3 h 13 min late: due 07:00 New York on Wed 2026-03-04, after 2 that were missed;"
        " fundamentals runs 2 h 13 min late: due 08:00 New York on Wed 2026-03-04"
    )


def test_a_failure_says_why_and_when_it_is_tried_again() -> None:
    notice = failed("fundamentals", JobOutcome.FAILED, "no answer", EIGHT + 10 * MINUTE)
    assert (notice.severity, notice.code) == (Severity.WARNING, "JOB_FAILED")
    assert notice.text == (
        "fundamentals failed: no answer; what it made before stays;"
        " next try: 08:10 New York on Wed 2026-03-04"
    )
    last = failed("fundamentals", JobOutcome.TOO_LONG, "not done after 30 min", None)
    assert last.text.startswith("fundamentals took too long: not done after 30 min;")
    assert last.text.endswith("next try: its next time")


def test_a_record_that_cannot_be_kept_is_said() -> None:
    notice = record_failed("data/state.db: disk full")
    assert notice.code == "JOB_RECORD_FAILED"
    assert notice.text == (
        "data/state.db: disk full; jobs run on, and may run again after a restart"
    )
