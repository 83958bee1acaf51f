"""Is the symbol one that may be traded now?"""

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.orders import Side
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def is_in_universe(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want the symbol in today's plan."""
    if intent.symbol in view.plan.symbols:
        return None
    universe = f"{len(view.plan.symbols)} symbols of {view.plan.source}"
    return Denied(Denial.SYMBOL_NOT_IN_UNIVERSE, universe, intent.symbol)


def is_not_frozen(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want a symbol about which broker and ledger agree."""
    reason = view.frozen.get(intent.symbol)
    return None if reason is None else Denied(Denial.SYMBOL_FROZEN, "not frozen", reason)


def is_not_halted(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want no halt, and some time since the last one ended."""
    code = view.halted.get(intent.symbol)
    if code is not None:
        return Denied(Denial.SYMBOL_HALTED, "not halted", f"halted, code {code}")
    resumed = view.resumed_at.get(intent.symbol)
    if resumed is None or view.seconds_since(resumed) >= limits.halt_cooldown_seconds:
        return None
    limit = f"{limits.halt_cooldown_seconds} s after the halt"
    return Denied(Denial.SYMBOL_HALTED, limit, f"{view.seconds_since(resumed):.0f} s")


def is_long_or_shortable(intent: OrderIntent, _: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a buy, or a symbol that the operator allows to be sold short."""
    if intent.side is Side.BUY or intent.symbol in limits.short_symbols:
        return None
    return Denied(Denial.NOT_SHORTABLE, "buys only", f"sale of {intent.symbol} to open")
