"""The canary and the digest: who does not get them knows that something is broken."""

from datetime import time

import pytest

from tests.alerts.fakes import CRITICAL, INFO, T0, WARNING, alert
from tradeengine.alerts.alert import Alert, Post
from tradeengine.alerts.message import LONGEST, Writer
from tradeengine.alerts.notices import DIGEST, Notice, canary, digest, digest_due
from tradeengine.alerts.records import Delivery, DeliveryState, Record
from tradeengine.model.instants import parse_instant
from tradeengine.model.orders import Severity


def record(number: int, severity: Severity, **states: str) -> Record:
    deliveries = (
        Delivery(channel=name, state=DeliveryState(state), queued_at=T0)
        for name, state in states.items()
    )
    return Record(number=number, alert=alert(severity=severity), deliveries=tuple(deliveries))


def test_the_canary_says_how_it_can_be_heard() -> None:
    assert canary("run 7", ("sms", "mail"), []).text == "run 7 alerts by sms, mail"
    assert canary("run 7", (), []).text == "run 7 alerts by no channel"


def test_the_canary_names_what_an_earlier_run_left_open() -> None:
    notice = canary("run 7", ("sms",), [record(3, CRITICAL), record(5, CRITICAL)])

    assert notice.text == "run 7 alerts by sms; 2 unacknowledged: #3 #5"


def test_a_quiet_day() -> None:
    own = Record(number=1, alert=Alert(at=T0, severity=INFO, code=DIGEST, text="all quiet"))
    day = [own, record(2, INFO, sms="sent"), record(3, WARNING, sms="sent")]

    assert digest(day, []) == Notice(
        severity=INFO, code=DIGEST, text="all quiet: 1 warnings, 1 notes"
    )


def test_a_day_that_was_not() -> None:
    critical = record(4, CRITICAL, sms="failed", mail="sent")
    day = [critical, record(5, INFO, sms="failed")]

    assert digest(day, [critical]) == Notice(
        severity=WARNING,
        code=DIGEST,
        text="NOT quiet: 1 unacknowledged: #4; 1 critical; sms: 2 not sent; 0 warnings, 1 notes",
    )


def test_a_digest_fits_however_bad_the_day() -> None:
    criticals = [record(10**6 + n, CRITICAL, sms="failed", mail="failed") for n in range(999)]
    notice = digest(criticals, criticals)
    told = Alert(at=T0, severity=notice.severity, code=notice.code, text=notice.text)

    body = Writer().message(Post(number=10**6, alert=told)).body
    assert len(body) <= LONGEST
    assert "999 unacknowledged" in body


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-10-07T21:00:01Z", "2026-10-08T20:59:59Z", False),
        ("2026-10-07T21:00:01Z", "2026-10-08T21:00:00Z", True),
        ("2026-10-08T21:00:00Z", "2026-10-08T21:00:15Z", False),
        ("2026-10-05T21:00:00Z", "2026-10-08T23:30:00Z", True),
        # The clocks went back on 1 November: 17:00 in New York is 22:00 UTC.
        ("2026-10-31T21:00:00Z", "2026-11-01T21:30:00Z", False),
        ("2026-10-31T21:00:00Z", "2026-11-01T22:00:00Z", True),
    ],
)
def test_the_digest_is_due_once_a_day_by_the_clock_of_new_york(
    last: str, now: str, due: bool
) -> None:
    assert digest_due(parse_instant(last), parse_instant(now), time(17)) is due
