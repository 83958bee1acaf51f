"""
The fast exit: is the whole market falling right now?

The slope of the market's last five-minute closes, as a z-score (see
`indicators/slope.py`). Chosen over a threshold on the slope itself: at 0.1 %
five-minute volatility a slope of -0.2 % a bar is 6.3 deviations, which does not
happen, while -2.5 deviations do.
"""

from typing import Final

from tradeengine.model.events import Bar
from tradeengine.model.instants import MINUTE
from tradeengine.strategy.aggregate import BarAggregator, Candle
from tradeengine.strategy.indicators.slope import SlopeZScore
from tradeengine.strategy.parameters import ContrarianParameters

_BAR_MINUTES: Final = 5
_NIGHT: Final = 180 * MINUTE
"""A pause this long is between two sessions: no halt within one lasted so long."""


class Overlay:
    """
    The market's z-score.

    `z` is None while there are too few bars; `ended_at` is when the last
    five-minute bar ended, nanoseconds UTC.
    """

    def __init__(self, parameters: ContrarianParameters) -> None:
        self.symbol = parameters.fast_exit_symbol
        self._limit = parameters.fast_exit_z
        self._aggregator = BarAggregator(_BAR_MINUTES)
        self._score = SlopeZScore(
            parameters.fast_exit_bars,
            parameters.fast_exit_sigma_bars,
            parameters.fast_exit_sigma_bars_min,
        )
        self.z: float | None = None
        self.ended_at = 0

    @property
    def falling(self) -> bool:
        """Whether the market falls faster than the limit."""
        return self.z is not None and self.z < self._limit

    def learn(self, bar: Bar) -> None:
        """Take a one-minute bar of the market's symbol, in regular hours."""
        for candle in self._aggregator.update(bar):
            self._learn(candle)

    def _learn(self, candle: Candle) -> None:
        after_night = candle.start - self.ended_at >= _NIGHT
        self.z = self._score.update(candle.close, candle.open if after_night else None)
        self.ended_at = candle.start + _BAR_MINUTES * MINUTE
