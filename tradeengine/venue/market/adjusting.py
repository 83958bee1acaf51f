"""
Prices adjusted for what was done to shares since: splits, cash dividends, or both.

A bar is multiplied by the factors of all later actions up to a day: 1 / split, and
1 - dividend / close before (the Center for Research in Security Prices' way). Both are
known in the morning of the ex-date, so nothing of the day itself is needed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np

from tradeengine.venue.market.columns import Floats, Whole
from tradeengine.venue.market.daily import DayColumns

Adjustment = Literal["raw", "split", "dividend", "all"]

ADJUSTMENTS: Final[tuple[Adjustment, ...]] = ("raw", "split", "dividend", "all")


@dataclass(frozen=True, slots=True)
class Factors:
    """What prices and volumes of each daily bar are multiplied by; `day` are ordinals."""

    day: Whole
    price: Floats
    volume: Floats

    def on(self, day: date) -> tuple[float, float]:
        """Give the factors of price and volume on a date, (1, 1) where there is no bar."""
        row = int(np.searchsorted(self.day, day.toordinal()))
        if row == len(self.day) or self.day[row] != day.toordinal():
            return 1.0, 1.0
        return float(self.price[row]), float(self.volume[row])


def factors(bars: DayColumns, kind: Adjustment, today: date) -> Factors:
    """Give the factors of each bar from the actions up to `today`."""
    known = bars.day <= today.toordinal()
    split = np.where(known & (bars.split > 0), bars.split, 1.0)
    price, volume = np.ones(len(bars)), np.ones(len(bars))
    if kind in ("split", "all"):
        price, volume = price / split, volume * split
    if kind in ("dividend", "all"):
        price *= np.where(known, _dividend_factors(bars, split), 1.0)
    return Factors(bars.day, _of_later(price), _of_later(volume))


def _dividend_factors(bars: DayColumns, split: Floats) -> Floats:
    """Give 1 - dividend / close before; 1 where that makes no price or nothing was before."""
    before = np.concatenate([[np.inf], bars.close[:-1]])[: len(bars)] / split
    factor: Floats = 1 - bars.dividend / before
    return np.where(factor > 0, factor, 1.0)


def _of_later(factor: Floats) -> Floats:
    """Give for each row the product of all rows after it."""
    product = np.cumprod(factor[::-1])[::-1]
    later: Floats = np.append(product[1:], 1.0)[: len(factor)]
    return later


def rounded(price: Floats, factor: Floats) -> Floats:
    """Multiply prices; what changes is rounded to cents, as Alpaca does (recorded 2023-12-10)."""
    return np.where(factor == 1, price, np.round(price * factor, 2))
