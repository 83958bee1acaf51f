"""Bars of several minutes, made from bars of one."""

import numpy as np

from tradeengine.model.instants import MINUTE
from tradeengine.venue.market.columns import Bars


def grouped(bars: Bars, minutes: int) -> Bars:
    """
    Give bars of so many minutes, aligned to the epoch, as Alpaca aligns them.

    A group is out as long after its end as a minute is. Without bars: none.
    """
    if minutes == 1 or not len(bars):
        return bars
    span = minutes * MINUTE
    group = bars.start // span
    first = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    last = np.append(first[1:], len(bars)) - 1
    start = group[first] * span
    volume = np.add.reduceat(bars.volume, first)
    return Bars(
        at=start + span + (bars.at - bars.start - MINUTE)[first],
        start=start,
        open=bars.open[first],
        high=np.maximum.reduceat(bars.high, first),
        low=np.minimum.reduceat(bars.low, first),
        close=bars.close[last],
        volume=volume,
        vwap=np.round(np.add.reduceat(bars.vwap * bars.volume, first) / volume, 6),
        trade_count=np.add.reduceat(bars.trade_count, first),
    )
