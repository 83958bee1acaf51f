"""The session of 2010-07-01, and others of those years: made from real daily bars alone."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from tradeengine.model.events import Bar
from tradeengine.model.instants import NANOS
from tradeengine.venue.market import Daily, Market, recorded_market, shipped_archive
from tradeengine.venue.market.daily import between

DAY = date(2010, 7, 1)
FORTY = tuple(sorted(shipped_archive().traded_on(DAY) - {"SPY"}))[::5][:40]


@pytest.fixture(scope="module")
def market() -> Market:
    return recorded_market(DAY, ("SPY", *FORTY), 7)


def real(symbol: str, on: date) -> Daily:
    (bar,) = between(shipped_archive().daily(symbol), on, on)
    return bar


def minutes(market: Market, symbol: str) -> list[Bar]:
    session = market.session
    return market.history(symbol, session.open_at, session.close_at, 1, 2 * session.close_at)


def summed(bars: list[Bar]) -> tuple[float, ...]:
    return (
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


@pytest.mark.parametrize("symbol", ["SPY", *FORTY])
def test_minutes_and_prints_add_up_to_the_real_daily_bar(market: Market, symbol: str) -> None:
    day = real(symbol, DAY)
    trades = market.trades(symbol, market.session.open_at, market.session.close_at)

    assert summed(minutes(market, symbol)) == (day.open, day.high, day.low, day.close, day.volume)
    assert sum(trade.size for trade in trades) == day.volume
    assert (trades[0].price, trades[-1].price) == (day.open, day.close)


def test_spreads_are_a_cent_or_a_few_basis_points(market: Market) -> None:
    for symbol in FORTY:
        quotes = market.quotes(symbol, market.session.open_at, market.session.close_at)
        widths = np.array([quote.ask - quote.bid for quote in quotes])
        middle = np.array([(quote.ask + quote.bid) / 2 for quote in quotes])
        assert widths.min() > 0.0099, symbol
        assert np.median(widths / middle) < 12e-4, symbol
        if np.median(middle) > 20:
            assert np.median(widths / middle) < 8e-4, symbol


def test_volume_is_highest_at_both_ends_of_the_day(market: Market) -> None:
    for symbol in FORTY[:10]:
        volume = np.array([bar.volume for bar in minutes(market, symbol)])
        assert len(volume) == 390
        middle = volume[120:270].mean()
        assert volume[:30].mean() > 1.5 * middle, symbol
        assert volume[-15:].mean() > 1.5 * middle, symbol


def test_most_shares_go_with_the_market(market: Market) -> None:
    def returns(symbol: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.diff(np.log([bar.close for bar in minutes(market, symbol)]))

    common = returns("SPY")
    found = [float(np.corrcoef(common, returns(symbol))[0, 1]) for symbol in FORTY]

    assert float(np.median(found)) > 0.25


def test_the_same_seed_gives_the_same_tape_and_another_seed_another() -> None:
    def tape(seed: int) -> list[str]:
        market = recorded_market(DAY, FORTY[:3], seed)
        until = market.session.open_at + 300 * NANOS
        return [str(tick) for tick in market.ticks(0) if tick.at < until]

    assert tape(7) == tape(7)
    assert tape(7) != tape(8)


def test_the_tape_rises_and_stays_in_the_session(market: Market) -> None:
    instants = [tick.at for tick in market.ticks(0)]

    assert all(a <= b for a, b in pairwise(instants))
    assert market.session.open_at < instants[0]
    assert instants[-1] < market.session.close_at + NANOS


@pytest.mark.parametrize(
    "on",
    [
        pytest.param(date(2004, 6, 1), id="the first day"),
        pytest.param(date(2008, 10, 10), id="a crash"),
        pytest.param(date(2010, 5, 6), id="the flash crash"),
        pytest.param(date(2010, 6, 14), id="a split"),
        pytest.param(date(2010, 11, 26), id="an early close"),
        pytest.param(date(2010, 12, 31), id="the last day"),
    ],
)
def test_other_days_of_those_years_work_alike_for_every_share(on: date) -> None:
    market = recorded_market(on, None, 7)

    assert len(market.symbols) > 200
    for symbol in market.symbols:
        day = real(symbol, on)
        expected = (day.open, day.high, day.low, day.close, day.volume)
        assert summed(minutes(market, symbol)) == expected, symbol


def test_a_day_on_which_a_share_did_not_trade_is_refused_for_it() -> None:
    assert "SPGI" not in recorded_market(date(2010, 2, 19), None, 7).symbols
