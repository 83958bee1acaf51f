"""
Which symbols are silent far beyond their own cadence, while others speak.

A symbol is judged only when its cadence is known and brisk. One that has lately
been silent for longer than `brisk_gap_seconds` is quiet by nature: its silence
tells nothing, and its stale quotes are refused by the risk gate anyway.

`heard` is on the hot path and writes one dict, in C. Cadences are learned once a
second from what changed since; a silence worth knowing is longer than that.
"""

from collections.abc import Iterable
from operator import attrgetter

from tradeengine.feed.cadence import Cadence
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.model.events import Input, SymbolQuiet

GAPS_TO_KNOW = 30
"""Silences seen before a cadence counts as known."""

CADENCE_FACTOR = 5.0
"""Quiet is silent for so many times the longest usual silence."""

_SYMBOL = attrgetter("symbol")


class QuietSymbols:
    """The age of every symbol's last message."""

    def __init__(self, parameters: FeedParameters, market: MarketTime) -> None:
        self._parameters, self._market = parameters, market
        self._cadences: dict[str, Cadence] = {}
        self._last: dict[str, int] = {}
        self._learned: dict[str, int] = {}
        self._quiet: set[str] = set()

    def heard(self, data: Iterable[Input], received_at: int) -> None:
        """Note market data (every event has a symbol)."""
        self._last.update(dict.fromkeys(map(_SYMBOL, data), received_at))

    def connected(self, at: int) -> None:
        """Start all ages anew; the time without a connection teaches nothing."""
        self._last = dict.fromkeys(self._last, at)
        self._learned = dict(self._last)

    def check(self, now: int, feed_heard_at: int) -> list[Input]:
        """Learn what changed and name the symbols that have just become quiet."""
        fallen_silent = [
            symbol for symbol, last in self._last.items() if not self._learn(symbol, last)
        ]
        if not self._market.is_open(now):
            return []
        feed_silent = self._market.seconds(feed_heard_at, now)
        return [
            SymbolQuiet(at=now, received_at=now, symbol=symbol, silent_seconds=silent)
            for symbol in fallen_silent
            if (silent := self._market.seconds(self._last[symbol], now)) > 2 * feed_silent
            and self._becomes_quiet(symbol, silent)
        ]

    def _learn(self, symbol: str, last: int) -> bool:
        """Learn from a symbol that spoke since the last check; say whether it did."""
        before = self._learned.get(symbol)
        if before == last:
            return False
        self._learned[symbol] = last
        self._quiet.discard(symbol)
        gap_seconds = self._market.seconds(before, last) if before is not None else 0.0
        if gap_seconds > 0:
            self._cadences.setdefault(symbol, Cadence()).learn(gap_seconds)
        return True

    def _becomes_quiet(self, symbol: str, silent_seconds: float) -> bool:
        cadence = self._cadences.get(symbol)
        if cadence is None or symbol in self._quiet or not self._is_brisk(cadence):
            return False
        allowed = max(
            self._parameters.symbol_quiet_seconds, CADENCE_FACTOR * cadence.longest_seconds
        )
        if silent_seconds < allowed:
            return False
        self._quiet.add(symbol)
        return True

    def _is_brisk(self, cadence: Cadence) -> bool:
        known = cadence.gaps >= GAPS_TO_KNOW
        return known and cadence.longest_seconds <= self._parameters.brisk_gap_seconds
