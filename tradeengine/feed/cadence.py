"""
Cadence: how long a source of messages is used to being silent.

Only the longest silences matter to a watchdog, so each source keeps the longest
one it has shown. Old ones fade, half of them away in a session of market time,
because the opening minutes must not speak for the lunch hour, nor one odd gap
for the week.
"""

_HALF_LIFE_SECONDS = 23_400.0


class Cadence:
    """The longest usual silence of one source, in seconds of market time."""

    __slots__ = ("gaps", "longest_seconds")

    def __init__(self) -> None:
        self.gaps = 0
        self.longest_seconds = 0.0

    def learn(self, gap_seconds: float) -> None:
        """Note that the source spoke again after a silence."""
        faded = self.longest_seconds * 0.5 ** (gap_seconds / _HALF_LIFE_SECONDS)
        self.longest_seconds = max(gap_seconds, faded)
        self.gaps += 1
