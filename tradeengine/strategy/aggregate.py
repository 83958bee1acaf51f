"""
Wider bars from one-minute bars, aligned to the clock.

A bar is complete when its last minute is, or when the first minute of a later
one arrives: minutes without a trade have no bar, so a bar may be made of any of
its minutes. Out comes each bar once: a minute that is not newer than the last
one seen (a repetition, a late correction) changes nothing.
"""

from msgspec import Struct

from tradeengine.model.events import Bar
from tradeengine.model.instants import MINUTE


class Candle(Struct, frozen=True, kw_only=True, gc=False):
    """A bar of several minutes. `start` in nanoseconds UTC, volume in shares."""

    start: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class BarAggregator:
    """Make bars of `minutes` from bars of one minute of one symbol."""

    __slots__ = ("_close", "_high", "_low", "_open", "_seen", "_span", "_start", "_volume")

    def __init__(self, minutes: int = 5) -> None:
        self._span = minutes * MINUTE
        self._seen = -1
        self._start = -1
        self._open = self._high = self._low = self._close = self._volume = 0.0

    def update(self, bar: Bar) -> tuple[Candle, ...]:
        """Take a minute; give the bars that are now complete, two at most."""
        at = bar.at
        if bar.revised or at <= self._seen:
            return ()
        self._seen = at
        start = at - at % self._span
        done = self._begin(start, bar.open) if start != self._start else ()
        self._high = max(self._high, bar.high)
        self._low = min(self._low, bar.low)
        self._close = bar.close
        self._volume += bar.volume
        if at + MINUTE >= start + self._span:
            done += self._finish()
        return done

    def _begin(self, start: int, opening: float) -> tuple[Candle, ...]:
        done = self._finish() if self._start >= 0 else ()
        self._start = start
        self._open, self._high, self._low, self._volume = opening, opening, opening, 0.0
        return done

    def _finish(self) -> tuple[Candle, ...]:
        candle = Candle(
            start=self._start,
            open=self._open,
            high=self._high,
            low=self._low,
            close=self._close,
            volume=self._volume,
        )
        self._start = -1
        return (candle,)
