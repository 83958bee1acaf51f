"""May the engine open anything at all now?"""

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.instants import MINUTE, new_york
from tradeengine.model.orders import EngineState
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def engine_is_trading(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want state TRADING, and a drawdown below the limit even if the state lags behind."""
    if view.state is not EngineState.TRADING:
        return Denied(Denial.STATE_NOT_TRADING, EngineState.TRADING.value, view.state.value)
    if view.drawdown >= limits.drawdown_max_fraction:
        limit = f"drawdown below {limits.drawdown_max_fraction:.2%}"
        return Denied(Denial.STATE_NOT_TRADING, limit, f"{view.drawdown:.2%}")
    return None


def order_stream_is_ready(_: OrderIntent, view: RiskView, __: RiskLimits) -> Denied | None:
    """Want the order stream, or fills would be missed."""
    if view.order_stream_ready:
        return None
    return Denied(Denial.ORDER_STREAM_NOT_READY, "authorised and listening", "not ready")


def positions_are_protected(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want no position that was without a broker-held stop for too long."""
    if not view.naked:
        return None
    limit = f"{limits.naked_exposure_max_dollar_seconds:.0f} dollar-seconds"
    worst = max(view.naked, key=lambda symbol: view.naked[symbol])
    return Denied(Denial.NAKED_EXPOSURE, limit, f"{worst} {view.naked[worst]:.0f}")


def within_entry_window(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want distance from the open and from the close of the day."""
    if view.run is None:
        return Denied(Denial.OUTSIDE_ENTRY_WINDOW, "a session", "session times not known")
    first = view.run.session_open + limits.entry_window_after_open_minutes * MINUTE
    last = view.run.session_close - limits.entry_window_before_close_minutes * MINUTE
    if first <= view.now <= last:
        return None
    window = f"{new_york(first):%H:%M} to {new_york(last):%H:%M} New York"
    return Denied(Denial.OUTSIDE_ENTRY_WINDOW, window, f"{new_york(view.now):%H:%M:%S}")
