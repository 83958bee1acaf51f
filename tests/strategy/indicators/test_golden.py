"""Against TA-Lib 0.8.2: to 1e-9, slopes to 1e-8, and undefined where it is undefined."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from tradeengine.strategy.indicators.ema import Ema
from tradeengine.strategy.indicators.kama import Kama
from tradeengine.strategy.indicators.macd import Macd
from tradeengine.strategy.indicators.session_vwap import SessionVwap
from tradeengine.strategy.indicators.slope import RollingSlope
from tradeengine.strategy.indicators.wilder_atr import TrueRange, WilderAtr
from tradeengine.strategy.indicators.wilder_rsi import WilderRsi

FILE: Final = Path(__file__).parents[2] / "golden" / "indicators_talib.json"
GOLDEN: Final = json.loads(FILE.read_text())
CLOSES: Final[list[float]] = GOLDEN["ohlcv"]["close"]
BARS: Final[list[tuple[float, float, float]]] = list(
    zip(GOLDEN["ohlcv"]["high"], GOLDEN["ohlcv"]["low"], CLOSES, strict=True)
)


def assert_golden(name: str, values: Iterable[float | None], tolerance: float = 1e-9) -> None:
    compare(list(values), GOLDEN["talib"][name], tolerance)


def compare(ours: list[float | None], golden: list[float | None], tolerance: float) -> None:
    assert [value is None for value in ours] == [value is None for value in golden]
    defined = [value for value in ours if value is not None]
    assert defined == pytest.approx([v for v in golden if v is not None], rel=0, abs=tolerance)


def test_rsi() -> None:
    rsi = WilderRsi(14)
    assert_golden("RSI14", (rsi.update(close) for close in CLOSES))


def test_true_range() -> None:
    span = TrueRange()
    assert_golden("TRANGE", (span.update(*one) for one in BARS))


def test_atr() -> None:
    atr = WilderAtr(14)
    assert_golden("ATR14", (atr.update(*one) for one in BARS))


def test_atr_in_percent_of_the_close() -> None:
    atr = WilderAtr(14)
    percents: list[float | None] = []
    for one in BARS:
        atr.update(*one)
        percents.append(atr.percent)
    assert_golden("NATR14", percents)


@pytest.mark.parametrize("period", [12, 26])
def test_ema(period: int) -> None:
    ema = Ema(period)
    assert_golden(f"EMA{period}", (ema.update(close) for close in CLOSES))


def test_macd_its_signal_and_its_histogram() -> None:
    macd = Macd(12, 26, 9)
    rows = [(macd.update(close), macd.macd, macd.signal) for close in CLOSES]
    assert_golden("MACD_hist", (row[0] for row in rows))
    assert_golden("MACD_12_26_9", (row[1] for row in rows))
    assert_golden("MACD_signal", (row[2] for row in rows))


def test_kama() -> None:
    kama = Kama(10)
    assert_golden("KAMA10", (kama.update(close) for close in CLOSES))


def test_kama_of_a_market_that_stops_moving() -> None:
    kama, flat = Kama(10), GOLDEN["flat_market"]
    compare([kama.update(close) for close in flat["close"]], flat["KAMA10"], 1e-9)


def test_slope_and_the_slope_in_parts_of_the_mean() -> None:
    slope = RollingSlope(12)
    rows = [(slope.update(close), slope.mean) for close in CLOSES]
    assert_golden("LINREG_SLOPE12", (row[0] for row in rows), 1e-8)
    relative = (None if up is None or mean is None else up / mean for up, mean in rows)
    assert_golden("FAST_EXIT_slope12_over_mean", relative, 1e-8)


def test_vwap_of_sessions_of_78_bars() -> None:
    vwap, values = SessionVwap(), []
    for i, (one, volume) in enumerate(zip(BARS, GOLDEN["ohlcv"]["volume"], strict=True)):
        if i % 78 == 0:
            vwap.reset()
        values.append(vwap.update(*one, volume))
    compare(values, GOLDEN["vwap"]["VWAP_session78_typical"], 1e-9)
