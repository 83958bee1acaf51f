"""What is told to a person."""

from msgspec import Struct
from msgspec.structs import replace

from tradeengine.model.orders import Severity

RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}
"""How urgent a severity is; the enum itself compares as text."""


class Alert(Struct, frozen=True, kw_only=True):
    """
    Something a person must hear of.

    `code` is a constant WORD; `text` holds no secret any more; `times` says how often
    it happened again (1: it is told for the first time). `at` is nanoseconds UTC.
    """

    at: int
    severity: Severity
    code: str
    text: str
    times: int = 1

    @property
    def rank(self) -> int:
        """How urgent it is: the higher, the sooner."""
        return RANK[self.severity]

    @property
    def is_critical(self) -> bool:
        """Whether it passes every limit and waits for a person's acknowledgement."""
        return self.severity is Severity.CRITICAL

    def again(self, times: int, at: int) -> "Alert":
        """Give the alert that tells of `times` further happenings."""
        return replace(self, times=times, at=at)


class Post(Struct, frozen=True, kw_only=True):
    """
    An alert on its way to one channel.

    `number` is that of its record (0: it could not be recorded), `due` the instant
    before which it is not tried again, `reminder` the rung of the ladder it came by.
    """

    number: int
    alert: Alert
    attempts: int = 0
    due: int = 0
    reminder: int = 0
