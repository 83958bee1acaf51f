"""Small days and markets for the tests of this folder."""

from datetime import date
from typing import Final

import numpy as np

from tradeengine.model.instants import MINUTE
from tradeengine.venue.market import Market, recorded_market
from tradeengine.venue.market.columns import Minutes

DAY: Final = date(2019, 2, 13)
OPEN_AT: Final = 1_550_068_200_000_000_000
"""2019-02-13 09:30 in New York."""

CLOSE_AT: Final = OPEN_AT + 390 * MINUTE

Row = tuple[float, float, float, float, int]


def minutes_of(*rows: Row, start: int = OPEN_AT) -> Minutes:
    """Give consecutive minutes; a row is open, high, low, close, volume."""
    prices = np.array([row[:4] for row in rows], dtype=np.float64)
    return Minutes(
        start=start + np.arange(len(rows)) * MINUTE,
        open=prices[:, 0],
        high=prices[:, 1],
        low=prices[:, 2],
        close=prices[:, 3],
        volume=np.array([row[4] for row in rows]),
    )


def draws(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def market(*symbols: str, day: date = DAY, seed: int = 7) -> Market:
    return recorded_market(day, symbols or None, seed)
