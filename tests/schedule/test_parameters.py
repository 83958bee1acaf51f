"""The times of jobs are refused in the night, and reach the timetable."""

from datetime import time

import pytest
from pydantic import ValidationError

from tradeengine.schedule.entries import entries
from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.schedule.timetable import BeforeOpen, Daily, EverySessions, Quarterly


@pytest.mark.parametrize("name", ["bars_time", "fundamentals_time", "universe_time"])
@pytest.mark.parametrize("at", ["01:00", "02:59"])
def test_a_time_in_the_night_is_refused_by_name(name: str, at: str) -> None:
    with pytest.raises(ValidationError, match=f"{name} must not be between 01:00 and 03:00"):
        ScheduleParameters.model_validate({name: at})


@pytest.mark.parametrize("at", ["00:59", "03:00"])
def test_the_edges_of_the_night_are_allowed(at: str) -> None:
    made = ScheduleParameters.model_validate({"bars_time": at})
    assert made.bars_time == time.fromisoformat(at)


def test_a_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="takes no zone"):
        ScheduleParameters.model_validate({"bars_time": "07:00Z"})


def test_the_timetable_is_that_of_the_settings_in_the_order_of_need() -> None:
    table = entries(ScheduleParameters())
    assert [(entry.name, entry.trigger, entry.on) for entry in table] == [
        ("bars", Daily(at=time(7)), True),
        ("fundamentals", Daily(at=time(8)), True),
        ("universe", Quarterly(at=time(8, 30)), True),
        ("plan", BeforeOpen(minutes=20), True),
    ]


def test_each_job_can_be_moved_and_switched_off() -> None:
    table = entries(
        ScheduleParameters.model_validate(
            {
                "bars": False,
                "fundamentals_time": "06:15",
                "universe_when": "sessions",
                "universe_sessions": 21,
                "plan_minutes_before_open": 60,
            }
        )
    )
    assert [(entry.trigger, entry.on) for entry in table] == [
        (Daily(at=time(7)), False),
        (Daily(at=time(6, 15)), True),
        (EverySessions(at=time(8, 30), sessions=21), True),
        (BeforeOpen(minutes=60), True),
    ]
