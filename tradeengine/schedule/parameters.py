"""What the operator can choose about scheduled work."""

from datetime import time
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from tradeengine.model.night import refuse_night
from tradeengine.model.parameters import Parameters


class ScheduleParameters(Parameters):
    """The `schedule` section of `config/config.yaml`. Times are New York's."""

    bars: bool = True
    """Whether the engine fetches the daily bars, the VIX and rates by itself."""

    bars_time: time = time(7, 0)
    """When it does, every day: what traded up to the day before. Not from 01:00 to 03:00."""

    fundamentals: bool = True
    """Whether the engine fetches and checks fundamentals by itself."""

    fundamentals_time: time = time(8, 0)
    """When it does, every day. Not from 01:00 to 03:00."""

    universe: bool = True
    """Whether the engine proposes a new universe by itself."""

    universe_when: Literal["quarter", "sessions"] = "quarter"
    """On which days it does: the first Saturday of January, April, July and October, or
    `universe_sessions` after the last success."""

    universe_time: time = time(8, 30)
    """At what time of these days. Not from 01:00 to 03:00."""

    universe_sessions: int = Field(default=63, ge=1, le=260)
    """Sessions from one to the next where `universe_when` is `sessions`; 63 are a quarter."""

    plan: bool = True
    """Whether the engine makes the plan of the session by itself."""

    plan_minutes_before_open: int = Field(default=20, ge=1, le=300)
    """How long before each open it does."""

    late_minutes: float = Field(default=5.0, ge=0.1, le=1440)
    """A job that begins so long after it was due is told as late."""

    limit_minutes: float = Field(default=60.0, ge=0.1, le=240)
    """Real time that a job may take; then it is given up and told."""

    attempts_most: int = Field(default=3, ge=1, le=20)
    """Times that a job which fails is tried before it waits for its next time."""

    retry_minutes: float = Field(default=10.0, ge=0.1, le=720)
    """Pause before a job that failed is tried again."""

    @field_validator("bars_time", "fundamentals_time", "universe_time")
    @classmethod
    def _outside_the_night(cls, value: time, info: ValidationInfo) -> time:
        return refuse_night(value, str(info.field_name))
