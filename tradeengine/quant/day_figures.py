"""
What a session plan says of a symbol's size and range, from its daily bars up to a day.

Prices are raw and adjusted here for splits, so that a split is no range; one that takes effect
with the session itself is among them, for what the session trades are new shares. A half day's
volume is counted as what a whole day's would have been, a session without a bar as no volume.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from tradeengine.bars.adjusting import split_factors
from tradeengine.bars.panel import Floats
from tradeengine.bars.window import last_sessions, whole_day_scale
from tradeengine.strategy.indicators.wilder_atr import WilderAtr

ATR_DAYS = 14
VOLUME_DAYS = 20
_FALLEN = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """
    A symbol on the evening of `last_day`, in the shares of the session that follows.

    `atr_percent` in percent of the close, `adv20_shares` in shares a day of the last 20 sessions
    (None: its bars begin later), `prior_close` in dollars, `short_restricted`: the day fell by a
    tenth at its low.
    """

    last_day: date
    atr_percent: float | None
    adv20_shares: int | None
    prior_close: float
    short_restricted: bool


def day_figures(
    bars: pl.DataFrame, through: date, splits: Mapping[str, float]
) -> dict[str, DayFigures]:
    """
    Give the figures of each symbol that has a bar on `through`; later bars are not read.

    `splits` are those that take effect after that evening, up to the session that follows, by
    symbol: new shares for an old one. Raises OutsideCalendar.
    """
    known = bars.filter(pl.col("date") <= through).sort("symbol", "date")
    sessions = last_sessions(through, VOLUME_DAYS)
    found = {}
    for (symbol,), part in known.partition_by("symbol", as_dict=True).items():
        if part["date"][-1] == through:
            found[str(symbol)] = _figures(part, sessions, splits.get(str(symbol), 1.0))
    return found


def _figures(bars: pl.DataFrame, sessions: Sequence[date], split: float) -> DayFigures:
    factors = split_factors(bars["split"].to_numpy()[:, None])[:, 0] / split
    high, low, close = (bars[name].to_numpy() * factors for name in ("high", "low", "close"))
    days: list[date] = bars["date"].to_list()
    before = close[-2] if len(close) > 1 else np.nan
    return DayFigures(
        last_day=days[-1],
        atr_percent=_atr_percent(high, low, close),
        adv20_shares=_volume(bars["volume"].to_numpy() / factors, days, sessions),
        prior_close=float(close[-1]),
        short_restricted=bool(low[-1] <= _FALLEN * before),
    )


def _atr_percent(high: Floats, low: Floats, close: Floats) -> float | None:
    atr = WilderAtr(ATR_DAYS)
    for row in zip(high.tolist(), low.tolist(), close.tolist(), strict=True):
        atr.update(*row)
    return atr.percent


def _volume(volume: Floats, days: Sequence[date], sessions: Sequence[date]) -> int | None:
    if len(sessions) < VOLUME_DAYS or days[0] > sessions[0]:
        return None
    traded = dict(zip(days, volume, strict=True))
    scaled = [float(traded.get(day, 0.0)) * whole_day_scale(day) for day in sessions]
    return round(sum(scaled) / VOLUME_DAYS)
