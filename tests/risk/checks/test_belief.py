import pytest

from tests.risk.world import ask, denied, intent, open_gate, plan
from tradeengine.model.denials import Denial
from tradeengine.model.plan import Regime


def test_an_unknown_regime_is_denied_under_every_mapping() -> None:
    for mapping in ("contrarian", "trend", "off"):
        gate = open_gate(plan(Regime.UNKNOWN), regime_mapping=mapping)
        assert ask(gate, intent()) == denied(Denial.REGIME_UNKNOWN, "a known regime", "UNKNOWN")


def test_a_regime_outside_the_entry_set_is_denied() -> None:
    assert ask(open_gate(plan(Regime.LV_BULL)), intent()) == denied(
        Denial.REGIME_FORBIDS, "HV-bear (contrarian)", "LV-bull"
    )


def test_another_mapping_allows_another_regime() -> None:
    assert ask(open_gate(plan(Regime.LV_BULL), regime_mapping="trend"), intent()).quantity == 9


def test_a_symbol_without_a_valuation_is_denied() -> None:
    assert ask(open_gate(plan(p_undervalued=None)), intent()) == denied(
        Denial.FUNDAMENTALS_MISSING, "P(undervalued)", "none"
    )


def test_a_valuation_may_be_seven_days_old() -> None:
    assert ask(open_gate(plan(valued_on="2019-02-06")), intent()).quantity == 9
    assert ask(open_gate(plan(valued_on="2019-02-05")), intent()) == denied(
        Denial.FUNDAMENTALS_STALE, "7 days", "8 days, valued on 2019-02-05"
    )


def test_a_valuation_of_a_later_day_is_none() -> None:
    assert ask(open_gate(plan(valued_on="2019-02-13")), intent()).quantity == 9
    assert ask(open_gate(plan(valued_on="2019-02-14")), intent()) == denied(
        Denial.FUNDAMENTALS_STALE, "7 days", "-1 days, valued on 2019-02-14"
    )


def test_a_valuation_without_a_date_is_stale() -> None:
    assert ask(open_gate(plan(valued_on=None)), intent()) == denied(
        Denial.FUNDAMENTALS_STALE, "7 days", "no date"
    )


def test_a_date_that_is_none_is_a_check_that_failed() -> None:
    assert ask(open_gate(plan(valued_on="soon")), intent()).reason is Denial.CHECK_FAILED


def test_the_symbol_must_be_undervalued_enough() -> None:
    assert ask(open_gate(plan(p_undervalued=0.65)), intent()).quantity == 9
    assert ask(open_gate(plan(p_undervalued=0.6499)), intent()) == denied(
        Denial.NOT_UNDERVALUED, "P(undervalued) 0.65", "0.6499"
    )


@pytest.mark.parametrize("vix", [None, 0.0, float("nan"), float("inf")])
def test_without_a_vix_there_is_no_entry(vix: float | None) -> None:
    assert ask(open_gate(plan(vix=vix)), intent()) == denied(Denial.VIX_MISSING, "VIX", "none")


@pytest.mark.parametrize("atr_percent", [None, 0.0, float("nan")])
def test_without_an_average_range_there_is_no_entry(atr_percent: float | None) -> None:
    assert ask(open_gate(plan(atr_percent=atr_percent)), intent()) == denied(
        Denial.ATR_MISSING, "ATR percent", "none"
    )
