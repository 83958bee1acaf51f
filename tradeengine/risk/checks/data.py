"""Is the market data good enough to act on?"""

from decimal import Decimal
from math import isfinite

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.instants import MINUTE
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def bar_is_fresh(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a bar that ended lately, and none since the symbol fell quiet is not enough."""
    limit = f"{limits.bar_max_age_seconds:g} s"
    bar = view.bars.get(intent.symbol)
    if bar is None:
        return Denied(Denial.BAR_STALE, limit, "no bar")
    quiet = view.quiet_since.get(intent.symbol)
    if quiet is not None and bar.received_at <= quiet:
        silent = view.seconds_since(quiet)
        return Denied(Denial.BAR_STALE, limit, f"symbol called quiet {silent:.0f} s ago")
    age = view.seconds_since(bar.at + MINUTE)
    if age <= limits.bar_max_age_seconds:
        return None
    return Denied(Denial.BAR_STALE, limit, f"{age:.1f} s")


def is_warm(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want enough bars for the slowest indicator."""
    seen = view.bars_seen[intent.symbol]
    if seen >= limits.warm_bars:
        return None
    return Denied(Denial.NOT_WARM, f"{limits.warm_bars} bars", f"{seen} bars")


def quote_is_fresh(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a quote of just now by its own clock and by ours, over a feed in good health."""
    limit = f"{limits.quote_max_age_seconds:g} s"
    if view.feed_trouble:
        return Denied(Denial.QUOTE_STALE, limit, view.feed_trouble)
    quote = view.quotes.get(intent.symbol)
    if quote is None:
        return Denied(Denial.QUOTE_STALE, limit, "no quote")
    ahead = -view.seconds_since(quote.at)
    if ahead > limits.clock_skew_max_seconds:
        return Denied(
            Denial.QUOTE_STALE,
            f"clock skew {limits.clock_skew_max_seconds:g} s",
            f"quote {ahead:.3f} s in our future",
        )
    # Old by either clock is old: a quote that waited in a buffer was received just now.
    age = view.seconds_since(min(quote.at, quote.received_at))
    if age <= limits.quote_max_age_seconds:
        return None
    return Denied(Denial.QUOTE_STALE, limit, f"{age:.3f} s")


def quote_is_sound(intent: OrderIntent, view: RiskView, _: RiskLimits) -> Denied | None:
    """Want a bid below an ask, both above zero and finite (locked counts as crossed)."""
    quote = view.quotes[intent.symbol]
    if 0 < quote.bid < quote.ask and isfinite(quote.ask):
        return None
    return Denied(Denial.QUOTE_CROSSED, "0 < bid < ask", f"bid {quote.bid}, ask {quote.ask}")


def spread_is_narrow(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want a spread that a reversion can pay for; wider on IEX, whose quotes are its own."""
    iex = limits.quotes_from_iex_only
    most = limits.iex_spread_max_bps if iex else limits.spread_max_bps
    quote = view.quotes[intent.symbol]
    bid, ask = Decimal(str(quote.bid)), Decimal(str(quote.ask))
    spread = (ask - bid) / ((ask + bid) / 2) * 10_000
    if spread <= most:
        return None
    badge = " (IEX-only quotes)" if iex else ""
    return Denied(Denial.SPREAD_TOO_WIDE, f"{most} bp{badge}", f"{spread:.2f} bp")
