"""
Suspicion: one channel's silence, from the first doubt to the verdict.

Silence alone proves nothing. A little before the threshold REST is asked, once, what it
knows. If it knows something that the stream should have brought, and the stream has not
brought it `probe_margin_seconds` later either, the channel is mute as soon as the
threshold is reached: the answer is there by then. What REST knows of the last moment
proves nothing, because it may be on its way to us.

Pure: instants in, a verdict out.
"""

from typing import NamedTuple

from tradeengine.feed.channels import Channel, Channels
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.model.events import FeedMuted
from tradeengine.model.instants import MINUTE, NANOS

CADENCE_FACTOR = 1.5
"""Suspicious is silent for so many times the channel's longest usual silence,"""

THRESHOLD_STRETCH = 3.0
"""but at most so many times the threshold of the parameters."""

BETWEEN_BARS_SECONDS = 60.0
"""Bars come once a minute: so much of their silence is none."""


class Probe(NamedTuple):
    """What REST knows of a channel: the newest time (0: none), a bar's beginning for bars."""

    answered: bool
    newest_at: int
    words: str


class Suspicion:
    """Watch the silence of one channel."""

    def __init__(
        self, channel: Channel, channels: Channels, parameters: FeedParameters, market: MarketTime
    ) -> None:
        self.channel = channel
        self._channels, self._parameters, self._market = channels, parameters, market
        self._margin = int(parameters.probe_margin_seconds * NANOS)
        self._probe: Probe | None = None
        self._probed_at = 0

    def forget(self) -> None:
        """Forget what REST said."""
        self._probe, self._probed_at = None, 0

    def silent_seconds(self, now: int) -> float:
        """Give the market time for which the channel has been silent."""
        return self._market.seconds(self._channels.heard_at(self.channel), now)

    def threshold_seconds(self) -> float:
        """Give the silence that is too long, in market time."""
        least = self._parameters.mute_threshold_seconds
        usual = CADENCE_FACTOR * self._channels.longest_seconds(self.channel)
        seconds = min(max(least, usual), THRESHOLD_STRETCH * least)
        overdue = BETWEEN_BARS_SECONDS if self.channel is Channel.BARS else 0.0
        return max(seconds, least + overdue)

    def wants_probe(self, now: int) -> bool:
        """Tell whether REST must be asked now."""
        since_probe = (now - self._probed_at) / NANOS
        return since_probe >= self._parameters.probe_interval_seconds and self.is_doubtful(now)

    def is_doubtful(self, now: int) -> bool:
        """Tell whether the silence comes near the threshold."""
        lead = self._parameters.probe_margin_seconds
        near = self.silent_seconds(now) >= self.threshold_seconds() - lead
        return near and self._is_judged(now)

    def probed(self, probe: Probe, now: int) -> None:
        """Take in what REST said."""
        self._probe, self._probed_at = probe, now

    def verdict(self, now: int) -> FeedMuted | None:
        """Give the verdict if it is "mute"."""
        probe, heard_at = self._probe, self._channels.heard_at(self.channel)
        if probe is None or not self._is_judged(now) or self._is_older_than(heard_at):
            return None
        silent = self.silent_seconds(now)
        if silent < self.threshold_seconds() or not self._proves(probe, now):
            return None
        return FeedMuted(
            at=now,
            received_at=now,
            silent_seconds=silent,
            last_event_at=self._channels.event_at(self.channel),
            probe=probe.words,
            channel=self.channel.value,
            last_event=self._channels.last_words(self.channel),
        )

    def due_seconds(self, now: int) -> float | None:
        """Give the market seconds until the next instant at which the judgement may change."""
        silent, threshold = self.silent_seconds(now), self.threshold_seconds()
        doubt = threshold - self._parameters.probe_margin_seconds
        proven = 0.0
        if self._probe is not None:
            proven = (self._known_since(self._probe) + self._margin - now) / NANOS
        left = [seconds for seconds in (doubt - silent, threshold - silent, proven) if seconds > 0]
        return min(left, default=None)

    def _is_older_than(self, heard_at: int) -> bool:
        """Tell whether the channel has spoken since REST was asked."""
        return heard_at > self._probed_at

    def _is_judged(self, now: int) -> bool:
        """Bars always (the canary's are subscribed), single channels once they are known."""
        known = self.channel in (Channel.FEED, Channel.BARS) or self._channels.is_known(
            self.channel
        )
        return known and self._market.is_open(now)

    def _proves(self, probe: Probe, now: int) -> bool:
        if not probe.answered:
            # Then nothing at all speaks for a feed that says nothing at all.
            return self.channel is Channel.FEED
        known_since = self._known_since(probe)
        missed = known_since > self._channels.event_at(self.channel) + self._least_news()
        return missed and now - known_since >= self._margin

    def _known_since(self, probe: Probe) -> int:
        """Give when the stream should have brought what REST knows: a bar, after its minute."""
        return probe.newest_at + (MINUTE if self.channel is Channel.BARS else 0)

    def _least_news(self) -> int:
        """Give how much newer than the last event it must be: the next bar, or the margin."""
        return 0 if self.channel is Channel.BARS else self._margin
