"""Prices and betas of a panel: those that were put in, and none that are not there."""

from dataclasses import replace

import numpy as np
import pytest

from tests.quant.small_market import SECTORS, SYMBOLS, THROUGH, betas, panel_of, rate_on
from tradeengine.bars.panel import Panel
from tradeengine.fundamentals.outlook import MarketFacts
from tradeengine.quant.market_facts import market_facts


def a_panel() -> Panel:
    return panel_of(["SPY", *SYMBOLS], THROUGH, 505)


def facts_of(panel: Panel) -> dict[str, MarketFacts]:
    found = market_facts(panel, rate_on(panel.days), SECTORS.__getitem__)
    return {each.symbol: each for each in found}


def test_betas_are_found_again() -> None:
    found = facts_of(a_panel())

    assert tuple(found) == SYMBOLS
    assert [each.beta for each in found.values()] == pytest.approx(betas(), abs=0.05)
    assert all(0.005 < each.beta_error < 0.05 for each in found.values())
    assert found["S03"].price == pytest.approx(20.0)
    assert found["S03"].sector == "Technology"


def test_what_did_not_trade_on_the_day_has_no_price() -> None:
    panel = a_panel()
    panel.raw_close[-1, 4] = np.nan

    assert "S03" not in facts_of(panel)


def test_too_few_returns_are_no_beta() -> None:
    panel = a_panel()
    panel.total_return[:110, 4] = np.nan

    found = facts_of(panel)
    assert "S03" not in found
    panel.total_return[:104, 4] = 0.0
    assert len(found) == len(SYMBOLS) - 1


def test_missing_days_do_not_matter_to_the_others() -> None:
    whole, holed = facts_of(a_panel()), a_panel()
    holed.total_return[200:260, 4] = np.nan
    found = facts_of(holed)

    assert found["S03"].beta == pytest.approx(whole["S03"].beta, abs=0.02)
    assert found["S05"].beta == pytest.approx(whole["S05"].beta, abs=0.001)


def test_an_outlier_is_bounded() -> None:
    panel = a_panel()
    panel.total_return[300, 4] = 5.0

    assert facts_of(panel)["S03"].beta == pytest.approx(betas()[3], abs=0.1)


def test_few_shares_are_drawn_to_the_prior_of_all() -> None:
    panel = panel_of(["SPY", "S00"], THROUGH, 505)
    wide = replace(panel, total_return=panel.total_return.copy())
    wide.total_return[:, 1] += 0.05 * np.random.default_rng(2).standard_normal(len(panel.days))
    found = facts_of(wide)["S00"]

    # Beta 0.5 known to 0.1 or so, drawn towards 1 known to 0.35.
    assert 0.2 < found.beta < 1.0


def test_the_market_must_be_in_the_panel() -> None:
    panel = panel_of(SYMBOLS, THROUGH, 505)
    with pytest.raises(ValueError, match="not in"):
        market_facts(panel, rate_on(panel.days), SECTORS.__getitem__)
