"""Waits between reconnections."""

from tests.broker.fakes import parameters
from tradeengine.broker.backoff import Backoff


def backoff(**changes: object) -> Backoff:
    return Backoff(
        parameters(
            backoff_base_seconds=1.0,
            backoff_cap_seconds=300.0,
            backoff_healthy_seconds=60.0,
            **changes,
        )
    )


def test_every_wait_lies_under_a_ceiling_that_doubles_up_to_the_cap() -> None:
    waits = [backoff(backoff_seed=seed) for seed in range(300)]
    ceilings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    for ceiling in ceilings:
        longest = max(wait.next_wait(0) for wait in waits)
        assert ceiling * 0.9 < longest <= ceiling


def test_equal_seeds_wait_equally() -> None:
    first, second = backoff(backoff_seed=7), backoff(backoff_seed=7)
    assert [first.next_wait(0) for _ in range(5)] == [second.next_wait(0) for _ in range(5)]


def test_only_a_healthy_life_resets_the_ceiling() -> None:
    one = backoff()
    for _ in range(10):
        one.next_wait(59.9)
    assert max(one.next_wait(59.9) for _ in range(50)) > 30
    assert one.next_wait(60.0) <= 1
    assert one.next_wait(0) <= 2
