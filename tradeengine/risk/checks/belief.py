"""Do the market's regime and the symbol's valuation speak for an entry?"""

from datetime import date

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.instants import new_york
from tradeengine.model.plan import Regime
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def regime_is_known(_: OrderIntent, view: RiskView, __: RiskLimits) -> Denied | None:
    """Want a regime in the plan."""
    if view.plan.regime is not Regime.UNKNOWN:
        return None
    return Denied(Denial.REGIME_UNKNOWN, "a known regime", Regime.UNKNOWN.value)


def regime_allows(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a regime of the entry set."""
    allowed = limits.regime_mapping.entry_set
    if view.plan.regime in allowed:
        return None
    names = ", ".join(regime.value for regime in Regime if regime in allowed)
    limit = f"{names} ({limits.regime_mapping.value})"
    return Denied(Denial.REGIME_FORBIDS, limit, view.plan.regime.value)


def is_valued(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want a valuation."""
    if view.symbol_plan(intent.symbol).p_undervalued is not None:
        return None
    return Denied(Denial.FUNDAMENTALS_MISSING, "P(undervalued)", "none")


def valuation_is_fresh(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a dated valuation, not too old on the day of the session, and not of a later one."""
    limit = f"{limits.valuation_max_age_days} days"
    valued_on = view.symbol_plan(intent.symbol).valued_on
    if valued_on is None:
        return Denied(Denial.FUNDAMENTALS_STALE, limit, "no date")
    age = (new_york(view.now).date() - date.fromisoformat(valued_on)).days
    if 0 <= age <= limits.valuation_max_age_days:
        return None
    return Denied(Denial.FUNDAMENTALS_STALE, limit, f"{age} days, valued on {valued_on}")


def is_undervalued(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want the symbol to be undervalued with enough probability."""
    probability = view.symbol_plan(intent.symbol).p_undervalued or 0.0
    if probability >= limits.p_undervalued_min:
        return None
    limit = f"P(undervalued) {limits.p_undervalued_min:.2f}"
    return Denied(Denial.NOT_UNDERVALUED, limit, f"{probability:.4f}")


def vix_is_known(_: OrderIntent, view: RiskView, __: RiskLimits) -> Denied | None:
    """Want the VIX, or no size can be right."""
    return None if _is_number(view.plan.vix) else Denied(Denial.VIX_MISSING, "VIX", "none")


def range_is_known(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want the symbol's average true range, or no size can be right."""
    atr_percent = view.symbol_plan(intent.symbol).atr_percent
    return None if _is_number(atr_percent) else Denied(Denial.ATR_MISSING, "ATR percent", "none")


def _is_number(value: float | None) -> bool:
    return value is not None and 0 < value < float("inf")
