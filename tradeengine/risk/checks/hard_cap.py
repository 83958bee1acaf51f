"""
The last look before an order may leave (15c3-5 (c)(1)(ii); RTS 6 article 15).

It shares no arithmetic with the size rule and with the other checks: it takes
the shares as they are, prices them at the highest price in sight and compares
with the bare limits. If the size rule is wrong by a factor of a hundred, this
is where the order dies.
"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.risk.checks.verdict import Denied
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.view import RiskView


def hard_cap(intent: OrderIntent, view: RiskView, limits: RiskLimits) -> Denied | None:
    """Want shares and dollars within the bare limits, whatever was worked out before."""
    equity, shares = view.equity, intent.quantity
    symbol = view.plan.symbols.get(intent.symbol)
    volume = 0 if symbol is None else symbol.adv20_shares or 0
    if equity is None or shares is None:
        return Denied(Denial.MAX_ORDER_NOTIONAL, "equity and shares known", "not known")
    if shares * 100 > volume * limits.adv_percent:
        return Denied(Denial.ADV_LIMIT, f"hard cap: {volume} shares a day", f"{shares} shares")
    worth = shares * _highest_price(intent, view)
    cap = min(limits.max_order_notional_dollars, equity * limits.max_order_notional_fraction)
    if 0 < worth <= cap:
        return None
    return Denied(Denial.MAX_ORDER_NOTIONAL, f"hard cap: ${cap:.2f}", f"${worth:.2f}")


def _highest_price(intent: OrderIntent, view: RiskView) -> Decimal:
    quote, bar = view.quotes.get(intent.symbol), view.bars.get(intent.symbol)
    prices = [Decimal(0) if intent.limit_price is None else intent.limit_price]
    if quote is not None:
        prices.append(Decimal(str(quote.ask)))
    if bar is not None:
        prices.append(Decimal(str(bar.close)))
    return max(prices)
