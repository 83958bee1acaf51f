"""
What the indicators of one symbol say.

They learn from every bar of regular hours, the previous session's included, so
that they are warm at the open. The VWAP alone is of this session only.
"""

from tradeengine.model.events import Bar
from tradeengine.strategy.aggregate import BarAggregator
from tradeengine.strategy.indicators.macd import Macd
from tradeengine.strategy.indicators.session_vwap import SessionVwap
from tradeengine.strategy.indicators.wilder_atr import WilderAtr
from tradeengine.strategy.indicators.wilder_rsi import WilderRsi
from tradeengine.strategy.parameters import ContrarianParameters


class Reading:
    """
    The indicators and their last values; None is "not defined yet".

    `rsi` of one-minute closes, `atr` of five-minute bars in dollars, `vwap` of
    the session in dollars, `rises` how often in a row the MACD histogram rose.
    """

    __slots__ = (
        "_aggregator",
        "_atr",
        "_histogram",
        "_macd",
        "_rsi",
        "_seen",
        "_vwap",
        "atr",
        "bars",
        "close",
        "rises",
        "rsi",
        "vwap",
    )

    def __init__(self, parameters: ContrarianParameters) -> None:
        self._rsi = WilderRsi(parameters.rsi_bars)
        self._atr = WilderAtr(parameters.atr_bars)
        self._macd = Macd(
            parameters.macd_fast_bars, parameters.macd_slow_bars, parameters.macd_signal_bars
        )
        self._vwap = SessionVwap()
        self._aggregator = BarAggregator(5)
        self._histogram: float | None = None
        self._seen = -1
        self.bars = 0
        self.rises = 0
        self.close = 0.0
        self.rsi: float | None = None
        self.atr: float | None = None
        self.vwap: float | None = None

    def begin_session(self) -> None:
        """Forget what is of one session only."""
        self._vwap.reset()
        self.vwap = None

    def is_new(self, bar: Bar) -> bool:
        """Tell, once for each bar, whether it is newer than all before and no correction."""
        if bar.revised or bar.at <= self._seen:
            return False
        self._seen = bar.at
        return True

    def learn(self, bar: Bar, *, of_session: bool) -> None:
        """Take a new bar of regular hours; `of_session`: of the session that runs."""
        self.bars += 1
        close = self.close = bar.close
        self.rsi = self._rsi.update(close)
        self._learn_momentum(close)
        for candle in self._aggregator.update(bar):
            self.atr = self._atr.update(candle.high, candle.low, candle.close)
        if of_session:
            self.vwap = self._vwap.update(bar.high, bar.low, close, bar.volume, bar.vwap)

    def _learn_momentum(self, close: float) -> None:
        before, now = self._histogram, self._macd.update(close)
        self._histogram = now
        rose = now is not None and before is not None and now > before
        self.rises = self.rises + 1 if rose else 0
