import pytest
from pydantic import ValidationError

from tradeengine.model.plan import Regime
from tradeengine.strategy.parameters import (
    ContrarianParameters,
    RegimeMapping,
    StrategySpec,
)


def test_contrarian_enters_in_a_wild_falling_market_only() -> None:
    assert RegimeMapping.CONTRARIAN.allows == {Regime.HV_BEAR}


def test_trend_enters_in_a_calm_rising_market_only() -> None:
    assert RegimeMapping.TREND.allows == {Regime.LV_BULL}


def test_off_enters_in_every_regime_that_is_known() -> None:
    assert RegimeMapping.OFF.allows == {
        Regime.LV_BULL,
        Regime.LV_BEAR,
        Regime.HV_BULL,
        Regime.HV_BEAR,
    }


def test_the_defaults_are_those_of_the_strategy_page() -> None:
    defaults = ContrarianParameters()
    assert defaults.regime_mapping is RegimeMapping.CONTRARIAN
    assert (defaults.entry_after_open_minutes, defaults.entry_before_close_minutes) == (30, 30)
    assert (defaults.cooldown_seconds, defaults.time_stop_minutes) == (3600, 90)
    assert (defaults.entry_atr, defaults.stop_atr, defaults.disaster_atr) == (1.5, 1.5, 3)
    assert (defaults.rsi_entry_max, defaults.rsi_exit_min) == (30, 55)
    assert (defaults.p_undervalued_min, defaults.p_undervalued_exit) == (0.65, 0.60)
    assert (defaults.spread_bps_max, defaults.spread_iex_bps_max) == (5, 10)
    assert (defaults.fast_exit_bars, defaults.fast_exit_z) == (12, -2.5)
    assert defaults.exit_before_close_minutes == 10
    assert defaults.hold_overnight is False


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"p_undervalued_exit": 0.7},
            "p_undervalued_exit 0.7 must be at most p_undervalued_min 0.65",
        ),
        ({"stop_atr": 3.0}, "stop_atr 3.0 must be less than disaster_atr 3"),
        ({"macd_fast_bars": 26}, "macd_fast_bars 26 must be less than macd_slow_bars 26"),
        (
            {"fast_exit_sigma_bars": 12},
            "fast_exit_sigma_bars_min 24 must be at most fast_exit_sigma_bars 12",
        ),
    ],
)
def test_two_numbers_in_the_wrong_order_are_refused(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        ContrarianParameters.model_validate(wrong)


def test_an_exit_as_strict_as_the_entry_is_allowed() -> None:
    same = ContrarianParameters(p_undervalued_exit=0.65)
    assert same.p_undervalued_exit == same.p_undervalued_min


def test_a_spec_reads_the_word_class_and_survives_a_round_trip() -> None:
    spec = StrategySpec.model_validate({"name": "mine", "class": "a.b:C"})
    assert spec.class_path == "a.b:C"
    assert StrategySpec.model_validate(spec.model_dump(mode="json")) == spec
