"""What the operator can choose about alerts."""

from datetime import time
from typing import Self

from pydantic import Field, field_validator, model_validator

from tradeengine.model.night import refuse_night
from tradeengine.model.parameters import Parameters


class AlertParameters(Parameters):
    """The `alerts` section of `config/config.yaml`."""

    queue_alerts: int = Field(default=100, ge=10, le=10_000)
    """Alerts that may wait for a channel. Beyond it the least urgent leave, criticals never."""

    attempt_timeout_seconds: float = Field(default=10.0, gt=0, le=120)
    """How long one attempt to send a message may take."""

    retry_spacing_seconds: float = Field(default=30.0, ge=1, le=3600)
    """Pause before a message that met a passing failure is tried again."""

    attempts_most: int = Field(default=5, ge=1, le=100)
    """Attempts before a message counts as failed on a channel."""

    repeat_window_seconds: float = Field(default=300.0, ge=1, le=86_400)
    """Within this time the same alert is not told again but counted, and then told as xN."""

    sms_per_hour: int = Field(default=12, ge=1, le=1000)
    """Messages an hour to the SMS gateway; criticals count, but always pass."""

    channels_at_once: int = Field(default=10, ge=2, le=20)
    """Channels, from the top of the ladder, told at once; the others hear by escalation."""

    escalation_seconds: float = Field(default=600.0, ge=30, le=86_400)
    """Time after which a critical that nobody acknowledged climbs to the next channel."""

    escalations_most: int = Field(default=12, ge=0, le=1000)
    """Times that one critical climbs before it is left to the list of open criticals."""

    round_seconds: float = Field(default=15.0, ge=1, le=600)
    """Time between two looks at what must be escalated and whether the digest is due."""

    open_criticals_block_entries: bool = True
    """Whether a critical from before the session's open stops entries until you acknowledge it."""

    digest_time: time = time(17, 0)
    """New York time of the daily message that says that all is quiet, or what was not."""

    records_kept_days: int = Field(default=90, ge=1, le=3650)
    """Age at which records leave, save those of criticals that nobody acknowledged."""

    drain_seconds: float = Field(default=10.0, ge=0, le=120)
    """How long closing waits for messages under way; what is left is sent at the next start."""

    @field_validator("digest_time")
    @classmethod
    def _outside_the_night(cls, value: time) -> time:
        return refuse_night(value, "digest_time")

    @model_validator(mode="after")
    def _rounds_are_shorter_than_rungs(self) -> Self:
        if self.round_seconds > self.escalation_seconds:
            raise ValueError("round_seconds must not exceed escalation_seconds")
        return self
