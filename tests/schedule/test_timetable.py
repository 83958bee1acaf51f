"""Each trigger says when it is due: over clock changes, holidays, and at the calendar's end."""

from collections.abc import Callable
from datetime import datetime, time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.model.instants import MINUTE, NANOS, NEW_YORK, format_instant, new_york
from tradeengine.schedule.timetable import (
    BeforeOpen,
    Daily,
    EverySessions,
    Quarterly,
    Trigger,
    firings,
    last_due,
    missed,
    next_due,
)

EIGHT = Daily(at=time(8))
QUARTER = Quarterly(at=time(8, 30))
COUNT = EverySessions(at=time(8, 30), sessions=63)
OPEN = BeforeOpen(minutes=20)


def ny(text: str) -> int:
    """Read a New York time, as `2026-03-07 08:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()) * NANOS


def shown(instant: int | None) -> str:
    return "never" if instant is None else f"{new_york(instant):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        # in winter 08:00 is 13:00 UTC, in summer 12:00; 2026-03-08 has 23 hours, 11-01 has 25
        ("2026-03-07 12:00", "2026-03-07T13:00:00Z", "2026-03-08T12:00:00Z"),
        ("2026-03-08 07:59", "2026-03-07T13:00:00Z", "2026-03-08T12:00:00Z"),
        ("2026-03-08 08:00", "2026-03-08T12:00:00Z", "2026-03-09T12:00:00Z"),
        ("2026-10-31 23:00", "2026-10-31T12:00:00Z", "2026-11-01T13:00:00Z"),
        ("2026-11-01 07:59", "2026-10-31T12:00:00Z", "2026-11-01T13:00:00Z"),
        ("2026-11-01 08:00", "2026-11-01T13:00:00Z", "2026-11-02T13:00:00Z"),
    ],
)
def test_a_daily_job_keeps_its_hour_over_both_clock_changes(
    now: str, before: str, after: str
) -> None:
    at = ny(now)
    last, coming = last_due(EIGHT, at), next_due(EIGHT, at)
    assert last is not None
    assert coming is not None
    assert (format_instant(last), format_instant(coming)) == (before, after)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25)])
def test_a_daily_job_runs_once_on_the_day_of_a_clock_change(day: str, hours: int) -> None:
    start = ny(f"{day} 00:00")
    late, early = Daily(at=time(3)), Daily(at=time(0, 59))
    for trigger in (EIGHT, late, early):
        assert len(list(firings(trigger, start, start + hours * 60 * MINUTE))) == 1


def test_the_first_saturdays_of_the_quarters_count_also_when_they_are_holidays() -> None:
    # 2026-07-04 is Independence Day, 2028-01-01 New Year's Day
    found = [shown(at) for at in firings(QUARTER, ny("2026-01-01 00:00"), ny("2028-02-01 00:00"))]
    assert found == [
        "2026-01-03 08:30",
        "2026-04-04 08:30",
        "2026-07-04 08:30",
        "2026-10-03 08:30",
        "2027-01-02 08:30",
        "2027-04-03 08:30",
        "2027-07-03 08:30",
        "2027-10-02 08:30",
        "2028-01-01 08:30",
    ]


def test_the_last_quarter_is_found_from_its_far_end() -> None:
    assert shown(last_due(QUARTER, ny("2026-04-04 08:29"))) == "2026-01-03 08:30"
    assert shown(last_due(QUARTER, ny("2026-04-04 08:30"))) == "2026-04-04 08:30"


def test_sessions_are_counted_from_the_last_success_without_holidays() -> None:
    last = ny("2026-07-04 08:31")
    # July has 20 sessions after the 6th's Monday, the 63rd is a Thursday: Labor Day is none
    assert shown(next_due(COUNT, last, last)) == "2026-10-01 08:30"
    assert shown(last_due(COUNT, ny("2026-10-01 08:29"), last)) == "never"
    assert shown(last_due(COUNT, ny("2026-10-01 08:30"), last)) == "2026-10-01 08:30"


def test_what_was_not_done_after_its_sessions_is_due_every_day() -> None:
    last = ny("2026-07-04 08:31")
    due = [shown(at) for at in missed(COUNT, last, ny("2026-10-03 12:00"))]
    assert due == ["2026-10-01 08:30", "2026-10-02 08:30", "2026-10-03 08:30"]


@pytest.mark.parametrize("day", ["2025-01-02", "2026-06-01", "2026-11-29"])
def test_the_most_sessions_that_the_settings_allow_come_due(day: str) -> None:
    most = EverySessions(at=time(8, 30), sessions=260)
    last = ny(f"{day} 08:31")
    coming = next_due(most, last, last)
    assert coming is not None
    assert coming - last < 390 * 24 * 60 * MINUTE
    assert missed(most, last, coming) == [coming]
    assert last_due(most, coming, last) == coming


def test_without_a_success_sessions_are_not_counted() -> None:
    assert next_due(COUNT, ny("2026-07-04 08:31")) is None
    assert last_due(COUNT, ny("2026-07-04 08:31")) is None


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("2026-07-02 09:09", "2026-07-01 09:10", "2026-07-02 09:10"),
        ("2026-07-02 09:10", "2026-07-02 09:10", "2026-07-06 09:10"),  # Friday is a holiday
        ("2026-03-06 10:00", "2026-03-06 09:10", "2026-03-09 09:10"),
        ("2026-11-26 10:00", "2026-11-25 09:10", "2026-11-27 09:10"),  # Thanksgiving
    ],
)
def test_before_each_open_means_before_sessions_only(now: str, before: str, after: str) -> None:
    assert (shown(last_due(OPEN, ny(now))), shown(next_due(OPEN, ny(now)))) == (before, after)


def test_beyond_the_calendar_no_session_is_guessed() -> None:
    now = ny("2029-06-01 12:00")
    assert next_due(OPEN, now) is None
    assert shown(last_due(OPEN, now)) == "2028-12-29 09:10"
    assert next_due(COUNT, ny("2028-12-01 12:00"), ny("2028-12-01 12:00")) is None
    assert shown(next_due(EIGHT, now)) == "2029-06-02 08:00"


def test_what_was_missed_is_listed() -> None:
    last = ny("2026-03-06 08:00")
    due = [shown(at) for at in missed(EIGHT, last, ny("2026-03-09 08:00"))]
    assert due == ["2026-03-07 08:00", "2026-03-08 08:00", "2026-03-09 08:00"]
    assert missed(EIGHT, last, ny("2026-03-07 07:59")) == []


def test_a_backtest_asks_for_every_firing_in_a_span_and_not_of_its_end() -> None:
    start, end = ny("2026-03-06 08:00"), ny("2026-03-09 08:00")
    assert [shown(at) for at in firings(EIGHT, start, end)] == [
        "2026-03-06 08:00",
        "2026-03-07 08:00",
        "2026-03-08 08:00",
    ]
    counted = firings(EverySessions(at=time(9), sessions=2), start, end)
    assert list(counted) == []


def test_a_backtest_counts_sessions_from_firing_to_firing() -> None:
    two = EverySessions(at=time(9), sessions=2)
    last = ny("2026-03-02 09:00")
    first = next_due(two, last, last)
    assert first is not None
    assert shown(first) == "2026-03-04 09:00"
    assert shown(next_due(two, first, first)) == "2026-03-06 09:00"


@pytest.mark.parametrize("at", [time(1), time(1, 30), time(2), time(2, 59)])
@pytest.mark.parametrize("made", [Daily, Quarterly, partial(EverySessions, sessions=1)])
def test_nothing_is_scheduled_in_the_hours_of_clock_changes(
    made: Callable[..., Trigger], at: time
) -> None:
    with pytest.raises(ValueError, match="must not be between 01:00 and 03:00"):
        made(at=at)


@pytest.mark.parametrize("minutes", [0, -1, 301])
def test_before_the_open_is_neither_after_it_nor_in_the_night(minutes: int) -> None:
    with pytest.raises(ValueError, match="1 to 300"):
        BeforeOpen(minutes=minutes)


@given(
    trigger=st.sampled_from([EIGHT, QUARTER, OPEN, Daily(at=time(0)), Daily(at=time(23, 59))]),
    now=st.integers(ny("1995-01-01 00:00"), ny("2028-06-01 00:00")),
)
def test_last_and_next_due_meet_and_leave_no_gap(trigger: Trigger, now: int) -> None:
    last, coming = last_due(trigger, now), next_due(trigger, now)
    assert last is not None
    assert coming is not None
    assert last <= now < coming
    assert next_due(trigger, last) == coming
    assert last_due(trigger, coming - 1) == last
