"""Mute, quiet or merely night: the watchdog's judgements."""

from collections.abc import Iterable
from datetime import date, time

import pytest

from tradeengine.feed.channels import Channel
from tradeengine.feed.liveness import Liveness, Mood
from tradeengine.feed.market_time import MarketTime
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.suspicion import Probe
from tradeengine.model.events import Bar, FeedMuted, FeedStable, Input, Quote, Trade
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


def quote(symbol: str, instant: int) -> Quote:
    return Quote(
        at=instant, received_at=instant, symbol=symbol, bid=1, bid_size=1, ask=2, ask_size=1
    )


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


def knows(newest_at: int) -> Probe:
    return Probe(True, newest_at, "REST said so")


NO_ANSWER = Probe(False, 0, "REST was silent too")


def watchdog(**changes: object) -> Liveness:
    return Liveness(FeedParameters.model_validate(changes), MarketTime(SESSIONS))


def hear(live: Liveness, event: Input) -> None:
    live.heard([event], event.received_at)


def flowing(**changes: object) -> Liveness:
    """A feed that has brought a trade a second up to ten o'clock, and a bar."""
    live = watchdog(**changes)
    live.connected(second(-60))
    for number in range(-59, 1):
        if number == 0:
            hear(live, bar("SPY", TEN))
        hear(live, trade("AAPL", second(number)))
        assert live.check(second(number)) == ([], [])
    return live


def mood(live: Liveness) -> Mood:
    return live.mood


def doubted(live: Liveness, now: int) -> list[str]:
    return [channel.value for channel in live.check(now).doubted]


# Mute.


def test_rest_is_asked_shortly_before_a_silence_is_too_long() -> None:
    live = flowing()
    assert doubted(live, second(57.9)) == []
    assert doubted(live, second(58)) == ["feed"]


def test_a_mute_at_ten_trips_at_the_threshold_when_rest_knows_more() -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(second(57.8)), second(58))
    assert live.verdict(second(59.9)) is None
    assert live.verdict(second(60)) == FeedMuted(
        at=second(60),
        received_at=second(60),
        silent_seconds=60,
        last_event_at=TEN,
        probe="REST said so",
        channel="feed",
        last_event="trade 1 of AAPL at 2026-11-23T15:00:00Z",
    )
    assert mood(live) is Mood.MUTE
    assert live.check(second(70)) == ([], [])
    assert live.verdict(second(70)) is None


def test_the_next_look_comes_when_a_silence_reaches_its_threshold() -> None:
    live = flowing()
    assert live.next_look_seconds(second(30)) == 1
    assert live.next_look_seconds(second(57.75)) == pytest.approx(0.251)
    live.probed(Channel.FEED, knows(second(57.8)), second(58))
    assert live.next_look_seconds(second(59.5)) == pytest.approx(0.301)
    assert live.next_look_seconds(second(59.801)) == pytest.approx(0.2)
    live.lost()
    assert live.next_look_seconds(second(59.75)) == 1


@pytest.mark.parametrize("newest", [0, second(-5), TEN, second(2)])
def test_a_market_that_is_silent_too_is_not_mute(newest: int) -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(newest), second(58))
    assert live.verdict(second(65)) is None
    assert mood(live) is Mood.FLOWING


def test_what_rest_has_only_just_heard_may_still_be_on_its_way() -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(second(62.75)), second(63))
    assert live.verdict(second(63)) is None
    hear(live, trade("AAPL", second(63.01)))
    assert live.verdict(second(125)) is None


def test_what_has_not_come_two_seconds_later_is_lost() -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(second(62.75)), second(63))
    assert live.verdict(second(64.7)) is None
    assert live.verdict(second(64.75)) is not None


def test_rest_is_asked_again_a_little_later() -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(TEN), second(58))
    assert [number for number in range(58, 70) if doubted(live, second(number))] == [*range(63, 70)]
    live.probed(Channel.FEED, knows(second(50)), second(63))
    verdict = live.verdict(second(63))
    assert verdict is not None
    assert verdict.silent_seconds == 63


def test_no_answer_from_rest_speaks_against_the_feed() -> None:
    live = flowing()
    live.probed(Channel.FEED, NO_ANSWER, second(58))
    assert live.verdict(second(59)) is None
    assert live.verdict(second(60)) is not None


def test_data_that_comes_while_rest_is_asked_acquits_the_feed() -> None:
    live = flowing()
    live.probed(Channel.FEED, knows(second(57)), second(58))
    hear(live, trade("AAPL", second(59)))
    assert live.verdict(second(60.5)) is None
    assert live.verdict(second(150)) is None


def test_a_bar_speaks_for_its_whole_minute() -> None:
    live = flowing()
    hear(live, bar("AAPL", second(1)))
    live.probed(Channel.FEED, knows(second(-1)), second(59))
    assert live.verdict(second(65)) is None


def test_a_slow_feed_gets_more_time_but_not_for_ever() -> None:
    live = watchdog()
    live.connected(TEN)
    for number in range(0, 900, 90):
        hear(live, bar("SPY", second(number)))
        live.check(second(number))
    assert doubted(live, second(810 + 132)) == []
    assert doubted(live, second(810 + 133)) == ["feed"]


def test_nothing_is_judged_without_a_connection() -> None:
    live = watchdog()
    assert mood(live) is Mood.DOWN
    assert live.check(second(600)) == ([], [])


def test_silence_counts_from_the_subscription() -> None:
    live = watchdog()
    live.connected(TEN)
    assert doubted(live, second(57)) == []
    assert doubted(live, second(58)) == ["feed"]
    live.probed(Channel.FEED, knows(second(57)), second(58))
    verdict = live.verdict(second(60))
    assert verdict is not None
    assert verdict.last_event == "nothing since the subscription"


def test_a_feed_that_never_speaks_at_the_open_is_caught_a_minute_after_it() -> None:
    live = watchdog()
    live.connected(at(23, "08:00"))
    opened = SESSIONS[0][0]
    assert doubted(live, opened + 57 * NANOS) == []
    live.probed(Channel.FEED, knows(opened + 57 * NANOS), opened + 58 * NANOS)
    assert live.verdict(opened + 60 * NANOS) is not None


# One channel mute while the others speak.


def lively(until: int, without: Channel | None = None) -> Liveness:
    """A feed with a quote and a trade a second, and a bar a minute; one channel ends at ten."""
    live = watchdog()
    live.connected(second(-600))
    for number in range(-599, until):
        now = second(number)
        live.check(now)
        ends = number > 0
        if not (ends and without is Channel.QUOTES):
            hear(live, quote("AAPL", now))
        if not (ends and without is Channel.TRADES):
            hear(live, trade("AAPL", now))
        if number % 60 == 0 and not (ends and without is Channel.BARS):
            hear(live, bar("SPY", now))
    return live


@pytest.mark.parametrize(
    ("channel", "asked", "tripped", "last"),
    [
        (Channel.QUOTES, 58, 60, "quote of AAPL at 2026-11-23T15:00:00Z"),
        (Channel.TRADES, 58, 60, "trade 1 of AAPL at 2026-11-23T15:00:00Z"),
        (Channel.BARS, 118, 120, "bar of SPY at 2026-11-23T14:59:00Z"),
    ],
)
def test_one_channel_that_is_mute_is_found_among_others_that_speak(
    channel: Channel, asked: int, tripped: int, last: str
) -> None:
    live = lively(asked, without=channel)
    assert doubted(live, second(asked)) == [channel.value]
    live.probed(
        channel, knows(second(asked - 60 if channel is Channel.BARS else 50)), second(asked)
    )
    assert live.verdict(second(tripped - 0.1)) is None
    verdict = live.verdict(second(tripped))
    assert verdict is not None
    assert (verdict.channel, verdict.last_event) == (channel.value, last)


def test_a_channel_whose_silence_rest_confirms_is_not_mute() -> None:
    live = lively(70, without=Channel.TRADES)
    live.probed(Channel.TRADES, knows(TEN), second(70))
    assert live.verdict(second(75)) is None


def test_a_rest_that_does_not_answer_says_nothing_against_one_channel() -> None:
    live = lively(70, without=Channel.TRADES)
    live.probed(Channel.TRADES, NO_ANSWER, second(70))
    assert live.verdict(second(75)) is None


def test_a_bar_whose_minute_has_just_ended_may_be_on_its_way() -> None:
    live = watchdog()
    live.connected(TEN)
    live.probed(Channel.BARS, knows(second(120)), second(181))
    assert live.verdict(second(181.9)) is None
    assert live.verdict(second(182)) is not None


def test_a_channel_that_has_not_been_known_to_speak_is_not_judged() -> None:
    live = watchdog()
    live.connected(TEN)
    for number in range(1, 80):
        hear(live, quote("AAPL", second(number)))
        assert live.check(second(number)).doubted == []


def test_bars_of_the_canary_alone_keep_a_quiet_universe_alive() -> None:
    live = watchdog()
    live.connected(TEN)
    for minute in range(1, 60):
        came = second(60 * minute + 0.5)
        hear(live, bar("SPY", came))
        for number in range(1, 61):
            now = second(60 * minute + number)
            for channel in live.check(now).doubted:
                newest = second(60 * minute) if channel is Channel.BARS else second(-5)
                live.probed(channel, knows(newest), now)
            assert live.verdict(now) is None


# Recovery.


def recovered_after(live: Liveness, start: float, silent: Iterable[int] = ()) -> list[Input]:
    gaps = set(silent)
    found: list[Input] = []
    for number in range(1, 120):
        if number not in gaps:
            hear(live, trade("AAPL", second(start + number)))
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
            evidence="6 intervals of 5 s of market time in a row brought data,"
            " 10:01:40 to 10:02:10 New York",
        )
    ]
    assert mood(live) is Mood.FLOWING


def test_an_interval_without_data_starts_the_count_over() -> None:
    live = flowing()
    live.lost()
    live.connected(second(100))
    [stable] = recovered_after(live, 100, range(11, 17))
    assert stable.at == second(145)


def test_the_channel_that_was_mute_must_have_come_again() -> None:
    live = lively(118, without=Channel.BARS)
    live.probed(Channel.BARS, knows(second(0)), second(118))
    assert live.verdict(second(120)) is not None
    live.lost()
    live.connected(second(121))
    assert recovered_after(live, 121) == []
    hear(live, bar("SPY", second(300)))
    [stable] = live.check(second(300)).messages
    assert isinstance(stable, FeedStable)
    assert stable.evidence.endswith("10:02:01 to 10:05:00 New York; bars came again")


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
        assert live.check(night + number * NANOS) == ([], [])
