"""Full jitter with a cap, reset only by health."""

import random

import pytest

from tradeengine.feed.backoff import Backoff, Random


def backoff(source: Random) -> Backoff:
    return Backoff(source, first_seconds=1, cap_seconds=300, healthy_seconds=60)


def test_the_edge_doubles_up_to_the_cap() -> None:
    waits = backoff(lambda: 1.0)
    assert [waits.next_wait() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_long_outage_does_not_overflow() -> None:
    waits = backoff(lambda: 1.0)
    assert [waits.next_wait() for _ in range(5_000)][-1] == 300


def test_waits_spread_evenly_between_zero_and_the_edge() -> None:
    source = random.Random(7)
    waits = backoff(source.random)
    waits.failures = 20
    drawn = sorted(waits.next_wait() for _ in range(10_000))
    assert 0 <= drawn[0] < 1
    assert 299 < drawn[-1] <= 300
    assert drawn[2_500] == pytest.approx(75, abs=6)
    assert drawn[5_000] == pytest.approx(150, abs=6)
    assert drawn[7_500] == pytest.approx(225, abs=6)


def test_the_same_source_gives_the_same_waits() -> None:
    first, second = (backoff(random.Random(3).random) for _ in range(2))
    assert [first.next_wait() for _ in range(9)] == [second.next_wait() for _ in range(9)]


def test_only_a_healthy_period_starts_it_over() -> None:
    waits = backoff(lambda: 1.0)
    assert [waits.next_wait(), waits.next_wait()] == [1, 2]
    waits.ended(59.9)
    assert waits.next_wait() == 4
    waits.ended(60)
    assert waits.next_wait() == 1
