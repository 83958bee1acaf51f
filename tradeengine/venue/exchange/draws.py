"""
Numbers drawn by lot, the same for the same seed.

SplitMix64 (Steele, Lea, Flood 2014): a counter passed through a mixing function.
Pure, quick, and good enough for latencies and identifiers.
"""

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio: the step of the counter."""


class Draws:
    """A stream of draws. `stream` keeps users of one seed apart."""

    def __init__(self, seed: int, stream: int) -> None:
        self._state = (seed * GOLDEN + stream * 0xBF58476D1CE4E5B9) & MASK

    def bits(self) -> int:
        """Draw 64 bits."""
        self._state = (self._state + GOLDEN) & MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def unit(self) -> float:
        """Draw from 0 (included) to 1 (excluded)."""
        return (self.bits() >> 11) / (1 << 53)

    def below(self, bound: int) -> int:
        """Draw an integer from 0 to `bound` - 1."""
        return self.bits() % bound
