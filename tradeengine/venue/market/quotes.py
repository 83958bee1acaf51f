"""
Quotes that fit the prints: a buyer's print is at the ask, a seller's at the bid.

Who was the aggressor follows from the tick rule: a print above the last one is a
buyer's. The other side of the book stands one spread away. Quotes lie on ticks;
a print between ticks stays inside its quote.
"""

import numpy as np

from tradeengine.venue.market.columns import Book, Flags, Floats, Whole

_SMALLEST, _LARGEST = 1, 30
"""Displayed size in round lots."""

_LOT = 100
_SLACK = 1e-6
"""Of a tick: a price this near to a tick is on it (binary fractions are not exact)."""


def typical_spread_bps(dollars_a_day: float) -> float:
    """
    Give a symbol's widest usual spread in basis points from its daily turnover.

    1 for the most traded, 5 at a hundred million dollars a day, 12 for the least.
    A rule of thumb for US shares, not a measurement.
    """
    return float(np.clip(5 - 2 * np.log10(max(dollars_a_day, 1.0) / 1e8), 1, 12))


def bought(price: Floats, draws: np.random.Generator) -> Flags:
    """Tell which prints were made by buyers; where the price stands still, by lot."""
    change = np.diff(price, prepend=price[:1])
    return np.where(change == 0, draws.random(len(price)) < 0.5, change > 0)


def quotes_around(
    at: Whole, price: Floats, at_ask: Flags, spread_bps: float, draws: np.random.Generator
) -> Book:
    """Give the quote at each price: the price is its ask where `at_ask`, else its bid."""
    steps = np.where(price >= 1, 100.0, 10_000.0)
    ticks = price * steps
    usual = ticks * spread_bps * 1e-4 * (0.5 + 0.5 * draws.random(len(price)))
    width = np.maximum(1, np.floor(usual))
    ask = np.where(at_ask, np.ceil(ticks - _SLACK), np.floor(ticks + _SLACK) + width)
    bid = np.where(at_ask, ask - width, ask - width)
    return Book(
        at=at,
        bid=bid / steps,
        bid_size=_displayed(len(price), draws),
        ask=ask / steps,
        ask_size=_displayed(len(price), draws),
    )


def _displayed(count: int, draws: np.random.Generator) -> Whole:
    """Draw displayed sizes, small ones more often."""
    lots = np.ceil(draws.random(count) ** 2 * _LARGEST).astype(np.int64)
    return np.maximum(lots, _SMALLEST) * _LOT
