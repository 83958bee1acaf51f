"""
What became of each alert on each channel.

    queued ── taken by the channel's server ──> sent ──────┐
      │                                                    ├── a person ──> acknowledged
      └── refused, or all attempts used up ───> failed ────┘

`sent` means that a server took it, not that anybody read it: only a person's
acknowledgement says that. An escalation queues a delivery again.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from tradeengine.alerts.alert import Alert


class DeliveryState(StrEnum):
    """Where an alert stands on one channel."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"


class Delivery(Struct, frozen=True, kw_only=True):
    """One alert on one channel. Instants are nanoseconds UTC, None before they happened."""

    channel: str
    state: DeliveryState
    queued_at: int
    sent_at: int | None = None
    failed_at: int | None = None
    attempts: int = 0
    last_error: str = ""


class Record(Struct, frozen=True, kw_only=True):
    """One alert with all its deliveries, in the order in which they were first queued."""

    number: int
    alert: Alert
    escalations: int = 0
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    deliveries: tuple[Delivery, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is a critical that still waits for a person."""
        return self.alert.is_critical and self.acknowledged_at is None


class RecordStore(Protocol):
    """
    Where records are kept. Every method may block and raises RecordsFailed.

    Numbers are counted from 1 and never given twice, so a person can name an alert.
    """

    def add(self, alert: Alert, channels: Sequence[str]) -> int:
        """Record an alert as queued for some channels; give its number."""

    def queue_again(self, number: int, channel: str, at: int) -> bool:
        """Record that an alert climbed to a channel; False if it is acknowledged or gone."""

    def attempted(self, number: int, channel: str, error: str) -> None:
        """Record an attempt that failed and will be repeated."""

    def sent(self, number: int, channel: str, at: int) -> None:
        """Record that a channel took an alert."""

    def failed(self, number: int, channel: str, at: int, error: str) -> None:
        """Record that an alert is not tried on a channel any more, and why."""

    def acknowledge(self, number: int, by: str, at: int) -> bool:
        """Record that a person knows of an alert; False if there is none of that number."""

    def get(self, number: int) -> Record | None:
        """Give one record."""

    def newest(self, most: int) -> list[Record]:
        """Give the newest records, the newest first."""

    def since(self, at: int) -> list[Record]:
        """Give the records of alerts raised at `at` or later, the oldest first."""

    def open_criticals(self) -> list[Record]:
        """Give the criticals that nobody acknowledged, the oldest first."""

    def queued(self) -> list[Record]:
        """Give the records with a delivery that is still queued, the oldest first."""

    def last_with_code(self, code: str) -> Record | None:
        """Give the newest record with a code."""

    def remove_before(self, at: int) -> int:
        """Remove records older than `at`, but no open criticals; say how many."""
