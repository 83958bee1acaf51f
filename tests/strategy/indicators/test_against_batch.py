"""Whatever the series: one value at a time gives what the definition gives at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategy.indicators import batch
from tradeengine.strategy.indicators.kama import Kama
from tradeengine.strategy.indicators.macd import Macd
from tradeengine.strategy.indicators.session_vwap import SessionVwap
from tradeengine.strategy.indicators.slope import RollingSlope
from tradeengine.strategy.indicators.wilder_atr import WilderAtr
from tradeengine.strategy.indicators.wilder_rsi import WilderRsi

# Cents, so that flat stretches and equal neighbours turn up often.
PRICE = st.integers(min_value=1_00, max_value=900_00).map(lambda cents: cents / 100)
CLOSES = st.lists(PRICE, max_size=60)
BARS = st.lists(
    st.tuples(PRICE, PRICE, PRICE).map(lambda p: (max(p), min(p), sorted(p)[1])), max_size=60
)
PERIOD = st.integers(min_value=2, max_value=14)

by_definition = settings(max_examples=60, deadline=None, database=None)


def assert_same(streamed: batch.Series, whole: batch.Series) -> None:
    assert [value is None for value in streamed] == [value is None for value in whole]
    defined = [value for value in streamed if value is not None]
    assert defined == pytest.approx([v for v in whole if v is not None], rel=1e-9, abs=1e-8)


@by_definition
@given(CLOSES, PERIOD)
def test_rsi(closes: list[float], period: int) -> None:
    indicator = WilderRsi(period)
    assert_same([indicator.update(close) for close in closes], batch.rsi(closes, period))


@by_definition
@given(BARS, PERIOD)
def test_atr(bars: list[tuple[float, float, float]], period: int) -> None:
    indicator = WilderAtr(period)
    assert_same([indicator.update(*one) for one in bars], batch.atr(bars, period))


@by_definition
@given(CLOSES, PERIOD, PERIOD, st.integers(min_value=1, max_value=9))
def test_macd(closes: list[float], fast: int, more: int, signal: int) -> None:
    indicator = Macd(fast, fast + more, signal)
    streamed = [indicator.update(close) for close in closes]
    assert_same(streamed, batch.macd_histogram(closes, fast, fast + more, signal))


@by_definition
@given(CLOSES, PERIOD)
def test_kama(prices: list[float], period: int) -> None:
    indicator = Kama(period)
    assert_same([indicator.update(price) for price in prices], batch.kama(prices, period))


@by_definition
@given(CLOSES, PERIOD)
def test_slope(values: list[float], bars: int) -> None:
    indicator = RollingSlope(bars)
    assert_same([indicator.update(value) for value in values], batch.slope(values, bars))


@by_definition
@given(BARS)
def test_session_vwap(bars: list[tuple[float, float, float]]) -> None:
    indicator = SessionVwap()
    traded = [(*one, 100.0 + i) for i, one in enumerate(bars)]
    streamed = [indicator.update(*one) for one in traded]
    assert streamed == pytest.approx(batch.vwap(traded))
