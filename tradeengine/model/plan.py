"""The session plan: what the engine may trade today and what it believes of it."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Regime(StrEnum):
    """Volatility state of the market crossed with its trend."""

    LV_BULL = "LV-bull"
    LV_BEAR = "LV-bear"
    HV_BULL = "HV-bull"
    HV_BEAR = "HV-bear"
    UNKNOWN = "UNKNOWN"


class SymbolPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One tradable symbol.

    `p_undervalued` in 0..1 (None: no valuation), `valued_on` ISO date,
    `adv20_shares` 20-day average volume in shares, `atr_percent` 14-day average
    true range in percent of the close, `beta` to SPY. `prior_close` in dollars and
    `short_restricted` (the session before fell by 10 %) are for short sales only.
    `size_fraction` of equity is what the size rule gave before any cap, to be read by people.
    """

    p_undervalued: float | None = None
    valued_on: str | None = None
    adv20_shares: int | None = None
    atr_percent: float | None = None
    beta: float | None = None
    sector: str = "unknown"
    prior_close: float | None = None
    short_restricted: bool = False
    size_fraction: float | None = None


class SessionPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The plan of one session. `vix` in index points; `source` names its origin.

    `by_hand` is the file that a person wrote it in; "": the engine built it. `day` is the
    session (ISO date) and `origins` says of each part where it came from and of which day.
    `closed_returns` are net returns of the account's closed round trips, the oldest first;
    `closed_trades` counts those that a person answers for.
    """

    source: str
    regime: Regime
    vix: float | None
    symbols: dict[str, SymbolPlan]
    closed_trades: int = 0
    size_ramp: Decimal = Decimal(1)
    by_hand: str = ""
    day: str | None = None
    origins: dict[str, str] = {}
    closed_returns: tuple[float, ...] = ()


NOTHING_PLANNED = SessionPlan(
    source="nothing is planned", regime=Regime.UNKNOWN, vix=None, symbols={}
)
"""What stands for a plan that is still to be built: with it nothing may be traded."""
