"""Request budgets count by owner and minute, or by the second."""

from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.venue.server.budget import RequestBudget, SecondBudget


def test_the_last_request_of_a_minute_is_granted_and_the_next_is_not() -> None:
    budget = RequestBudget(2)
    allowances = [budget.spend("engine", 90 * MINUTE) for _ in range(3)]
    assert [allowance.granted for allowance in allowances] == [True, True, False]
    assert [allowance.remaining for allowance in allowances] == [1, 0, 0]


def test_owners_do_not_share_and_a_new_minute_is_fresh() -> None:
    budget = RequestBudget(1)
    assert budget.spend("engine", 0).granted
    assert budget.spend("other", 1).granted
    assert not budget.spend("engine", MINUTE - 1).granted
    assert budget.spend("engine", MINUTE).granted


def test_headers_name_the_second_of_the_next_window() -> None:
    headers = RequestBudget(200).spend("engine", 10 * MINUTE + 1).headers()
    assert headers == {
        "X-Ratelimit-Limit": "200",
        "X-Ratelimit-Remaining": "199",
        "X-Ratelimit-Reset": "660",
    }


def test_a_second_grants_so_many_requests() -> None:
    budget = SecondBudget(2)

    assert [budget.spend(0, 5.0) for _ in range(3)] == [True, True, False]


def test_the_second_ends_with_the_venues_or_the_machines() -> None:
    by_venue, by_machine = SecondBudget(1), SecondBudget(1)

    assert [by_venue.spend(at, 5.0) for at in (0, NANOS - 1, NANOS)] == [True, False, True]
    assert [by_machine.spend(0, at) for at in (5.0, 5.9, 6.0)] == [True, False, True]
