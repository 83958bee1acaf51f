"""Who climbs the ladder, when, and to which channel."""

import pytest

from tests.alerts.fakes import CRITICAL, T0, WARNING, alert, seconds
from tradeengine.alerts.escalation import escalations, next_channel
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.records import Delivery, DeliveryState, Record
from tradeengine.model.orders import Severity

LADDER = ("sms", "mail", "apprise")

RULES = AlertParameters(escalation_seconds=600, escalations_most=3)


def record(
    *states: str,
    severity: Severity = CRITICAL,
    acknowledged_at: int | None = None,
    escalations: int = 0,
    queued: tuple[int, ...] = (0, 0, 0),
) -> Record:
    """Give a record whose deliveries, by the ladder, are in these states."""
    return Record(
        number=1,
        alert=alert(severity=severity),
        acknowledged_at=acknowledged_at,
        escalations=escalations,
        deliveries=tuple(
            Delivery(channel=name, state=DeliveryState(state), queued_at=T0 + seconds(at))
            for name, state, at in zip(LADDER, states, queued, strict=False)
        ),
    )


def climbs(which: Record, after_seconds: float) -> list[str]:
    now = T0 + seconds(after_seconds)
    return [step.channel for step in escalations([which], LADDER, now, RULES)]


def test_it_climbs_when_the_time_has_passed_and_not_before() -> None:
    assert climbs(record("sent"), 599) == []
    assert climbs(record("sent"), 600) == ["mail"]


def test_the_time_runs_from_when_it_last_went_out() -> None:
    assert climbs(record("sent", "sent", queued=(0, 600)), 1199) == []
    assert climbs(record("sent", "sent", queued=(0, 600)), 1200) == ["apprise"]


def test_after_the_last_rung_it_begins_at_the_first() -> None:
    assert climbs(record("sent", "sent", "sent"), 600) == ["sms"]
    assert climbs(record("sent", "sent", "sent", queued=(600, 0, 0)), 1200) == ["mail"]


def test_it_climbs_at_once_when_nobody_can_have_heard() -> None:
    assert climbs(record("failed"), 1) == ["mail"]
    assert climbs(record("failed", "failed"), 1) == ["apprise"]
    assert climbs(record("failed", "sent"), 1) == []


def test_when_all_have_failed_it_waits_as_ever() -> None:
    assert climbs(record("failed", "failed", "failed"), 599) == []
    assert climbs(record("failed", "failed", "failed"), 600) == ["sms"]


def test_a_channel_that_is_still_trying_is_left_to_try() -> None:
    assert climbs(record("queued", "sent", "sent"), 600) == ["mail"]
    assert climbs(record("queued", "queued", "queued"), 600) == []


@pytest.mark.parametrize(
    "done",
    [
        record("sent", severity=WARNING),
        record("sent", acknowledged_at=T0),
        record("sent", escalations=3),
    ],
)
def test_what_needs_nobody_stays(done: Record) -> None:
    assert climbs(done, 100_000) == []


def test_without_a_channel_there_is_no_next() -> None:
    assert next_channel(record("sent"), ()) is None


def test_an_alert_of_a_run_without_channels_climbs_to_the_first() -> None:
    assert climbs(record(), 0) == ["sms"]
