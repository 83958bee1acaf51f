import pytest

from tests.risk.world import ask, denied, intent, limits, open_gate, plan
from tradeengine.model.denials import Denial
from tradeengine.model.orders import TimeInForce
from tradeengine.risk.checks.size import volume_can_take_it


@pytest.mark.parametrize("adv20_shares", [None, 0])
def test_without_an_average_volume_there_is_no_entry(adv20_shares: int | None) -> None:
    assert ask(open_gate(plan(adv20_shares=adv20_shares)), intent()) == denied(
        Denial.ADV_LIMIT, "1 % of the average volume", "not known"
    )


@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_an_order_for_nothing_is_denied(quantity: str) -> None:
    assert ask(open_gate(), intent(quantity=quantity)) == denied(
        Denial.SIZE_ZERO, "more than nothing", f"{quantity} shares"
    )


def test_fractions_are_denied_unless_allowed() -> None:
    assert ask(open_gate(), intent(quantity="1.5")) == denied(
        Denial.FRACTIONAL_RULE, "whole shares", "1.5 shares, day"
    )
    assert str(ask(open_gate(fractions_allowed=True), intent(quantity="1.5")).quantity) == "1.5"


def test_fractions_are_for_day_orders() -> None:
    good_till_cancelled = intent(quantity="1.5", time_in_force=TimeInForce.GTC)

    assert ask(open_gate(fractions_allowed=True), good_till_cancelled) == denied(
        Denial.FRACTIONAL_RULE, "fractions in day orders only", "1.5 shares, gtc"
    )


def test_an_order_has_no_more_shares_than_the_limit() -> None:
    gate = open_gate(max_order_shares=20)

    assert ask(gate, intent(quantity="21")) == denied(
        Denial.MAX_ORDER_QUANTITY, "20 shares", "21 shares"
    )
    assert ask(gate, intent(quantity="20")).quantity == 20


def test_an_order_is_worth_no_more_than_a_fifth_of_equity() -> None:
    assert ask(open_gate(), intent(quantity="400")) == denied(
        Denial.MAX_ORDER_NOTIONAL, "$20,000.00", "$20,004.00"
    )
    assert ask(open_gate(), intent(quantity="399")).quantity == 399


def test_an_order_is_worth_no_more_than_the_limit_in_dollars() -> None:
    gate = open_gate(max_order_notional_dollars=1000)

    assert ask(gate, intent(quantity="20")) == denied(
        Denial.MAX_ORDER_NOTIONAL, "$1,000.00", "$1,000.20"
    )


def test_an_order_takes_no_more_than_one_percent_of_the_daily_volume() -> None:
    gate = open_gate(plan(adv20_shares=1_000))

    assert ask(gate, intent(quantity="11")) == denied(
        Denial.ADV_LIMIT, "1 % of 1000 shares a day = 10 shares", "11 shares"
    )
    assert ask(gate, intent(quantity="10")).quantity == 10


def test_the_size_rule_keeps_to_the_daily_volume_by_itself() -> None:
    assert ask(open_gate(plan(adv20_shares=700)), intent()).quantity == 7


def test_a_symbol_without_a_plan_has_no_volume_to_take() -> None:
    answer = volume_can_take_it(intent("ZZZ", quantity="1"), open_gate().view, limits())

    assert answer is not None
    assert answer.reason is Denial.ADV_LIMIT
