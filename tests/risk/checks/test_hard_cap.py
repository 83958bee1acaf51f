from decimal import Decimal

import pytest

from tests.risk.world import bar, intent, limits, open_gate, plan
from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.checks.hard_cap import hard_cap
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.gate import RiskGate


def capped(wanted: OrderIntent, gate: RiskGate | None = None) -> Denied | None:
    return hard_cap(wanted, (gate or open_gate()).view, limits())


def test_an_order_within_all_caps_passes() -> None:
    assert capped(intent(quantity="399")) is None


def test_a_fifth_of_equity_is_the_cap() -> None:
    assert capped(intent(quantity="400")) == Denied(
        Denial.MAX_ORDER_NOTIONAL, "hard cap: $20000.00", "$20004.00"
    )


def test_dollars_are_the_cap_of_a_large_account() -> None:
    gate = open_gate()
    gate.view.equity = Decimal(1_000_000)

    assert capped(intent(quantity="500"), gate) == Denied(
        Denial.MAX_ORDER_NOTIONAL, "hard cap: $25000.00", "$25005.00"
    )


def test_a_part_of_the_daily_volume_is_the_cap() -> None:
    assert capped(intent(quantity="11"), open_gate(plan(adv20_shares=1_000))) == Denied(
        Denial.ADV_LIMIT, "hard cap: 1000 shares a day", "11 shares"
    )


@pytest.mark.parametrize("symbol", ["AAA", "ZZZ"], ids=["volume not known", "not in the plan"])
def test_no_volume_is_no_order(symbol: str) -> None:
    assert capped(intent(symbol, quantity="1"), open_gate(plan(adv20_shares=None))) == Denied(
        Denial.ADV_LIMIT, "hard cap: 0 shares a day", "1 shares"
    )


def test_the_highest_price_in_sight_counts() -> None:
    gate = open_gate()
    gate.on_bar(bar(close=60.0))

    assert capped(intent(quantity="334"), gate) == Denied(
        Denial.MAX_ORDER_NOTIONAL, "hard cap: $20000.00", "$20040.00"
    )


def test_without_data_the_limit_price_counts() -> None:
    gate = open_gate()
    gate.view.quotes.clear()
    gate.view.bars.clear()

    assert capped(intent(quantity="400", limit_price="50"), gate) is None
    assert capped(intent(quantity="400", limit_price="50.01"), gate) is not None


@pytest.mark.parametrize(
    ("quantity", "equity"), [(None, Decimal(100_000)), ("1", None)], ids=["shares", "equity"]
)
def test_what_is_not_known_is_denied(quantity: str | None, equity: Decimal | None) -> None:
    gate = open_gate()
    gate.view.equity = equity

    assert capped(intent(quantity=quantity), gate) == Denied(
        Denial.MAX_ORDER_NOTIONAL, "equity and shares known", "not known"
    )


def test_an_order_worth_nothing_is_denied() -> None:
    assert capped(intent(quantity="-1")) == Denied(
        Denial.MAX_ORDER_NOTIONAL, "hard cap: $20000.00", "$-50.01"
    )
