from tests.strategy.messages import bar, on
from tradeengine.model.instants import MINUTE
from tradeengine.strategy.aggregate import BarAggregator, Candle


def test_five_minutes_make_one_bar_when_the_fifth_arrives() -> None:
    wide = BarAggregator(5)
    start = on("10:00:00")
    closes = [10.0, 11.0, 9.0, 10.5]
    for i, close in enumerate(closes):
        assert wide.update(bar(start + i * MINUTE, close, opening=10.0)) == ()
    last = bar(start + 4 * MINUTE, 10.2, opening=10.0, high=12.0, low=8.0, volume=500.0)
    assert wide.update(last) == (
        Candle(start=start, open=10.0, high=12.0, low=8.0, close=10.2, volume=4500.0),
    )


def test_bars_are_aligned_to_the_clock_and_not_to_the_first_minute() -> None:
    wide = BarAggregator(5)
    assert wide.update(bar(on("10:03:00"), 10.0)) == ()
    (candle,) = wide.update(bar(on("10:04:00"), 11.0))
    assert candle.start == on("10:00:00")
    assert (candle.open, candle.close) == (10.0, 11.0)


def test_a_bar_whose_last_minutes_are_missing_is_complete_when_a_later_one_begins() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:00:00"), 10.0))
    wide.update(bar(on("10:01:00"), 10.5))
    (candle,) = wide.update(bar(on("10:07:00"), 20.0))
    assert (candle.start, candle.close, candle.high) == (on("10:00:00"), 10.5, 10.5)


def test_a_bar_of_one_late_minute_completes_the_one_before_and_itself() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:00:00"), 10.0))
    before, itself = wide.update(bar(on("10:09:00"), 20.0))
    assert (before.start, itself.start) == (on("10:00:00"), on("10:05:00"))
    assert (itself.open, itself.volume) == (20.0, 1000.0)


def test_a_complete_bar_is_not_given_again_when_the_next_one_begins() -> None:
    wide = BarAggregator(5)
    assert len(wide.update(bar(on("10:04:00"), 10.0))) == 1
    assert wide.update(bar(on("10:05:00"), 11.0)) == ()


def test_a_minute_that_was_seen_before_changes_nothing() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:00:00"), 10.0))
    assert wide.update(bar(on("10:00:00"), 99.0)) == ()
    (candle,) = wide.update(bar(on("10:04:00"), 10.0))
    assert candle.high == 10.0


def test_a_minute_that_comes_too_late_changes_nothing() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:02:00"), 10.0))
    wide.update(bar(on("10:01:00"), 99.0))
    (candle,) = wide.update(bar(on("10:04:00"), 10.0))
    assert candle.high == 10.0


def test_a_correction_changes_nothing() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:00:00"), 10.0))
    wide.update(bar(on("10:01:00"), 99.0, revised=True))
    (candle,) = wide.update(bar(on("10:04:00"), 10.0))
    assert candle.high == 10.0


def test_bars_read_back_and_live_bars_are_the_same_to_it() -> None:
    wide = BarAggregator(5)
    wide.update(bar(on("10:00:00"), 10.0, history=True))
    (candle,) = wide.update(bar(on("10:04:00"), 12.0))
    assert (candle.open, candle.close) == (10.0, 12.0)
