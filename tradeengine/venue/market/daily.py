"""
Daily bars: one as a value, and a symbol's as columns that read like a sequence of values.

Twenty years of two hundred shares are a third of a million bars. As columns they cost
a few megabytes; a bar becomes a value only when somebody looks at it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Self, overload

import numpy as np

from tradeengine.venue.market.columns import Columns, Floats, Whole


@dataclass(frozen=True, slots=True)
class Daily:
    """A raw daily bar: dollars, shares, cash dividend and split that take effect that day."""

    date: date
    open: float
    high: float
    low: float
    close: float
    volume: int
    dividend: float = 0.0
    split: float = 1.0


@dataclass(frozen=True, slots=True)
class DayColumns(Columns):
    """Daily bars in order; `day` is the date's ordinal (1 is 0001-01-01)."""

    day: Whole
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Whole
    dividend: Floats
    split: Floats


class DailyBars(Sequence[Daily]):
    """A symbol's daily bars, in order of the date, without doubles."""

    def __init__(self, columns: DayColumns) -> None:
        self.columns = columns

    @classmethod
    def of(cls, bars: Sequence[Daily]) -> Self:
        """Take bars in order of the date."""

        def prices(name: str) -> Floats:
            return np.array([getattr(bar, name) for bar in bars], dtype=np.float64)

        return cls(
            DayColumns(
                day=np.array([bar.date.toordinal() for bar in bars], dtype=np.int64),
                open=prices("open"),
                high=prices("high"),
                low=prices("low"),
                close=prices("close"),
                volume=np.array([bar.volume for bar in bars], dtype=np.int64),
                dividend=prices("dividend"),
                split=prices("split"),
            )
        )

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, index: int) -> Daily: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Daily | Self:
        if isinstance(index, slice):
            return type(self)(self.columns.rows(index))
        c = self.columns
        return Daily(
            date.fromordinal(int(c.day[index])),
            float(c.open[index]),
            float(c.high[index]),
            float(c.low[index]),
            float(c.close[index]),
            int(c.volume[index]),
            float(c.dividend[index]),
            float(c.split[index]),
        )


NO_BARS = DailyBars.of(())


def columns_of(bars: Sequence[Daily]) -> DayColumns:
    """Give bars as columns, without a copy where they are."""
    return bars.columns if isinstance(bars, DailyBars) else DailyBars.of(bars).columns


def between(bars: Sequence[Daily], first: date, last: date) -> Sequence[Daily]:
    """Give the bars of dates `first` to `last`, both included."""
    if isinstance(bars, DailyBars):
        day = bars.columns.day
        low = int(np.searchsorted(day, first.toordinal()))
        return bars[low : int(np.searchsorted(day, last.toordinal(), side="right"))]
    on = attrgetter("date")
    return bars[bisect_left(bars, first, key=on) : bisect_right(bars, last, key=on)]
