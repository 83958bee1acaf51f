"""
What can be set in the strategy room.

`HostParameters` is for whoever hosts strategies, `StrategySpec` names one of
them, and `ContrarianParameters` are the numbers of the strategy that ships
(sources: the strategy and indicator chapters of the documentation).
"""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from tradeengine.model.parameters import Parameters
from tradeengine.model.plan import Regime


class HostParameters(Parameters):
    """The `host` section of `config/config.yaml`."""

    bench_after_faults: int = Field(default=3, ge=1, le=1000)
    """Errors of one strategy after which it hears nothing more in this run."""


class StrategySpec(Parameters):
    """One strategy to load: its name, its code and its own parameters, unchecked."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,15}$")
    """Its name in orders and logs: 1 to 16 of a-z, 0-9 and _, beginning with a letter."""

    class_path: str = Field(alias="class", min_length=1)
    """Its code: `module:Class`, or a name in the entry-point group `tradeengine.strategies`."""

    parameters: dict[str, object] = Field(default_factory=dict)
    """Its parameters; the class checks them."""


class RegimeMapping(StrEnum):
    """The hypothesis of which market regimes are good to buy in."""

    CONTRARIAN = "contrarian"
    TREND = "trend"
    OFF = "off"

    @property
    def allows(self) -> frozenset[Regime]:
        """The regimes that allow entries. UNKNOWN never does."""
        return _ALLOWED[self]


_ALLOWED = {
    RegimeMapping.CONTRARIAN: frozenset({Regime.HV_BEAR}),
    RegimeMapping.TREND: frozenset({Regime.LV_BULL}),
    RegimeMapping.OFF: frozenset(Regime) - {Regime.UNKNOWN},
}


class ContrarianParameters(Parameters):
    """The `parameters` of the strategy `contrarian`."""

    # When.

    entry_after_open_minutes: int = Field(default=30, ge=0, le=390)
    """Minutes after the open before the first entry."""

    entry_before_close_minutes: int = Field(default=30, ge=0, le=390)
    """Minutes before the close of that day after which nothing is entered."""

    cooldown_seconds: int = Field(default=3600, ge=0, le=86_400)
    """Seconds after the last buy of a symbol in which it is not bought again."""

    resume_cooldown_seconds: int = Field(default=300, ge=0, le=86_400)
    """Seconds after a halt in a symbol in which it is not bought."""

    # Market regime and the fast-exit overlay (an ordinary-least-squares slope, as a z-score).

    regime_mapping: RegimeMapping = RegimeMapping.CONTRARIAN
    """contrarian: HV-bear only; trend: LV-bull only; off: any known regime."""

    fast_exit_symbol: str = Field(default="SPY", min_length=1, max_length=12)
    """The symbol that stands for the market."""

    fast_exit_bars: int = Field(default=12, ge=3, le=78)
    """Five-minute closes in the slope."""

    fast_exit_z: float = Field(default=-2.5, ge=-10, le=0)
    """z-score of the slope below which the market is falling: leave, and enter nothing."""

    fast_exit_sigma_bars: int = Field(default=78, ge=3, le=780)
    """Most five-minute moves (78 are a session) in the estimate of the usual move."""

    fast_exit_sigma_bars_min: int = Field(default=24, ge=3, le=780)
    """Fewest such moves; with fewer the market's state is unknown and nothing is entered."""

    fast_exit_age_seconds_max: float = Field(default=660, ge=300, le=3600)
    """Oldest end of the market's last five-minute bar for an entry."""

    # Valuation.

    p_undervalued_min: float = Field(default=0.65, ge=0, le=1)
    """Least probability that a symbol is undervalued, to enter."""

    p_undervalued_exit: float = Field(default=0.60, ge=0, le=1)
    """Probability below which a held symbol is sold; at most `p_undervalued_min`."""

    valuation_age_days_max: int = Field(default=7, ge=0, le=3650)
    """Oldest valuation for an entry, calendar days before the session."""

    # Signal.

    warm_up_bars: int = Field(default=150, ge=36, le=2000)
    """One-minute bars to see first; from 150 on, the seeds of the averages no longer matter."""

    rsi_bars: int = Field(default=14, ge=2, le=200)
    """Period of the relative strength index, one-minute bars."""

    rsi_entry_max: float = Field(default=30, ge=0, le=100)
    """RSI below which a symbol is oversold."""

    atr_bars: int = Field(default=14, ge=1, le=200)
    """Period of the average true range, five-minute bars."""

    entry_atr: float = Field(default=1.5, ge=0, le=20)
    """How far below the session VWAP to enter, in average true ranges."""

    macd_fast_bars: int = Field(default=12, ge=2, le=200)
    """Fast average of the MACD, one-minute bars."""

    macd_slow_bars: int = Field(default=26, ge=3, le=400)
    """Slow average of the MACD, one-minute bars; more than the fast one."""

    macd_signal_bars: int = Field(default=9, ge=1, le=200)
    """Average of the MACD that is its signal line, one-minute bars."""

    macd_rising_bars: int = Field(default=2, ge=0, le=20)
    """Bars in a row in which the MACD histogram must have risen."""

    # Quality of the market data at the decision.

    bar_age_seconds_max: float = Field(default=30, gt=0, le=600)
    """Oldest end of the bar that a decision is made on."""

    quote_age_seconds_max: float = Field(default=2, gt=0, le=600)
    """Oldest quote for an entry, and for pricing an exit."""

    spread_bps_max: float = Field(default=5, gt=0, le=500)
    """Widest spread for an entry, basis points of mid."""

    spread_iex_bps_max: float = Field(default=10, gt=0, le=500)
    """The same where quotes are those of IEX alone, which are wider than the best of all."""

    quotes_from_iex_only: bool = False
    """Whether quotes are those of IEX alone, as in section `risk`; entries then say so."""

    # Order.

    collar_bps: Decimal = Field(default=Decimal(100), gt=0, le=1000)
    """Farthest that an entry's limit may lie above mid, basis points."""

    disaster_atr: float = Field(default=3, gt=0, le=50)
    """Distance of the broker-held stop from the entry, in average true ranges."""

    # Exit.

    stop_atr: float = Field(default=1.5, gt=0, le=50)
    """Distance of our own stop from the entry, in average true ranges; less than `disaster_atr`."""

    stop_ignores_conditions: str = Field(default="BCHIMNPQRTUVWZ479", max_length=40)
    """Tape letters of prints that may not trigger the stop: they do not set the last sale price
    (odd lots, average and derived prices, late or out of sequence; CTA and UTP plans)."""

    target_at_vwap: bool = True
    """Whether a close at or above the session VWAP is the target."""

    rsi_exit_min: float = Field(default=55, ge=0, le=100)
    """RSI above which a position is sold."""

    time_stop_minutes: float = Field(default=90, gt=0, le=1440)
    """Longest time in a position."""

    hold_overnight: bool = False
    """Whether positions may stay past the close."""

    exit_before_close_minutes: int = Field(default=10, ge=1, le=390)
    """Minutes before the close of that day at which positions are sold."""

    exit_slippage_bps: Decimal = Field(default=Decimal(20), ge=0, le=100)
    """How far below the bid an exit's limit lies, basis points."""

    exit_limit_rounds: int = Field(default=3, ge=1, le=20)
    """Exits with a limit before the rest is sold at market."""

    exit_retry_seconds: float = Field(default=5, ge=0.1, le=600)
    """Wait before an exit is asked again that was denied, or failed at market."""

    @model_validator(mode="after")
    def _pairs_are_in_order(self) -> Self:
        pairs = (
            ("p_undervalued_exit", "p_undervalued_min", True),
            ("stop_atr", "disaster_atr", False),
            ("macd_fast_bars", "macd_slow_bars", False),
            ("fast_exit_sigma_bars_min", "fast_exit_sigma_bars", True),
        )
        for low, high, may_equal in pairs:
            small, large = getattr(self, low), getattr(self, high)
            if small > large or (small == large and not may_equal):
                word = "at most" if may_equal else "less than"
                raise ValueError(f"{low} {small} must be {word} {high} {large}")
        return self
