"""Bars of several minutes."""

import numpy as np

from tests.venue.market.scene import OPEN_AT, draws, minutes_of
from tradeengine.model.instants import MINUTE
from tradeengine.venue.market.bars import grouped
from tradeengine.venue.market.columns import Bars
from tradeengine.venue.market.prints import Density
from tradeengine.venue.market.symbol_day import Manner, symbol_day


def bars() -> Bars:
    minutes = minutes_of(
        (10.0, 10.2, 9.9, 10.1, 100),
        (10.1, 10.4, 10.1, 10.3, 200),
        (10.3, 10.3, 10.0, 10.0, 300),
        start=OPEN_AT + 4 * MINUTE,
    )
    manner = Manner(spread_bps=2.0, bar_delay=5_000_000, density=Density(4, 4))
    return symbol_day(minutes, minutes.start, manner, draws()).bars


def test_one_minute_stays_as_it_is() -> None:
    made = bars()

    assert grouped(made, 1) is made


def test_minutes_are_grouped_on_the_clock() -> None:
    five = grouped(bars(), 5)

    assert five.start.tolist() == [OPEN_AT, OPEN_AT + 5 * MINUTE]
    assert five.at.tolist() == [
        OPEN_AT + 5 * MINUTE + 5_000_000,
        OPEN_AT + 10 * MINUTE + 5_000_000,
    ]
    assert five.open.tolist() == [10.0, 10.1]
    assert five.high.tolist() == [10.2, 10.4]
    assert five.low.tolist() == [9.9, 10.0]
    assert five.close.tolist() == [10.1, 10.0]
    assert five.volume.tolist() == [100, 500]


def test_the_mean_price_is_weighed_and_prints_are_counted() -> None:
    one, five = bars(), grouped(bars(), 5)

    assert five.trade_count.tolist() == [4, 8]
    assert np.isclose(five.vwap[1], (one.vwap[1] * 200 + one.vwap[2] * 300) / 500, atol=1e-6)


def test_no_bars_make_no_groups() -> None:
    assert len(grouped(bars().rows(slice(0, 0)), 5)) == 0
