"""What the golden series do not show: no trades, no moves, no price, no night."""

import pytest

from tradeengine.strategy.indicators.macd import Macd
from tradeengine.strategy.indicators.session_vwap import SessionVwap
from tradeengine.strategy.indicators.slope import RollingSlope, SlopeZScore, slope_deviation
from tradeengine.strategy.indicators.wilder_atr import WilderAtr
from tradeengine.strategy.indicators.wilder_rsi import WilderRsi


def test_rsi_of_a_market_that_has_not_moved_is_zero() -> None:
    rsi = WilderRsi(2)
    assert [rsi.update(10.0) for _ in range(4)] == [None, None, 0.0, 0.0]


def test_rsi_of_a_market_that_only_rises_is_a_hundred() -> None:
    rsi = WilderRsi(2)
    assert [rsi.update(close) for close in (1.0, 2.0, 3.0)] == [None, None, 100.0]


def test_atr_counts_the_gap_between_two_bars() -> None:
    atr = WilderAtr(1)
    assert atr.update(10.0, 9.0, 9.5) is None
    assert atr.percent is None
    assert atr.update(12.0, 11.5, 12.0) == 2.5


def test_atr_has_no_percent_of_a_close_at_zero() -> None:
    atr = WilderAtr(1)
    atr.update(1.0, 1.0, 1.0)
    atr.update(1.0, 0.0, 0.0)
    assert atr.percent is None


def test_macd_says_nothing_of_its_lines_before_all_are_defined() -> None:
    macd = Macd(2, 3, 2)
    assert macd.update(1.0) is None
    assert (macd.macd, macd.signal) == (None, None)


def test_vwap_takes_the_bars_own_average_where_there_is_one() -> None:
    vwap = SessionVwap()
    assert vwap.update(12.0, 9.0, 9.0, 100.0) == 10.0
    assert vwap.update(12.0, 9.0, 9.0, 300.0, vwap=11.0) == 10.75


def test_vwap_is_not_defined_before_the_first_share() -> None:
    vwap = SessionVwap()
    assert vwap.update(10.0, 10.0, 10.0, 0.0) is None


def test_slope_of_a_straight_line_is_its_step() -> None:
    slope = RollingSlope(4)
    assert [slope.update(x) for x in (5.0, 7.0, 9.0)] == [None, None, None]
    assert slope.mean is None
    assert slope.update(11.0) == pytest.approx(2.0)
    assert slope.mean == 8.0


def test_the_slope_of_a_random_walk_deviates_by_a_third_of_a_step_at_twelve_bars() -> None:
    assert slope_deviation(12) == pytest.approx(0.318431, abs=1e-6)


def test_a_steady_slide_after_a_quiet_day_is_far_below_the_limit() -> None:
    score = SlopeZScore(12, sigma_bars=78, sigma_bars_min=24)
    quiet = [100.0 + 0.1 * (i % 2) for i in range(67)]
    slide = [100.0 - 0.1 * i for i in range(1, 12)]
    for close in quiet:
        score.update(close)
    z = [score.update(close) for close in slide][-1]
    # The window falls 0.1 a bar and every move is one of 0.1: -0.1 / (0.1 x 0.318431).
    assert z == pytest.approx(-3.14040, abs=1e-5)


def test_a_slide_that_never_paused_is_as_steep() -> None:
    score = SlopeZScore(12, sigma_bars=78, sigma_bars_min=24)
    z = [score.update(100.0 - 0.1 * i) for i in range(60)][-1]
    assert z == pytest.approx(-3.14040, abs=1e-5)


def test_a_threshold_on_the_relative_slope_would_have_slept_through_it() -> None:
    slope = RollingSlope(12)
    value = [slope.update(100.0 - 0.1 * i) for i in range(12)][-1]
    mean = slope.mean
    assert value is not None
    assert mean is not None
    assert value / mean == pytest.approx(-0.0010055, abs=1e-6)
    assert value / mean > -0.002


def test_the_z_score_waits_for_enough_moves() -> None:
    score = SlopeZScore(3, sigma_bars=10, sigma_bars_min=5)
    values = [score.update(close) for close in (1.0, 2.0, 1.0, 2.0, 1.0, 2.0)]
    assert values[:5] == [None] * 5
    assert values[5] is not None


def test_a_market_that_does_not_move_has_z_score_zero() -> None:
    score = SlopeZScore(3, sigma_bars=10, sigma_bars_min=3)
    assert [score.update(50.0) for _ in range(4)] == [None, None, None, 0.0]


def test_the_night_is_no_move() -> None:
    with_night = SlopeZScore(3, sigma_bars=10, sigma_bars_min=3)
    without = SlopeZScore(3, sigma_bars=10, sigma_bars_min=3)
    for close in (10.0, 11.0, 10.5):
        with_night.update(close)
        without.update(close)
    # The next session opens at 50 and closes its first bar at 51: a move of one.
    assert with_night.update(51.0, 50.0) == without.update(11.5)
