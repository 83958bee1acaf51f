"""
Channels: the ages of quotes, trades and bars, each beside the cadence it has shown.

A socket may bring one kind of message and have lost another, so each kind is watched
on its own, and all of them together.

`heard` is on the hot path and writes one dict, in C.
"""

from collections.abc import Sequence
from enum import StrEnum

from tradeengine.feed.cadence import Cadence
from tradeengine.feed.market_time import MarketTime
from tradeengine.model.events import Bar, Input, Quote, Trade
from tradeengine.model.instants import MINUTE, format_instant

GAPS_TO_KNOW = 5
"""Silences seen before the cadence of a single channel counts as known."""


class Channel(StrEnum):
    """What can fall silent."""

    FEED = "feed"
    """Everything that carries a symbol, whatever it is."""

    QUOTES = "quotes"
    TRADES = "trades"
    BARS = "bars"


KINDS: dict[Channel, type[Input]] = {
    Channel.QUOTES: Quote,
    Channel.TRADES: Trade,
    Channel.BARS: Bar,
}


class Channels:
    """When each channel last spoke, what it said, and how long it is used to being silent."""

    def __init__(self, market: MarketTime) -> None:
        self._market = market
        self._cadences = {channel: Cadence() for channel in Channel}
        self._newest: dict[type[Input], Sequence[Input]] = {}
        self._all: Sequence[Input] = ()
        self._learned: dict[Channel, int] = {}
        self._since = 0

    def connected(self, at: int) -> None:
        """Start all ages anew; the time without a connection teaches nothing."""
        self._since, self._all = at, ()
        self._newest.clear()
        self._learned = dict.fromkeys(Channel, at)

    def heard(self, data: Sequence[Input]) -> None:
        """Note market data that came together."""
        self._all = data
        self._newest.update(dict.fromkeys(map(type, data), data))

    def has_spoken(self, channel: Channel) -> bool:
        """Tell whether a channel has brought anything since the subscription."""
        return bool(self._batch(channel))

    def heard_at(self, channel: Channel) -> int:
        """Give when a channel last spoke, or the subscription began, by our clock."""
        batch = self._batch(channel)
        return batch[0].received_at if batch else self._since

    def event_at(self, channel: Channel) -> int:
        """Give the newest exchange time that a channel brought; a bar speaks for its minute."""
        times = [_end_of(event) for event in self._events(channel)]
        return max(times, default=self.heard_at(channel))

    def last_words(self, channel: Channel) -> str:
        """Name the newest event of a channel."""
        events = self._events(channel)
        return _name(max(events, key=_end_of)) if events else "nothing since the subscription"

    def learn(self) -> None:
        """Learn cadences from the channels that have spoken since the last call."""
        for channel, learned_at in self._learned.items():
            heard_at = self.heard_at(channel)
            if heard_at > learned_at:
                gap_seconds = self._market.seconds(learned_at, heard_at)
                self._cadences[channel].learn(gap_seconds)
                self._learned[channel] = heard_at

    def skip(self) -> None:
        """Learn nothing from the time up to now: a feed in trouble is no teacher."""
        self._learned = {channel: self.heard_at(channel) for channel in Channel}

    def longest_seconds(self, channel: Channel) -> float:
        """Give the longest usual silence of a channel, in market time."""
        return self._cadences[channel].longest_seconds

    def is_known(self, channel: Channel) -> bool:
        """Tell whether the cadence of a channel has been seen often enough."""
        return self._cadences[channel].gaps >= GAPS_TO_KNOW

    def _batch(self, channel: Channel) -> Sequence[Input]:
        if channel is Channel.FEED:
            return self._all
        return self._newest.get(KINDS[channel], ())

    def _events(self, channel: Channel) -> list[Input]:
        kind = KINDS.get(channel, Input)
        return [event for event in self._batch(channel) if isinstance(event, kind)]


def _end_of(event: Input) -> int:
    return event.at + MINUTE if type(event) is Bar else event.at


def _name(event: Input) -> str:
    symbol, when = getattr(event, "symbol", "?"), format_instant(event.at)
    number = f" {event.trade_id}" if isinstance(event, Trade) else ""
    return f"{type(event).__name__.lower()}{number} of {symbol} at {when}"
