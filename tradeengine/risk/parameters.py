"""
The limits of the risk gate. Every number an order is held against is here.

Sources are named where a rule or a paper stands behind a number: 15c3-5 is the
SEC's market access rule, RTS 6 is EU 2017/589. Fractions are of equity unless
they say otherwise.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from tradeengine.model.parameters import Parameters
from tradeengine.model.plan import Regime


class RegimeMapping(StrEnum):
    """Which market regimes let entries pass."""

    CONTRARIAN = "contrarian"
    TREND = "trend"
    OFF = "off"

    @property
    def entry_set(self) -> frozenset[Regime]:
        """The regimes in which entries are allowed; UNKNOWN is never one."""
        return _ENTRY_SETS[self]


_ENTRY_SETS = {
    RegimeMapping.CONTRARIAN: frozenset({Regime.HV_BEAR}),
    RegimeMapping.TREND: frozenset({Regime.LV_BULL}),
    RegimeMapping.OFF: frozenset(Regime) - {Regime.UNKNOWN},
}


class RiskLimits(Parameters):
    """The `risk` section of `config/config.yaml`."""

    # One order (15c3-5 (c)(1)(ii), RTS 6 article 15).

    max_order_notional_dollars: Decimal = Field(default=Decimal(25_000), gt=0, le=10_000_000)
    """Most that one entry may be worth, dollars."""

    max_order_notional_fraction: Decimal = Field(default=Decimal("0.20"), gt=0, le=1)
    """Most that one entry may be worth, fraction of equity."""

    max_order_shares: Decimal = Field(default=Decimal(10_000), gt=0, le=1_000_000)
    """Most shares of one entry."""

    adv_percent: Decimal = Field(default=Decimal(1), gt=0, le=25)
    """Most shares of one entry, percent of the 20-day average volume."""

    collar_percent: Decimal = Field(default=Decimal(1), gt=0, le=10)
    """Farthest an entry's limit price may lie from the middle of the quote, percent."""

    jump_percent: Decimal = Field(default=Decimal(10), gt=0, le=100)
    """Farthest the middle of the quote may lie from the last bar's close, percent."""

    fractions_allowed: bool = False
    """Whether entries may have fractions of shares (day orders only)."""

    short_symbols: frozenset[str] = frozenset()
    """Symbols that may be sold short; the operator answers for the borrow. Empty: long only."""

    # The whole account, with every open order filled at its worst.

    max_positions: int = Field(default=10, ge=1, le=500)
    """Most symbols held or about to be held."""

    gross_exposure_max_fraction: Decimal = Field(default=Decimal(1), gt=0, le=4)
    """Most long plus short exposure."""

    net_exposure_max_fraction: Decimal = Field(default=Decimal(1), gt=0, le=4)
    """Most long minus short exposure, either way."""

    sector_exposure_max_fraction: Decimal = Field(default=Decimal("0.40"), gt=0, le=4)
    """Most exposure to one sector; symbols without a sector count as one."""

    portfolio_beta_max: Decimal = Field(default=Decimal("0.3"), gt=0, le=4)
    """Most beta to SPY of the whole account, either way."""

    maintenance_margin_fraction: Decimal = Field(default=Decimal("0.25"), gt=0, le=1)
    """Margin that the broker wants for what is held, fraction of gross exposure."""

    margin_excess_min_fraction: Decimal = Field(default=Decimal("0.25"), ge=0, lt=1)
    """Least equity left above that margin after an entry (the intraday margin rule of 2026)."""

    drawdown_max_fraction: Decimal = Field(default=Decimal("0.03"), gt=0, le=Decimal("0.5"))
    """Loss since the previous close, fraction of its equity, at which trading stops."""

    safety_grace_seconds: float = Field(default=5.0, ge=0, le=300)
    """How long feed or order stream may be lost before everything is closed (SAFETY)."""

    naked_exposure_max_dollar_seconds: Decimal = Field(
        default=Decimal(500_000), gt=0, le=1_000_000_000
    )
    """Most dollars of one position without a broker-held stop, times seconds, while it is held;
    beyond it the position is closed, and until it is there are no entries."""

    # How often (RTS 6 article 15(3): repeated automated execution throttle).

    cooldown_seconds: int = Field(default=3600, ge=0, le=86_400)
    """Seconds after the last buy of a symbol before the next entry."""

    entries_per_symbol_per_hour: int = Field(default=3, ge=1, le=1000)
    """Most entries approved for one symbol within an hour, filled or not."""

    entries_per_symbol_per_session: int = Field(default=6, ge=1, le=10_000)
    """Most entries approved for one symbol in a run; only a new run resets it."""

    entries_per_hour: int = Field(default=60, ge=1, le=100_000)
    """Most entries approved within an hour."""

    orders_per_minute: int = Field(default=60, ge=1, le=100_000)
    """Orders of any purpose within a minute after which entries wait (the broker allows 200
    requests a minute, and an entry costs about three)."""

    # When.

    entry_window_after_open_minutes: int = Field(default=30, ge=0, le=390)
    """Minutes after the open before the first entry."""

    entry_window_before_close_minutes: int = Field(default=30, ge=0, le=390)
    """Minutes before the close of the day, half days included, after the last entry."""

    halt_cooldown_seconds: int = Field(default=300, ge=0, le=7200)
    """Seconds after a halt's end before entries in the symbol."""

    # Market data.

    spread_max_bps: Decimal = Field(default=Decimal(5), gt=0, le=1000)
    """Widest spread for an entry, basis points of the middle."""

    iex_spread_max_bps: Decimal = Field(default=Decimal(10), gt=0, le=1000)
    """The same when quotes come from IEX only, where the spread is not the national one."""

    quotes_from_iex_only: bool = False
    """Whether the feed's quotes are those of IEX alone; Alpaca's are when `feed.feed` is iex."""

    quote_max_age_seconds: float = Field(default=2.0, gt=0, le=600)
    """Oldest quote for an entry."""

    clock_skew_max_seconds: float = Field(default=1.0, gt=0, le=60)
    """Farthest a quote's own instant may lie in our future."""

    bar_max_age_seconds: float = Field(default=120.0, gt=0, le=3600)
    """Longest time since the end of the last bar for an entry."""

    warm_bars: int = Field(default=36, ge=0, le=1000)
    """Bars to see before an entry: MACD(12,26,9) starts at the 34th and must rise twice."""

    # Regime and valuation.

    regime_mapping: RegimeMapping = RegimeMapping.CONTRARIAN
    """contrarian: HV-bear only; trend: LV-bull only; off: any known regime."""

    p_undervalued_min: float = Field(default=0.65, ge=0, le=1)
    """Least probability that the symbol is undervalued."""

    valuation_max_age_days: int = Field(default=7, ge=0, le=3650)
    """Oldest valuation for an entry, calendar days."""

    # Size.

    kelly_fraction: Decimal = Field(default=Decimal("0.25"), ge=0, le=1)
    """Part of the Kelly fraction that is used."""

    position_cap_fraction: Decimal = Field(default=Decimal("0.20"), gt=0, le=1)
    """Largest position that Kelly may ask for."""

    kelly_prior_trades: float = Field(default=10.0, ge=0, le=1000)
    """Weight, in trades, of the prior belief that half of all trades win."""

    kelly_prior_payoffs: float = Field(default=20.0, ge=0, le=1000)
    """Weight, in trades, of the prior belief that wins are as large as losses."""

    kelly_quantile: float = Field(default=0.25, gt=0, lt=1)
    """Quantile of the win rate's posterior that is taken for the win rate."""

    probe_fraction: Decimal = Field(default=Decimal("0.005"), ge=0, le=Decimal("0.05"))
    """Size while the edge is unproven."""

    probe_until_closed_trades: int = Field(default=30, ge=0, le=10_000)
    """Closed trades before the edge counts as measured."""

    new_build_sessions: int = Field(default=3, ge=0, le=250)
    """Sessions on a live account for which a new build of the code trades smaller."""

    new_build_size_fraction: Decimal = Field(default=Decimal("0.25"), gt=0, le=1)
    """Its size in them, fraction of full size."""

    vix_low: float = Field(default=20.0, ge=0, le=200)
    """VIX up to which size is full, index points."""

    vix_high: float = Field(default=40.0, ge=0, le=200)
    """VIX from which size is zero, index points."""

    atr_low_percent: float = Field(default=1.5, ge=0, le=100)
    """Average true range up to which size is full, percent of the close."""

    atr_high_percent: float = Field(default=4.0, ge=0, le=100)
    """Average true range from which size is zero, percent of the close."""

    @model_validator(mode="after")
    def _ranges_have_a_width(self) -> Self:
        if self.vix_low >= self.vix_high:
            raise ValueError(f"vix_low {self.vix_low} must be below vix_high {self.vix_high}")
        if self.atr_low_percent >= self.atr_high_percent:
            raise ValueError(
                f"atr_low_percent {self.atr_low_percent} must be below "
                f"atr_high_percent {self.atr_high_percent}"
            )
        return self
