"""
A week as IEX would have streamed it: the recorded market, thinned to a fortieth of its prints.

Every minute's real volume says how many trades there were; IEX sees so few of them that a
slow name is silent for minutes, and a bar comes only for a minute in which IEX traded.
REST knows of everything a little before the stream brings it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from tradeengine.feed.channels import Channel
from tradeengine.feed.liveness import Liveness
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.suspicion import Probe
from tradeengine.model.events import Bar, FeedMuted, Input, Quote, Trade
from tradeengine.model.instants import MINUTE, NANOS, instant_of
from tradeengine.model.sessions import Session, session_on
from tradeengine.venue.market.archive import shipped_archive
from tradeengine.venue.market.recorded import RecordedDays

SHARES_A_TRADE = 150.0
IEX_SHARE = 0.025
QUOTES_A_TRADE = 2.0
EXTENDED_PRINTS = 40
"""Trades of a brisk name before the open and after the close."""

RECONNECT_SECONDS = 1.0
LOOK_EVERY_SECONDS = 2.0
"""Twice the usual, so that a week is quick; a threshold is met all the same."""


class Told(NamedTuple):
    """What the watchdog said, and how often it looked and asked."""

    messages: list[Input]
    looks: int
    probes: int

    def of(self, kind: type[Input]) -> list[Input]:
        return [message for message in self.messages if type(message) is kind]


def sessions_of(days: Iterable[date]) -> list[Session]:
    found = [session_on(day) for day in days]
    return [session for session in found if session is not None]


def _trade(symbol: str, at: int, number: int, late: int) -> Trade:
    return Trade(at=at, received_at=at + late, symbol=symbol, price=1.0, size=1.0, trade_id=number)


def _quote(symbol: str, at: int, late: int) -> Quote:
    return Quote(
        at=at, received_at=at + late, symbol=symbol, bid=1.0, bid_size=1, ask=1.01, ask_size=1
    )  # fmt: skip


def _bar(symbol: str, minute: int, late: int) -> Bar:
    return Bar(
        at=minute, received_at=minute + MINUTE + late, symbol=symbol, open=1.0, high=1.0,
        low=1.0, close=1.0, volume=1.0, vwap=1.0, trade_count=1,
    )  # fmt: skip


def stream(days: Sequence[date], symbols: Sequence[str], *, quotes: bool, seed: int) -> list[Input]:
    """Give everything that comes in the days, in the order in which it comes."""
    draws = np.random.default_rng(seed)
    market = RecordedDays(shipped_archive(), seed)
    events: list[Input] = []
    for session in sessions_of(days):
        for symbol in dict.fromkeys((*symbols, "SPY")):
            minutes = market.minutes(symbol, session.date)
            if minutes is None:
                continue
            means = minutes.volume / SHARES_A_TRADE * IEX_SHARE
            for start, trades in zip(minutes.start, draws.poisson(means), strict=True):
                if not trades:
                    continue
                events.append(_bar(symbol, int(start), _late(draws)))
                if symbol == "SPY":
                    continue  # Of the canary the engine hears bars only.
                wanted = int(trades * QUOTES_A_TRADE) if quotes else 0
                for moment in draws.integers(0, MINUTE, int(trades)):
                    at = int(start) + int(moment)
                    events.append(_trade(symbol, at, len(events), _late(draws)))
                events.extend(
                    _quote(symbol, int(start) + int(moment), _late(draws))
                    for moment in draws.integers(0, MINUTE, wanted)
                )
        events += _outside_hours(session, symbols[0], draws)
    return sorted(events, key=lambda event: event.received_at)


def _late(draws: np.random.Generator) -> int:
    return int(draws.integers(5_000_000, 80_000_000))


def _outside_hours(session: Session, symbol: str, draws: np.random.Generator) -> Iterator[Trade]:
    hours = 3_600 * NANOS
    for opens, closes in (
        (session.open_at - 5 * hours, session.open_at),
        (session.close_at + NANOS, session.close_at + 3 * hours),
    ):
        for at in draws.integers(opens, closes - NANOS, EXTENDED_PRINTS):
            yield _trade(symbol, int(at), 0, _late(draws))


class Rest:
    """What REST knows at an instant: everything that has happened, on the stream or not."""

    def __init__(self, events: Iterable[Input]) -> None:
        self._times: dict[Channel, list[int]] = {}
        for channel, kind in (
            (Channel.TRADES, Trade), (Channel.QUOTES, Quote), (Channel.BARS, Bar),
        ):  # fmt: skip
            self._times[channel] = sorted(event.at for event in events if type(event) is kind)

    def knows(self, channel: Channel, now: int) -> Probe:
        kind = Channel.TRADES if channel is Channel.FEED else channel
        until = now - MINUTE if kind is Channel.BARS else now
        times = self._times[kind]
        place = bisect_right(times, until)
        return Probe(True, times[place - 1] if place else 0, f"REST knows of {kind}")


def watched(events: Sequence[Input], days: Sequence[date], lost: tuple[int, int] = (0, 0)) -> Told:
    """
    Let the watchdog live through the days; the stream loses what falls between `lost`.

    A mute connection is made anew a second after the verdict, as the consumer does.
    """
    sessions = sessions_of(days)
    parameters = FeedParameters(check_interval_seconds=LOOK_EVERY_SECONDS)
    live = Liveness(parameters, MarketTime((s.open_at, s.close_at) for s in sessions))
    rest, told, looks, probes = Rest(events), [], 0, 0
    begin = instant_of(days[0], time(4))
    end = instant_of(days[-1], time(23))
    came = [event for event in events if not lost[0] <= event.received_at < lost[1]]
    marks = [(begin, None), *((event.received_at, event) for event in came), (end, None)]
    live.connected(begin)
    look_at, connect_at = begin + NANOS, 0
    for (_, event), (following, _) in pairwise(marks):
        if event is not None and not connect_at:
            live.heard([event], event.received_at)
        while look_at < following:
            now, looks = look_at, looks + 1
            if connect_at and now >= connect_at:
                live.connected(now)
                connect_at = 0
            findings = live.check(now)
            told += findings.messages
            for channel in findings.doubted:
                probes += 1
                live.probed(channel, rest.knows(channel, now), now)
            if (verdict := live.verdict(now)) is not None:
                told.append(verdict)
                live.lost()
                connect_at = now + int(RECONNECT_SECONDS * NANOS)
            look_at = now + _pause(live, now, following, sessions)
    return Told(told, looks, probes)


def _pause(live: Liveness, now: int, following: int, sessions: Sequence[Session]) -> int:
    """As the consumer; outside the sessions more rarely, so that the test is quick."""
    if any(s.open_at - MINUTE <= now <= s.close_at + MINUTE for s in sessions):
        return int(live.next_look_seconds(now) * NANOS) + 1
    return min(10 * MINUTE, max(NANOS, following - now - NANOS)) if following > now else NANOS


__all__ = ["FeedMuted", "Told", "sessions_of", "stream", "watched"]
