"""
What a session plan says of a symbol's size and range, from its daily bars up to a day.

Prices are raw and adjusted here for splits, so that a split is no range. A half day's volume
is counted as what a whole day's would have been. Quant.md 4.2 and 4.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from tradeengine.bars.adjusting import split_factors
from tradeengine.bars.panel import Floats
from tradeengine.model.instants import MINUTE
from tradeengine.model.sessions import session_on
from tradeengine.strategy.indicators.wilder_atr import WilderAtr

ATR_DAYS = 14
VOLUME_DAYS = 20
_WHOLE_DAY_MINUTES = 390
_FALLEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """
    A symbol on the evening of `last_day`.

    `atr_percent` in percent of the close, `adv20_shares` in shares a day (None: fewer than
    20 days), `prior_close` in dollars, `short_restricted`: the day fell by a tenth at its low.
    """

    last_day: date
    atr_percent: float | None
    adv20_shares: int | None
    prior_close: float
    short_restricted: bool


def day_figures(bars: pl.DataFrame, through: date) -> dict[str, DayFigures]:
    """Give the figures of each symbol that has a bar on `through`; later bars are not read."""
    known = bars.filter(pl.col("date") <= through).sort("symbol", "date")
    found = {}
    for (symbol,), part in known.partition_by("symbol", as_dict=True).items():
        if part["date"][-1] == through:
            found[str(symbol)] = _figures(part)
    return found


def _figures(bars: pl.DataFrame) -> DayFigures:
    factors = split_factors(bars["split"].to_numpy()[:, None])[:, 0]
    high, low, close = (bars[name].to_numpy() * factors for name in ("high", "low", "close"))
    days: list[date] = bars["date"].to_list()
    before = close[-2] if len(close) > 1 else np.nan
    return DayFigures(
        last_day=days[-1],
        atr_percent=_atr_percent(high, low, close),
        adv20_shares=_volume(bars["volume"].to_numpy() / factors, days),
        prior_close=float(close[-1]),
        short_restricted=bool(low[-1] <= _FALLEN * before),
    )


def _atr_percent(high: Floats, low: Floats, close: Floats) -> float | None:
    atr = WilderAtr(ATR_DAYS)
    for row in zip(high.tolist(), low.tolist(), close.tolist(), strict=True):
        atr.update(*row)
    return atr.percent


def _volume(volume: Floats, days: Sequence[date]) -> int | None:
    if len(days) < VOLUME_DAYS:
        return None
    scaled = [
        shares * _WHOLE_DAY_MINUTES / _minutes(day)
        for shares, day in zip(volume[-VOLUME_DAYS:], days[-VOLUME_DAYS:], strict=True)
    ]
    return round(float(sum(scaled)) / VOLUME_DAYS)


def _minutes(day: date) -> float:
    session = session_on(day)
    return _WHOLE_DAY_MINUTES if session is None else (session.close_at - session.open_at) / MINUTE
