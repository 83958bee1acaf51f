"""Can the account carry it, with every open order filled at its worst?"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.checks.verdict import Denied, dollars, settled
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView
from tradeengine.risk.worst_case import gross, net


def account_is_known(_: OrderIntent, view: RiskView, __: RiskLimits) -> Denied | None:
    """Want equity and buying power as the broker told them."""
    if view.buying_power is not None and view.equity is not None and view.equity > 0:
        return None
    actual = f"equity {view.equity}, buying power {view.buying_power}"
    return Denied(Denial.BUYING_POWER, "equity and buying power known", actual)


def positions_are_few(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want room for one more symbol."""
    others = sum(1 for symbol in view.exposure.symbols() if symbol != intent.symbol)
    if others < limits.max_positions:
        return None
    return Denied(Denial.MAX_POSITIONS, f"{limits.max_positions} symbols", f"{others} held or due")


def buying_power_suffices(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want buying power for the order beside what is promised to others."""
    cost = settled(intent.quantity) * settled(intent.limit_price)
    available = view.available_buying_power()
    if cost <= available:
        return None
    return Denied(Denial.BUYING_POWER, dollars(available), dollars(cost))


def margin_is_left(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want equity left above the maintenance margin of all that may be held."""
    equity = settled(view.equity)
    margin = limits.maintenance_margin_fraction * gross(settled(view.reaches))
    excess = (equity - margin) / equity
    if excess >= limits.margin_excess_min_fraction:
        return None
    limit = f"excess of {limits.margin_excess_min_fraction:.0%} of equity"
    return Denied(Denial.INTRADAY_MARGIN, limit, f"{excess:.2%}")


def gross_is_bounded(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want long plus short exposure below the limit."""
    return _bounded(
        Denial.GROSS_EXPOSURE,
        gross(settled(view.reaches)),
        limits.gross_exposure_max_fraction * settled(view.equity),
    )


def net_is_bounded(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want long minus short exposure below the limit, either way."""
    return _bounded(
        Denial.NET_EXPOSURE,
        net(settled(view.reaches)),
        limits.net_exposure_max_fraction * settled(view.equity),
    )


def sector_is_bounded(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want exposure to the symbol's sector below the limit."""
    sector = view.symbol_plan(intent.symbol).sector
    return _bounded(
        Denial.SECTOR_EXPOSURE,
        gross(
            row for row in settled(view.reaches) if view.symbol_plan(row.symbol).sector == sector
        ),
        limits.sector_exposure_max_fraction * settled(view.equity),
        f" in sector {sector}",
    )


def beta_is_bounded(_: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want the account's beta below the limit; a symbol without one has no place in it."""
    rows = settled(view.reaches)
    unknown = [row.symbol for row in rows if view.symbol_plan(row.symbol).beta is None]
    limit = f"beta {limits.portfolio_beta_max}"
    if unknown:
        return Denied(Denial.PORTFOLIO_BETA, limit, f"no beta for {', '.join(unknown)}")
    beta = net(rows, lambda symbol: _beta(symbol, view)) / settled(view.equity)
    if beta <= limits.portfolio_beta_max:
        return None
    return Denied(Denial.PORTFOLIO_BETA, limit, f"{beta:.4f}")


def _beta(symbol: str, view: RiskView) -> Decimal:
    return Decimal(str(view.symbol_plan(symbol).beta))


def _bounded(reason: Denial, exposure: Decimal, most: Decimal, where: str = "") -> Denied | None:
    if exposure <= most:
        return None
    return Denied(reason, dollars(most) + where, dollars(exposure))
