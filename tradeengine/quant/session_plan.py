"""
The session plan put together: what each piece of the desk said, for the symbols of the universe.

Pure: nothing is fetched here and no file read. A figure that is missing stays missing: the risk
gate denies what it does not know.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import structs

from tradeengine.errors import JobFailed
from tradeengine.fundamentals.valuation import Valuation
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.quant.day_figures import DayFigures
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.sizing import base_fraction, volatility_scale

SOURCE = "the quant desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    All that a plan is made of, as known before the session of `day`.

    `sectors` has every symbol of the universe; `vix` in index points; `betas` to SPY;
    `returns` of closed round trips; `origins` in words, by part.
    """

    day: date
    sectors: Mapping[str, str]
    figures: Mapping[str, DayFigures]
    betas: Mapping[str, float]
    valuations: Mapping[str, Valuation]
    regime: Regime
    vix: float | None
    returns: Sequence[float]
    origins: Mapping[str, str]


def plan_of(evidence: Evidence, limits: RiskLimits) -> SessionPlan:
    """Make the plan. Sizes are those of the size rule before any cap, a fraction of equity."""
    base = base_fraction(evidence.returns, len(evidence.returns), limits)
    symbols = {}
    for symbol, sector in sorted(evidence.sectors.items()):
        figures = evidence.figures.get(symbol)
        range_percent = None if figures is None else figures.atr_percent
        valuation = evidence.valuations.get(symbol)
        scale = volatility_scale(evidence.vix, range_percent, limits)
        symbols[symbol] = SymbolPlan(
            p_undervalued=None if valuation is None else valuation.p_undervalued,
            valued_on=None if valuation is None else valuation.as_of.isoformat(),
            adv20_shares=None if figures is None else figures.adv20_shares,
            atr_percent=range_percent,
            beta=evidence.betas.get(symbol),
            sector=sector,
            prior_close=None if figures is None else figures.prior_close,
            short_restricted=figures is not None and figures.short_restricted,
            size_fraction=float(base * scale),
        )
    return SessionPlan(
        source=SOURCE,
        regime=evidence.regime,
        vix=evidence.vix,
        symbols=symbols,
        day=evidence.day.isoformat(),
        origins=dict(evidence.origins),
        closed_trades=len(evidence.returns),
        closed_returns=tuple(evidence.returns),
    )


def renewed(
    plan: SessionPlan, first: SessionPlan, session: date, streamed: Collection[str]
) -> SessionPlan:
    """
    Give a plan that was made anew as a run takes it, which began with `first`.

    Symbols that the run does not stream are left out, and the ramp of sizes stays. Raises
    JobFailed for a plan of another session: one that was tried again after the close is of
    the next.
    """
    if plan.day != session.isoformat():
        raise JobFailed("plan", f"it is of {plan.day}, and the run trades {session}")
    symbols = {name: row for name, row in plan.symbols.items() if name in streamed}
    return structs.replace(plan, symbols=symbols, size_ramp=first.size_ramp)
