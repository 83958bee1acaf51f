from decimal import Decimal

import pytest

from tests.risk.world import (
    ask,
    broker_position,
    denied,
    intent,
    open_gate,
    plan,
    position,
    snapshot,
    symbol_plan,
)
from tradeengine.model.denials import Denial
from tradeengine.model.orders import Side
from tradeengine.model.plan import SessionPlan
from tradeengine.risk.gate import RiskGate


def holding(
    *rows: tuple[str, str],
    session: SessionPlan | None = None,
    limits: dict[str, object] | None = None,
) -> RiskGate:
    gate = open_gate(session, **(limits or {}))
    for symbol, quantity in rows:
        gate.on_position(position(symbol, quantity))
    return gate


@pytest.mark.parametrize(
    ("equity", "buying_power"),
    [(None, Decimal(1)), (Decimal(1), None), (Decimal(0), Decimal(1))],
)
def test_without_knowing_the_account_there_is_no_entry(
    equity: Decimal | None, buying_power: Decimal | None
) -> None:
    gate = open_gate()
    gate.view.equity, gate.view.buying_power = equity, buying_power

    assert ask(gate, intent()) == denied(
        Denial.BUYING_POWER,
        "equity and buying power known",
        f"equity {equity}, buying power {buying_power}",
    )


def test_positions_and_open_entries_count_as_symbols() -> None:
    gate = holding(("BBB", "1"), limits={"max_positions": 2})
    ask(gate, intent("CCC"))

    assert ask(gate, intent()) == denied(Denial.MAX_POSITIONS, "2 symbols", "2 held or due")


def test_buying_power_is_used_once() -> None:
    gate = open_gate()
    gate.on_snapshot(snapshot(buying_power="1000"))
    assert ask(gate, intent(quantity="15")).quantity == 15

    assert ask(gate, intent("BBB", quantity="10")) == denied(
        Denial.BUYING_POWER, "$249.85", "$500.10"
    )


def test_the_size_rule_keeps_to_the_buying_power_by_itself() -> None:
    gate = open_gate()
    gate.on_snapshot(snapshot(buying_power="160"))

    assert ask(gate, intent()).quantity == 3


WIDE: dict[str, object] = {
    "gross_exposure_max_fraction": 4,
    "net_exposure_max_fraction": 4,
    "sector_exposure_max_fraction": 4,
    "portfolio_beta_max": 4,
}


def test_gross_exposure_has_a_limit() -> None:
    wide = WIDE | {"gross_exposure_max_fraction": 1}

    gate = holding(("BBB", "1000"), ("CCC", "-900"), limits=wide)
    assert ask(gate, intent(quantity="100")) == denied(
        Denial.GROSS_EXPOSURE, "$100,000.00", "$100,001.00"
    )
    assert ask(gate, intent(quantity="99")).quantity == 99


def test_net_exposure_has_a_limit_and_shorts_count_against_longs() -> None:
    wide = WIDE | {"net_exposure_max_fraction": "0.1"}

    assert ask(holding(("BBB", "150"), limits=wide), intent(quantity="50")) == denied(
        Denial.NET_EXPOSURE, "$10,000.00", "$10,000.50"
    )
    assert (
        ask(holding(("BBB", "150"), ("CCC", "-10"), limits=wide), intent(quantity="50")).quantity
        == 50
    )


def test_a_sector_has_a_limit_of_its_own() -> None:
    session = plan()
    session.symbols["CCC"] = symbol_plan(sector="glass")
    wide = WIDE | {"sector_exposure_max_fraction": "0.1"}

    gate = holding(("BBB", "150"), ("CCC", "1000"), session=session, limits=wide)
    assert ask(gate, intent(quantity="50")) == denied(
        Denial.SECTOR_EXPOSURE, "$10,000.00 in sector steel", "$10,000.50"
    )
    assert ask(gate, intent(quantity="49")).quantity == 49


def test_the_accounts_beta_has_a_limit() -> None:
    gate = holding(("BBB", "400"), session=plan(beta=2.0))

    assert ask(gate, intent(quantity="100")) == denied(Denial.PORTFOLIO_BETA, "beta 0.3", "0.3000")
    assert ask(gate, intent(quantity="99")).quantity == 99


@pytest.mark.parametrize("symbol", ["AAA", "BBB"])
def test_a_symbol_without_a_beta_has_no_place_in_the_account(symbol: str) -> None:
    session = plan()
    session.symbols[symbol] = symbol_plan(beta=None)

    assert ask(holding(("BBB", "1"), session=session), intent()) == denied(
        Denial.PORTFOLIO_BETA, "beta 0.3", f"no beta for {symbol}"
    )


def test_margin_must_be_left_after_an_entry() -> None:
    gate = holding(("BBB", "5900"), limits=WIDE)
    gate.on_snapshot(snapshot(broker_position("BBB", "5900")))

    assert ask(gate, intent(quantity="100")) == denied(
        Denial.INTRADAY_MARGIN, "excess of 25% of equity", "25.00%"
    )
    assert ask(gate, intent(quantity="99")).quantity == 99


def test_a_short_entry_is_held_against_the_same_limits() -> None:
    wide = WIDE | {"net_exposure_max_fraction": "0.1", "short_symbols": ["AAA"]}
    gate = holding(("BBB", "-150"), limits=wide)
    short = intent(side=Side.SELL, quantity="60", limit_price="50.00")

    assert ask(gate, short) == denied(Denial.NET_EXPOSURE, "$10,000.00", "$10,500.00")
