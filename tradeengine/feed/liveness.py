"""
Is the feed alive? Three judgements that are never mixed up.

* Transport down: the socket ended or a pong is missing. The socket says so.
* Feed mute: the socket lives and nothing at all came for `mute_threshold_seconds`
  of market time (longer on a feed whose own cadence is slower), or nothing of one
  channel that is used to speak. That is only a suspicion; one REST probe decides
  (`suspicion.py`).
* Symbol quiet: see `quiet_symbols.py`.

After trouble the feed is stable again when several intervals of market time in a
row have brought data, and what was mute has spoken; the evidence is in the event.
Everything is measured in market time, so nothing here can fire at night or on a
half day's afternoon.

Pure: instants in, findings out.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from tradeengine.feed.channels import Channel, Channels
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.quiet_symbols import QuietSymbols
from tradeengine.feed.suspicion import Probe, Suspicion
from tradeengine.model.events import FeedMuted, FeedStable, Input
from tradeengine.model.instants import new_york

_JUST_AFTER_SECONDS = 0.001
"""A look at the very instant might come a rounding too early."""


class Mood(Enum):
    """What the watchdog thinks of the feed."""

    DOWN = auto()
    FLOWING = auto()
    RECOVERING = auto()
    MUTE = auto()


class Findings(NamedTuple):
    """What a check found: messages to send, and the channels REST must be asked about."""

    messages: list[Input]
    doubted: list[Channel]


class Liveness:
    """Watch the ages of what the feed sends."""

    def __init__(self, parameters: FeedParameters, market: MarketTime) -> None:
        self._parameters, self._market = parameters, market
        self._symbols = QuietSymbols(parameters, market)
        self._channels = Channels(market)
        self._suspicions = {
            channel: Suspicion(channel, self._channels, parameters, market) for channel in Channel
        }
        self._interval_from = 0
        self._on_time = 0
        self._stable_from = 0
        self._troubled = False
        self._was_mute: Channel = Channel.FEED
        self.mood = Mood.DOWN

    @property
    def heard_at(self) -> int:
        """When data last came, or the subscription began, by our clock."""
        return self._channels.heard_at(Channel.FEED)

    def connected(self, at: int) -> None:
        """Note a new subscription: silence counts from here."""
        self._channels.connected(at)
        self._symbols.connected(at)
        for suspicion in self._suspicions.values():
            suspicion.forget()
        self._interval_from, self._on_time = at, 0
        self.mood = Mood.RECOVERING if self._troubled else Mood.FLOWING

    def lost(self) -> None:
        """Note that there is no subscription; nothing is judged until the next."""
        self.mood, self._troubled = Mood.DOWN, True

    def heard(self, data: Sequence[Input], received_at: int) -> None:
        """Note market data (every event has a symbol)."""
        self._symbols.heard(data, received_at)
        self._channels.heard(data)

    def check(self, now: int) -> Findings:
        """Judge the silences at an instant."""
        if not self._is_judged:
            return Findings([], [])
        messages = self._symbols.check(now, self.heard_at)
        if self.mood is Mood.RECOVERING:
            messages.extend(self._recovery(now))
        if self.mood is Mood.FLOWING:
            self._channels.learn()
        else:
            self._channels.skip()
        return Findings(messages, self._doubted(now))

    def probed(self, channel: Channel, probe: Probe, now: int) -> None:
        """Take in what REST said of a channel."""
        self._suspicions[channel].probed(probe, now)

    def verdict(self, now: int) -> FeedMuted | None:
        """Give the verdict if it is "mute"; the worst first: the feed as a whole."""
        if not self._is_judged:
            return None
        for channel, suspicion in self._suspicions.items():
            if (muted := suspicion.verdict(now)) is not None:
                self.mood, self._troubled, self._was_mute = Mood.MUTE, True, channel
                return muted
        return None

    def next_look_seconds(self, now: int) -> float:
        """Give how soon to look again: as usual, or when a silence comes to its threshold."""
        usual = self._parameters.check_interval_seconds
        if not self._is_judged:
            return usual
        dues = (suspicion.due_seconds(now) for suspicion in self._suspicions.values())
        return min([usual, *(due + _JUST_AFTER_SECONDS for due in dues if due is not None)])

    def _doubted(self, now: int) -> list[Channel]:
        """Name whom REST must be asked about: when all are silent, one question is enough."""
        whole = self._suspicions[Channel.FEED]
        suspicions = [whole] if whole.is_doubtful(now) else self._suspicions.values()
        return [each.channel for each in suspicions if each.wants_probe(now)]

    @property
    def _is_judged(self) -> bool:
        return self.mood not in (Mood.DOWN, Mood.MUTE)

    def _recovery(self, now: int) -> list[Input]:
        """Count intervals of market time, each of which must have brought data."""
        longest = self._channels.longest_seconds(Channel.FEED)
        usual = max(self._parameters.stable_interval_seconds, longest)
        length = min(usual, self._parameters.mute_threshold_seconds)
        if self._market.seconds(self._interval_from, now) < length:
            return []
        if self.heard_at > self._interval_from:
            self._stable_from = self._stable_from if self._on_time else self._interval_from
            self._on_time += 1
        else:
            self._on_time = 0
        self._interval_from = now
        enough = self._on_time >= self._parameters.stable_intervals
        if not enough or not self._channels.has_spoken(self._was_mute):
            return []
        self.mood, self._troubled = Mood.FLOWING, False
        evidence = self._evidence(length, now)
        self._was_mute = Channel.FEED
        return [FeedStable(at=now, received_at=now, evidence=evidence)]

    def _evidence(self, length: float, now: int) -> str:
        """Say which intervals, how many, and what came again."""
        span = f"{new_york(self._stable_from):%H:%M:%S} to {new_york(now):%H:%M:%S} New York"
        again = "" if self._was_mute is Channel.FEED else f"; {self._was_mute} came again"
        return (
            f"{self._on_time} intervals of {length:g} s of market time in a row brought data,"
            f" {span}{again}"
        )
