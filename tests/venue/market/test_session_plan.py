"""The session plan by hand says of its numbers where they come from; they do."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import linear_regression

import msgspec
import polars as pl
import pytest

from tests.venue.market.scene import DAY
from tradeengine.model.plan import Regime, SessionPlan
from tradeengine.venue.market import Daily, recorded_market, shipped_archive

FIRST, LAST = date(2018, 8, 1), date(2019, 2, 12)
PLAN = msgspec.yaml.decode(
    (Path(__file__).parents[3] / "config" / "plans" / "2019-02-13.yaml").read_bytes(),
    type=SessionPlan,
)


def bars(symbol: str) -> Sequence[Daily]:
    return [bar for bar in shipped_archive().daily(symbol) if FIRST <= bar.date <= LAST]


def wilder_atr(days: Sequence[Daily]) -> float:
    ranges = [max(b.high, a.close) - min(b.low, a.close) for a, b in pairwise(days)]
    atr = sum(ranges[:14]) / 14
    for true_range in ranges[14:]:
        atr = (13 * atr + true_range) / 14
    return atr


def returns(days: Sequence[Daily]) -> list[float]:
    return [log(b.close * b.split / a.close) for a, b in pairwise(days)]


def test_it_plans_forty_single_stocks_of_the_recorded_market() -> None:
    traded = recorded_market(DAY, None, 7).instruments

    assert len(PLAN.symbols) == 40
    for symbol, plan in PLAN.symbols.items():
        assert traded[symbol].sector == plan.sector
        assert plan.sector != "Exchange-Traded Product"


def test_two_thirds_pass_the_entry_gate() -> None:
    valuations = [plan.p_undervalued or 0.0 for plan in PLAN.symbols.values()]

    assert sum(value > 0.65 for value in valuations) == 27
    assert min(valuations) >= 0.3
    assert max(valuations) <= 0.9


def test_regime_and_volatility_index_are_those_of_the_day_before() -> None:
    assert PLAN.regime is Regime.HV_BEAR
    closes = pl.read_parquet(shipped_archive().folder / "vix_daily.parquet")
    assert PLAN.vix == closes.filter(date=LAST)["close"].item() == 15.43
    assert PLAN.closed_trades == 0


@pytest.mark.parametrize("symbol", PLAN.symbols)
def test_volume_range_and_beta_are_those_of_the_shipped_days(symbol: str) -> None:
    plan, days = PLAN.symbols[symbol], bars(symbol)
    slope = linear_regression(returns(bars("SPY")), returns(days)).slope

    assert plan.valued_on == "2019-02-12"
    assert plan.adv20_shares == round(sum(bar.volume for bar in days[-20:]) / 20)
    assert plan.atr_percent == pytest.approx(100 * wilder_atr(days) / days[-1].close, abs=0.006)
    assert plan.beta == pytest.approx(slope, abs=0.006)
