"""So many an hour; the same again is counted."""

from tests.alerts.fakes import T0, alert, seconds
from tradeengine.alerts.alert import Alert
from tradeengine.alerts.rate_limit import HOUR, RateLimit
from tradeengine.alerts.repeats import Repeats


def test_an_hour_takes_so_many_and_criticals_always() -> None:
    limit = RateLimit(2)

    assert [limit.admit(T0 + i, is_critical=False) for i in range(3)] == [True, True, False]
    assert limit.admit(T0 + 3, is_critical=True)
    assert not limit.admit(T0 + HOUR, is_critical=False)
    assert limit.admit(T0 + HOUR + 1, is_critical=False)


def test_no_limit_is_none() -> None:
    limit = RateLimit(None)

    assert all(limit.admit(T0, is_critical=False) for _ in range(100))


def test_what_an_earlier_run_sent_counts() -> None:
    limit = RateLimit(2)
    limit.remember([T0 - 1, T0 - 2])

    assert not limit.admit(T0, is_critical=False)


def again(after_seconds: float, text: str = "it broke") -> Alert:
    return alert(text, at=T0 + seconds(after_seconds))


def test_the_same_again_is_counted_and_told_at_the_end_of_the_window() -> None:
    repeats = Repeats(60, 10)

    assert [repeats.is_new(again(s)) for s in (0, 1, 2)] == [True, False, False]
    assert repeats.next_end() == T0 + seconds(60)
    told = repeats.ended(T0 + seconds(60))
    assert [(one.text, one.times, one.at) for one in told] == [("it broke", 3, T0 + seconds(60))]


def test_a_fault_that_goes_on_is_told_once_a_window() -> None:
    repeats = Repeats(60, 10)
    told = []
    for second in range(180):
        told += [(second, one.times) for one in repeats.ended(T0 + seconds(second))]
        if repeats.is_new(again(second)):
            told.append((second, 1))

    assert told == [(0, 1), (60, 60), (120, 60)]


def test_a_window_without_repeats_ends_in_silence() -> None:
    repeats = Repeats(60, 10)
    repeats.is_new(again(0))

    assert repeats.ended(T0 + seconds(60)) == []
    assert repeats.next_end() is None
    assert repeats.is_new(again(61))


def test_another_text_is_another_alert() -> None:
    repeats = Repeats(60, 10)

    assert repeats.is_new(again(0, "a"))
    assert repeats.is_new(again(0, "b"))


def test_too_many_different_ones_are_not_remembered_but_their_counts_are_told() -> None:
    repeats = Repeats(60, 1)
    repeats.is_new(again(0, "a"))
    repeats.is_new(again(1, "a"))
    assert repeats.overflow(T0) == []
    repeats.is_new(again(2, "b"))

    assert [(one.text, one.times) for one in repeats.overflow(T0)] == [("a", 2)]
    assert repeats.untold(T0) == []
