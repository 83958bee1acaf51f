"""
The risk gate: intents in, approved orders or denials out.

Nothing reaches the router but through here, and this is the only place where an
`ApprovedOrder` is made. Entries face every check of `checks/sequence.py`; what
takes risk away faces none of them, only the bound of what is held. An error
inside a check is a no.
"""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import structs

from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.denials import Denial
from tradeengine.model.events import OrderDenied, PlanMade
from tradeengine.model.orders import Purpose
from tradeengine.model.plan import SessionPlan
from tradeengine.risk.checks import sequence
from tradeengine.risk.checks.verdict import Check, Denied, settled
from tradeengine.risk.closing import closing_quantity
from tradeengine.risk.keeper import ViewKeeper
from tradeengine.risk.parameters import RiskLimits
from tradeengine.risk.sizing import base_fraction, volatility_scale, whole_shares
from tradeengine.risk.worst_case import Addition


class RiskGate(ViewKeeper):
    """Judge intents by the limits and by all that was heard so far."""

    def __init__(self, limits: RiskLimits, plan: SessionPlan) -> None:
        """Take the limits and today's plan."""
        super().__init__(plan)
        self._limits = limits
        self._fraction = _fraction(plan, limits)

    def on_plan(self, made: PlanMade) -> None:
        """Judge by another plan from now on."""
        self.view.plan = made.plan
        self._fraction = _fraction(made.plan, self._limits)

    def on_intent(self, intent: OrderIntent) -> list[ApprovedOrder | OrderDenied]:
        """Answer an intent with exactly one approval or denial."""
        self.view.now = max(self.view.now, intent.at)
        self.view.reaches = None
        self.view.forget_old()
        is_entry = intent.purpose is Purpose.ENTRY
        verdict = self._judge_entry(intent) if is_entry else self._judge_closing(intent)
        if isinstance(verdict, Denied):
            return [
                OrderDenied(
                    at=intent.at,
                    intent=intent,
                    reason=verdict.reason,
                    limit=verdict.limit,
                    actual=verdict.actual,
                )
            ]
        self._count(intent, verdict)
        return [ApprovedOrder(at=intent.at, intent=intent, quantity=verdict)]

    def _judge_closing(self, intent: OrderIntent) -> Decimal | Denied:
        return closing_quantity(intent, self.view.exposure)

    def _judge_entry(self, intent: OrderIntent) -> Decimal | Denied:
        """Run the checks around the size rule; a supervision point of the house (rule 16)."""
        try:
            return self._sized_and_checked(intent)
        except Exception as error:  # an unknown state in risk code blocks entries, never exits
            return Denied(Denial.CHECK_FAILED, "no error", f"{type(error).__name__}: {error}")

    def _sized_and_checked(self, intent: OrderIntent) -> Decimal | Denied:
        denied = self._first_no(sequence.BEFORE_SIZE, intent)
        if denied is not None:
            return denied
        quantity = self._size(intent)
        sized = structs.replace(intent, quantity=quantity)
        price = settled(intent.limit_price)
        self.view.foresee(Addition(intent.symbol, intent.side, quantity, price))
        return self._first_no(sequence.AFTER_SIZE, sized) or settled(sized.quantity)

    def _first_no(self, checks: Iterable[Check], intent: OrderIntent) -> Denied | None:
        view, limits = self.view, self._limits
        for check in checks:
            denied = check(intent, view, limits)
            if denied is not None:
                return denied
        return None

    def _size(self, intent: OrderIntent) -> Decimal:
        if intent.quantity is not None:
            return intent.quantity
        view, limits = self.view, self._limits
        symbol, equity = view.symbol_plan(intent.symbol), settled(view.equity)
        return whole_shares(
            equity=equity,
            fraction=self._fraction * volatility_scale(view.plan.vix, symbol.atr_percent, limits),
            price=settled(intent.limit_price),
            adv20_shares=symbol.adv20_shares or 0,
            adv_percent=limits.adv_percent,
            dollars_at_most=min(
                view.available_buying_power(),
                limits.max_order_notional_dollars,
                limits.max_order_notional_fraction * equity,
            ),
        )

    def _count(self, intent: OrderIntent, quantity: Decimal) -> None:
        """Count an approved order before it leaves: exposure, throttle, budget."""
        view = self.view
        worst = intent.limit_price or intent.stop_price or view.mark(intent.symbol)
        view.exposure.reserve(intent, quantity, worst)
        view.approved(intent.symbol, is_entry=intent.purpose is Purpose.ENTRY)


def _fraction(plan: SessionPlan, limits: RiskLimits) -> Decimal:
    """Give the fraction of equity for a position, by the closed trades that the plan knows."""
    closed = max(plan.closed_trades, len(plan.closed_returns))
    return base_fraction(plan.closed_returns, closed, limits) * plan.size_ramp
