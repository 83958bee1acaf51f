"""The request budget on a clock that we move."""

import pytest

from tests.broker.fakes import START, parameters, simulated_clock
from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.requests import Lane
from tradeengine.clock import SimulatedClock
from tradeengine.model.instants import NANOS

START_SECONDS = START // NANOS


@pytest.fixture
def clock() -> SimulatedClock:
    return simulated_clock()


def budget(clock: SimulatedClock, limit: int = 200, reserved: int = 40) -> RequestBudget:
    return RequestBudget(
        parameters(
            requests_per_minute=limit,
            reserved_requests=reserved,
            too_many_requests_pause_seconds=5.0,
        ),
        clock,
    )


def test_entries_leave_the_reserved_part(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    assert [tokens.take(Lane.ENTRY) for _ in range(160)] == [0.0] * 160
    assert tokens.take(Lane.ENTRY) > 0
    assert tokens.left(Lane.ENTRY) == 0


@pytest.mark.parametrize("lane", [Lane.CANCEL, Lane.CLOSE_OR_LOOK])
def test_cancels_and_looks_pass_when_entries_have_nothing_left(
    clock: SimulatedClock, lane: Lane
) -> None:
    tokens = budget(clock)
    while tokens.take(Lane.ENTRY) == 0:
        pass
    assert [tokens.take(lane) for _ in range(40)] == [0.0] * 40
    assert tokens.take(lane) == pytest.approx(0.3)


def test_the_bucket_refills_evenly_and_never_over_its_limit(clock: SimulatedClock) -> None:
    tokens = budget(clock, limit=60, reserved=0)
    for _ in range(60):
        tokens.take(Lane.CANCEL)
    clock.advance_to(START + 10 * NANOS)
    assert tokens.left(Lane.CANCEL) == pytest.approx(10)
    clock.advance_to(START + 1000 * NANOS)
    assert tokens.left(Lane.CANCEL) == 60


def test_the_headers_limit_and_remaining_are_believed(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(200, {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "50"})
    assert tokens.limit == 1000
    assert tokens.left(Lane.CANCEL) == 50
    assert tokens.left(Lane.ENTRY) == 10


def test_a_header_that_says_more_gives_nothing(clock: SimulatedClock) -> None:
    tokens = budget(clock, limit=60, reserved=0)
    for _ in range(50):
        tokens.take(Lane.CANCEL)
    tokens.note(200, {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59"})
    assert tokens.left(Lane.CANCEL) == pytest.approx(10)


def test_answers_without_headers_or_with_odd_ones_change_nothing(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(200, {})
    tokens.note(200, {"x-ratelimit-limit": "many", "x-ratelimit-remaining": "-1"})
    assert tokens.left(Lane.CANCEL) == 200


def test_a_429_without_headers_closes_entries_for_a_pause_and_leaves_the_reserve(
    clock: SimulatedClock,
) -> None:
    tokens = budget(clock)
    tokens.note(429, {})
    assert tokens.take(Lane.CANCEL) == 0
    assert tokens.take(Lane.ENTRY) == pytest.approx(5.0)
    clock.advance_to(START + 5 * NANOS)
    assert tokens.take(Lane.ENTRY) == 0


def test_a_429_with_a_reset_closes_entries_until_then(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(START_SECONDS + 20)})
    assert tokens.take(Lane.ENTRY) == pytest.approx(20.0)
    assert tokens.take(Lane.CANCEL) == pytest.approx(0.3)
    assert tokens.left(Lane.ENTRY) == 0


def test_nothing_remaining_closes_entries_before_the_429_comes(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(START_SECONDS + 9)})
    assert tokens.take(Lane.ENTRY) == pytest.approx(12.3)


def test_a_clock_far_from_the_brokers_waits_one_window_at_most(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(429, {"x-ratelimit-reset": str(START_SECONDS + 86_400)})
    assert tokens.take(Lane.ENTRY) == pytest.approx(60.0)


def test_a_small_limit_keeps_at_most_half_in_reserve(clock: SimulatedClock) -> None:
    tokens = budget(clock)
    tokens.note(200, {"x-ratelimit-limit": "10"})
    assert tokens.reserved == 5


@pytest.mark.parametrize("name", ["limit", "remaining", "reset"])
def test_a_number_too_long_to_be_one_is_not_believed(clock: SimulatedClock, name: str) -> None:
    tokens = budget(clock)
    tokens.note(200, {f"x-ratelimit-{name}": "9" * 5000})
    assert tokens.limit == 200
    assert tokens.take(Lane.ENTRY) == 0
