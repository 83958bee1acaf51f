"""The router's parameters."""

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from tradeengine.model.parameters import Parameters


class AfterHours(StrEnum):
    """How a position is closed outside the session."""

    QUEUE = "queue"
    EXTENDED = "extended"


class RouterParameters(Parameters):
    """How orders are sent, protected and flattened."""

    entry_patience_seconds: float = Field(default=3.0, ge=0.1, le=300)
    """Seconds after which the unfilled rest of an entry is cancelled."""

    cancel_patience_seconds: float = Field(default=5.0, ge=1, le=300)
    """Seconds after which a cancel that came to nothing is asked for again."""

    protect_retry_seconds: float = Field(default=10.0, ge=1, le=600)
    """Longest wait between attempts to place a broker-held stop, or to close what has none."""

    adopted_stop_percent: Decimal = Field(default=Decimal(3), gt=0, le=50)
    """Distance of the broker-held stop of a position found at start, percent of its price."""

    flatten_poll_seconds: float = Field(default=2.0, ge=0.2, le=60)
    """Seconds between questions to the broker while flattening."""

    flatten_collar_percent: Decimal = Field(default=Decimal(1), gt=0, le=10)
    """How far beyond the last price a closing limit order may reach, percent."""

    flatten_collar_rounds: int = Field(default=2, ge=0, le=20)
    """Rounds with collared limit orders before market orders are used."""

    flatten_deadline_seconds: float = Field(default=180.0, ge=5, le=3600)
    """Seconds after which closing is given up; the run ends not flat (exit code 3)."""

    flatten_stand_down_seconds: float = Field(default=10.0, ge=1, le=300)
    """Seconds after that deadline in which what is left gets its broker-held stops back."""

    flatten_after_hours: AfterHours = AfterHours.QUEUE
    """Outside the session: queue market orders for the open, or send limits for extended hours."""
