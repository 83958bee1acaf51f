"""The request budget counts by owner and minute."""

from tradeengine.model.instants import MINUTE
from tradeengine.venue.server.budget import RequestBudget


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
