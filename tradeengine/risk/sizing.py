"""
How many shares.

`shares = floor(equity x f / price)`, never more than 1 % of the average daily
volume or than the dollars at hand; `f` is the probe size until enough trades
have closed, then a quarter of Kelly with a cap; both shrink with VIX and with
the symbol's own range. What is missing makes the size zero, never one. Rounding
is down, here and nowhere else.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from math import isfinite

from tradeengine.risk.kelly import read_record
from tradeengine.risk.parameters import RiskLimits

ZERO = Decimal(0)


def base_fraction(returns: Sequence[float], closed_trades: int, limits: RiskLimits) -> Decimal:
    """
    Give the fraction of equity for a position before scaling.

    The probe size until `closed_trades` and the `returns` at hand both reach the
    limit: without the returns there is nothing to measure.
    """
    if min(len(returns), closed_trades) < limits.probe_until_closed_trades:
        return limits.probe_fraction
    kelly = Decimal(str(read_record(returns, limits).kelly))
    return max(ZERO, min(limits.kelly_fraction * kelly, limits.position_cap_fraction))


def scale(value: float | None, full_until: float, zero_from: float) -> float:
    """Fall in a line from 1 at `full_until` to 0 at `zero_from`; 0 when there is no value."""
    if value is None or not isfinite(value):
        return 0.0
    return min(1.0, max(0.0, 1 - (value - full_until) / (zero_from - full_until)))


def volatility_scale(vix: float | None, atr_percent: float | None, limits: RiskLimits) -> Decimal:
    """Give the smaller of the market's and the symbol's scale, 0 to 1."""
    market = scale(vix, limits.vix_low, limits.vix_high)
    own = scale(atr_percent, limits.atr_low_percent, limits.atr_high_percent)
    return Decimal(str(min(market, own)))


def whole_shares(
    *,
    equity: Decimal,
    fraction: Decimal,
    price: Decimal,
    adv20_shares: int,
    adv_percent: Decimal,
    dollars_at_most: Decimal,
) -> Decimal:
    """Give the whole shares that the size rule allows; 0 when it allows none."""
    dollars = min(equity * fraction, dollars_at_most)
    shares = min(dollars / price, adv20_shares * adv_percent / 100)
    return max(ZERO, shares.to_integral_value(ROUND_FLOOR))
