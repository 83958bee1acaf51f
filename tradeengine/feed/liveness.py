"""
Is the feed alive? Three judgements that are never mixed up.

* Transport down: the socket ended or a pong is missing. The socket says so.
* Feed mute: the socket lives and nothing at all came for `mute_threshold_seconds`
  of market time (longer on a feed whose own cadence is slower). That is only a
  suspicion; one REST probe decides. If REST knows a trade that the stream should
  have brought, the feed is mute; if the market itself is silent, it is not.
* Symbol quiet: see `quiet_symbols.py`.

After trouble the feed is stable again when several intervals of market time in a
row have brought data; the evidence is in the event. Everything is measured in
market time, so nothing here can fire at night or on a half day's afternoon.

Pure: instants in, findings out.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from tradeengine.feed.cadence import Cadence
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.quiet_symbols import QuietSymbols
from tradeengine.model.events import Bar, FeedMuted, FeedStable, Input
from tradeengine.model.instants import MINUTE, NANOS

CADENCE_FACTOR = 1.5
"""Suspicious is silent for so many times the feed's longest usual silence,"""

THRESHOLD_STRETCH = 3.0
"""but at most so many times the threshold of the parameters."""

CANARY_BARS_MISSED = 2


class Mood(Enum):
    """What the watchdog thinks of the feed."""

    DOWN = auto()
    FLOWING = auto()
    RECOVERING = auto()
    MUTE = auto()


class Probe(NamedTuple):
    """What REST knows: the newest trade of our symbols and of the canary (0: none)."""

    answered: bool
    newest_trade_at: int
    canary_trade_at: int
    words: str


class Findings(NamedTuple):
    """What a check found: messages to send, and whether REST must be asked."""

    messages: list[Input]
    probe: bool


class Liveness:
    """Watch the ages of what the feed sends."""

    def __init__(self, parameters: FeedParameters, market: MarketTime) -> None:
        self._parameters, self._market = parameters, market
        self._symbols = QuietSymbols(parameters, market)
        self._cadence = Cadence()
        self._newest: Sequence[Input] = ()
        self._learned_at = self._probed_at = self._interval_from = 0
        self._on_time = 0
        self._troubled = False
        self.heard_at = 0
        """When data last came, or the subscription began, by our clock."""
        self.mood = Mood.DOWN

    def connected(self, at: int) -> None:
        """Note a new subscription: silence counts from here."""
        self.heard_at = self._learned_at = self._interval_from = at
        self._newest = ()
        self._on_time = self._probed_at = 0
        self._symbols.connected(at)
        self.mood = Mood.RECOVERING if self._troubled else Mood.FLOWING

    def lost(self) -> None:
        """Note that there is no subscription; nothing is judged until the next."""
        self.mood, self._troubled = Mood.DOWN, True

    def heard(self, data: Sequence[Input], received_at: int) -> None:
        """Note market data (every event has a symbol)."""
        self._symbols.heard(data, received_at)
        self.heard_at, self._newest = received_at, data

    def check(self, now: int) -> Findings:
        """Judge the silences at an instant."""
        if self.mood in (Mood.DOWN, Mood.MUTE):
            return Findings([], probe=False)
        messages = self._symbols.check(now, self.heard_at)
        if self.mood is Mood.RECOVERING:
            messages.extend(self._recovery(now))
        self._learn()
        return Findings(messages, probe=self._is_suspicious(now))

    def probed(self, probe: Probe, now: int) -> FeedMuted | None:
        """Take in the answer of the REST probe; give the verdict if it is "mute"."""
        self._probed_at = now
        silent = self._market.seconds(self.heard_at, now)
        if silent < self._threshold_seconds() or not self._proves_mute(probe, now):
            return None
        self.mood, self._troubled = Mood.MUTE, True
        return FeedMuted(
            at=now,
            received_at=now,
            silent_seconds=silent,
            last_event_at=self._last_event_at(),
            probe=probe.words,
        )

    def _learn(self) -> None:
        """Learn the feed's cadence; a feed in trouble is no teacher."""
        if self.heard_at > self._learned_at and self.mood is Mood.FLOWING:
            self._cadence.learn(self._market.seconds(self._learned_at, self.heard_at))
        self._learned_at = self.heard_at

    def _threshold_seconds(self) -> float:
        least = self._parameters.mute_threshold_seconds
        usual = CADENCE_FACTOR * self._cadence.longest_seconds
        return min(max(least, usual), THRESHOLD_STRETCH * least)

    def _is_suspicious(self, now: int) -> bool:
        since_probe = (now - self._probed_at) / NANOS
        return (
            self._market.is_open(now)
            and since_probe >= self._parameters.probe_interval_seconds
            and self._market.seconds(self.heard_at, now) >= self._threshold_seconds()
        )

    def _proves_mute(self, probe: Probe, now: int) -> bool:
        """No answer proves it too: then nothing at all speaks for the feed."""
        margin = int(self._parameters.probe_margin_seconds * NANOS)
        if not probe.answered or probe.newest_trade_at > self._last_event_at() + margin:
            return True
        # Of the canary we have bars only, and a minute without trades has none.
        canary_at = self._symbols.last_heard(self._parameters.canary) or self.heard_at
        overdue = self._market.seconds(canary_at, now) > CANARY_BARS_MISSED * 60
        return overdue and probe.canary_trade_at > canary_at + margin

    def _last_event_at(self) -> int:
        """Give the newest exchange time that the stream brought; a bar speaks for its minute."""
        times = [e.at + MINUTE if type(e) is Bar else e.at for e in self._newest]
        return max(times, default=self.heard_at)

    def _recovery(self, now: int) -> list[Input]:
        """Count intervals of market time, each of which must have brought data."""
        usual = max(self._parameters.stable_interval_seconds, self._cadence.longest_seconds)
        length = min(usual, self._parameters.mute_threshold_seconds)
        if self._market.seconds(self._interval_from, now) < length:
            return []
        self._on_time = self._on_time + 1 if self.heard_at > self._interval_from else 0
        self._interval_from = now
        if self._on_time < self._parameters.stable_intervals:
            return []
        self.mood, self._troubled = Mood.FLOWING, False
        evidence = f"{self._on_time} intervals of {length:g} s of market time in a row brought data"
        return [FeedStable(at=now, received_at=now, evidence=evidence)]
