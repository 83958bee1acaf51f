"""
Continuity: each bar once, whichever way it came.

After a gap the same minute can come twice, by REST and by the stream, and a
stream may repeat itself. Whoever asks first gets the bar in; revisions of a bar
always pass, because they say something new.
"""

from collections.abc import Iterable

from tradeengine.model.events import Bar, Input

BARS_KEPT = 50_000
"""Bars remembered: a session of 128 symbols."""


class Continuity:
    """Remember which bars have passed."""

    def __init__(self, bars_kept: int = BARS_KEPT) -> None:
        self._seen: dict[tuple[str, int], None] = {}
        self._bars_kept = bars_kept
        self.repeated = 0
        """Bars held back because they had passed already."""

    def admit(self, events: list[Input]) -> list[Input]:
        """Give the events without bars that have passed before."""
        if Bar not in map(type, events):
            return events
        return [event for event in events if type(event) is not Bar or self._is_new(event)]

    def admit_bars(self, bars: Iterable[Bar]) -> list[Bar]:
        """Give the bars that have not passed before."""
        return [bar for bar in bars if self._is_new(bar)]

    def _is_new(self, bar: Bar) -> bool:
        if bar.revised:
            return True
        key = (bar.symbol, bar.at)
        if key in self._seen:
            self.repeated += 1
            return False
        self._seen[key] = None
        if len(self._seen) > self._bars_kept:
            del self._seen[next(iter(self._seen))]
        return True
