"""What can become of a scheduled job."""

from enum import StrEnum


class JobOutcome(StrEnum):
    """How one run of a job ended."""

    DONE = "done"
    FAILED = "failed"
    TOO_LONG = "took too long"
    INTERRUPTED = "interrupted"
