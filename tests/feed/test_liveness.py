"""Mute, quiet or merely night: the watchdog's judgements."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, time
from itertools import pairwise

import pytest

from tradeengine.feed.liveness import Liveness, Mood, Probe
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.model.events import Bar, FeedMuted, FeedStable, Input, Trade
from tradeengine.model.instants import MINUTE, NANOS, instant_of

# The week of Thanksgiving 2026: closed on Thursday, a half day on Friday.
DAYS = {23: "16:00", 24: "16:00", 25: "16:00", 27: "13:00"}


def at(day: int, wall: str) -> int:
    return instant_of(date(2026, 11, day), time.fromisoformat(wall))


SESSIONS = [(at(day, "09:30"), at(day, close)) for day, close in DAYS.items()]
TEN = at(23, "10:00")


def second(number: float) -> int:
    return TEN + int(number * NANOS)


def trade(symbol: str, instant: int) -> Trade:
    return Trade(at=instant, received_at=instant, symbol=symbol, price=1, size=1, trade_id=1)


def bar(symbol: str, instant: int) -> Bar:
    """A bar that arrives at an instant, just after its minute."""
    start = instant // MINUTE * MINUTE - MINUTE
    return Bar(
        at=start,
        received_at=instant,
        symbol=symbol,
        open=1,
        high=1,
        low=1,
        close=1,
        volume=1,
        vwap=1,
        trade_count=1,
    )


def probe(newest_at: int, canary_at: int = 0, *, answered: bool = True) -> Probe:
    return Probe(answered, newest_at, canary_at, "REST said so")


def watchdog() -> Liveness:
    return Liveness(FeedParameters(), MarketTime(SESSIONS))


def flowing() -> Liveness:
    """A feed that has brought a trade a second up to ten o'clock."""
    live = watchdog()
    live.connected(second(-60))
    for number in range(-59, 1):
        live.heard([trade("AAPL", second(number))], second(number))
        assert live.check(second(number)) == ([], False)
    return live


def mood(live: Liveness) -> Mood:
    return live.mood


# Mute.


def test_a_feed_silent_for_a_minute_is_suspected_and_rest_is_asked() -> None:
    live = flowing()
    assert live.check(second(59)) == ([], False)
    assert live.check(second(60)) == ([], True)


def test_a_mute_of_61_seconds_at_ten_trips_when_rest_knows_more() -> None:
    live = flowing()
    assert live.check(second(60)).probe
    assert live.probed(probe(second(58)), second(60.1)) == FeedMuted(
        at=second(60.1),
        received_at=second(60.1),
        silent_seconds=60.1,
        last_event_at=TEN,
        probe="REST said so",
    )
    assert mood(live) is Mood.MUTE
    assert live.check(second(70)) == ([], False)


@pytest.mark.parametrize("newest", [second(-5), TEN, second(2)])
def test_a_market_that_is_silent_too_is_not_mute(newest: int) -> None:
    live = flowing()
    assert live.check(second(60)).probe
    assert live.probed(probe(newest), second(60)) is None
    assert mood(live) is Mood.FLOWING


def test_rest_is_asked_again_a_little_later() -> None:
    live = flowing()
    assert live.check(second(60)).probe
    assert live.probed(probe(TEN), second(60)) is None
    assert [number for number in range(61, 72) if live.check(second(number)).probe] == [
        *range(65, 72)
    ]
    verdict = live.probed(probe(second(50)), second(65))
    assert verdict is not None
    assert verdict.silent_seconds == 65


def test_no_answer_from_rest_speaks_against_the_feed() -> None:
    live = flowing()
    assert live.check(second(60)).probe
    verdict = live.probed(probe(0, answered=False), second(60))
    assert verdict is not None


def test_data_that_comes_while_rest_is_asked_acquits_the_feed() -> None:
    live = flowing()
    assert live.check(second(60)).probe
    live.heard([trade("AAPL", second(60))], second(60))
    assert live.probed(probe(second(59)), second(60.5)) is None


def test_a_bar_speaks_for_its_whole_minute() -> None:
    live = flowing()
    live.heard([bar("AAPL", second(1))], second(1))
    assert live.check(second(61)).probe
    assert live.probed(probe(second(-1)), second(61)) is None


def test_bars_of_the_canary_alone_keep_a_quiet_universe_alive() -> None:
    live = watchdog()
    live.connected(TEN)
    for minute in range(1, 60):
        live.heard([bar("SPY", second(60 * minute + 0.5))], second(60 * minute + 0.5))
        for number in range(1, 61):
            now = second(60 * minute + number)
            if live.check(now).probe:
                assert live.probed(probe(second(-5), canary_at=now), now) is None


def test_bars_of_the_canary_that_stay_away_prove_a_mute() -> None:
    live = flowing()
    live.heard([bar("SPY", second(0.5))], second(0.5))
    assert live.probed(probe(second(-5), canary_at=second(119)), second(119)) is None
    verdict = live.probed(probe(second(-5), canary_at=second(121)), second(121))
    assert verdict is not None
    assert verdict.silent_seconds == 120.5


def test_a_slow_feed_gets_more_time_but_not_for_ever() -> None:
    live = watchdog()
    live.connected(TEN)
    for number in range(0, 900, 90):
        live.heard([bar("SPY", second(number))], second(number))
        live.check(second(number))
    assert not live.check(second(810 + 130)).probe
    assert live.check(second(810 + 136)).probe


def test_nothing_is_judged_without_a_connection() -> None:
    live = watchdog()
    assert mood(live) is Mood.DOWN
    assert live.check(second(600)) == ([], False)


def test_silence_counts_from_the_subscription() -> None:
    live = watchdog()
    live.connected(TEN)
    assert not live.check(second(59)).probe
    assert live.check(second(60)).probe


def test_a_feed_that_never_speaks_at_the_open_is_caught_a_minute_after_it() -> None:
    live = watchdog()
    live.connected(at(23, "08:00"))
    opened = SESSIONS[0][0]
    assert not live.check(opened + 59 * NANOS).probe
    assert live.check(opened + 60 * NANOS).probe


# Recovery.


def recovered_after(live: Liveness, start: float, silent: Iterable[int] = ()) -> list[Input]:
    gaps = set(silent)
    found: list[Input] = []
    for number in range(1, 120):
        if number not in gaps:
            live.heard([trade("AAPL", second(start + number))], second(start + number))
        found.extend(live.check(second(start + number)).messages)
        if found:
            break
    return found


def test_six_intervals_with_data_make_the_feed_stable_again() -> None:
    live = flowing()
    live.lost()
    live.connected(second(100))
    assert mood(live) is Mood.RECOVERING
    assert recovered_after(live, 100) == [
        FeedStable(
            at=second(130),
            received_at=second(130),
            evidence="6 intervals of 5 s of market time in a row brought data",
        )
    ]
    assert mood(live) is Mood.FLOWING


def test_an_interval_without_data_starts_the_count_over() -> None:
    live = flowing()
    live.lost()
    live.connected(second(100))
    [stable] = recovered_after(live, 100, range(11, 17))
    assert stable.at == second(145)


def test_the_first_connection_needs_no_recovery() -> None:
    live = watchdog()
    live.connected(TEN)
    assert mood(live) is Mood.FLOWING
    assert recovered_after(live, 0) == []


def test_no_feed_becomes_stable_at_night() -> None:
    live = flowing()
    live.lost()
    night = at(24, "03:00")
    live.connected(night)
    for number in range(600):
        live.heard([trade("AAPL", night)], night + number * NANOS)
        assert live.check(night + number * NANOS) == ([], False)


# A real week.


def week_of_messages(source: random.Random) -> Iterator[tuple[int, list[Input]]]:
    """
    Yield what a stream brings from Monday to Saturday, in order.

    Brisk names, slow names that trade every ten minutes, the canary's bars, and
    a few prints before and after hours. Lunch is three times slower.
    """
    events: list[tuple[int, Input]] = []
    rates = {"BRISK1": 2.0, "BRISK2": 5.0, "MEDIUM": 25.0, "SLOW1": 300.0, "SLOW2": 600.0}
    for opened, closed in SESSIONS:
        for symbol, mean in rates.items():
            now = float(opened)
            while now < closed:
                noon = abs(now - (opened + closed) / 2) < (closed - opened) / 4
                now += source.expovariate(1 / (mean * (3 if noon else 1))) * NANOS
                events.append((int(now), trade(symbol, int(now))))
        minutes = range(opened + MINUTE, closed + MINUTE, MINUTE)
        events += [(minute + NANOS // 2, bar("SPY", minute + NANOS // 2)) for minute in minutes]
        edges = [opened - 3_600 * NANOS, closed + 3_600 * NANOS]
        events += [(edge, trade("SLOW1", edge)) for edge in edges]
    for instant, event in sorted(events, key=lambda pair: pair[0]):
        yield instant, [event]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_week_with_a_half_day_nights_and_quiet_names_trips_nothing(seed: int) -> None:
    live = watchdog()
    live.connected(at(23, "04:00"))
    messages = [*week_of_messages(random.Random(seed)), (at(28, "12:00"), [])]
    found: list[Input] = []
    latest = {"at": 0, "canary": 0}
    for (instant, events), (following, _) in pairwise(messages):
        live.heard(events, instant)
        latest["at"] = max(latest["at"], instant)
        # Nights are looked at more rarely, so that the test is quick.
        step = 3 * NANOS if following - instant < 3_600 * NANOS else 10 * MINUTE
        for now in range(instant + step, following, step):
            findings = live.check(now)
            found += findings.messages
            if findings.probe and (verdict := live.probed(probe(latest["at"], now), now)):
                found.append(verdict)
    assert found == []
    assert mood(live) is Mood.FLOWING
