import pytest
from pydantic import ValidationError

from tests.risk.world import limits
from tradeengine.model.parameters import meaning_of
from tradeengine.model.plan import Regime
from tradeengine.risk.parameters import RegimeMapping, RiskLimits


def test_the_defaults_are_those_of_the_strategy() -> None:
    defaults = RiskLimits()

    assert str(defaults.drawdown_max_fraction) == "0.03"
    assert str(defaults.spread_max_bps) == "5"
    assert str(defaults.adv_percent) == "1"
    assert defaults.cooldown_seconds == 3600
    assert str(defaults.kelly_fraction) == "0.25"
    assert str(defaults.position_cap_fraction) == "0.20"
    assert (defaults.vix_low, defaults.vix_high) == (20, 40)
    assert (defaults.atr_low_percent, defaults.atr_high_percent) == (1.5, 4)
    assert defaults.p_undervalued_min == 0.65
    assert str(defaults.portfolio_beta_max) == "0.3"


@pytest.mark.parametrize(
    ("mapping", "allowed"),
    [
        (RegimeMapping.CONTRARIAN, {Regime.HV_BEAR}),
        (RegimeMapping.TREND, {Regime.LV_BULL}),
        (
            RegimeMapping.OFF,
            {Regime.LV_BULL, Regime.LV_BEAR, Regime.HV_BULL, Regime.HV_BEAR},
        ),
    ],
)
def test_each_mapping_names_its_regimes(mapping: RegimeMapping, allowed: set[Regime]) -> None:
    assert mapping.entry_set == allowed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_order_notional_dollars", -1),
        ("spread_max_bps", 0),
        ("kelly_fraction", 2),
        ("max_positions", 0),
        ("no_such_limit", 1),
    ],
)
def test_limits_out_of_range_are_refused(key: str, value: int) -> None:
    with pytest.raises(ValidationError, match=key):
        limits(**{key: value})


def test_the_vix_range_must_have_a_width() -> None:
    with pytest.raises(ValidationError, match=r"vix_low 40\.0 must be below vix_high 40\.0"):
        limits(vix_low=40)


def test_the_atr_range_must_have_a_width() -> None:
    with pytest.raises(ValidationError, match=r"atr_low_percent 5\.0 must be below"):
        limits(atr_low_percent=5)


def test_every_limit_says_what_it_is() -> None:
    undocumented = [name for name in RiskLimits.model_fields if not meaning_of(RiskLimits, name)]

    assert undocumented == []
