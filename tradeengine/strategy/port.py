"""
What a strategy is: a class with handlers, each from one message to opinions.

Derive from `Strategy`, override the handlers you need and leave the rest: the
host asks once which ones a class overrides and calls no others. A handler gets
a message and returns what it wants done (`OrderIntent`) and what it thought
(`DecisionMade`), or None. It sees no clock: "now" is `received_at` of an input
and `at` of everything else. A strategy that raises loses what that one call
would have said; one that raises too often is benched.

    class BuyTheOpen(Strategy[BuyTheOpenParameters]):
        parameters_class = BuyTheOpenParameters

        def on_quote(self, quote: Quote) -> Opinions: ...
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import (
    Bar,
    DecisionMade,
    OrderDenied,
    OrderEnded,
    PlanMade,
    PositionChanged,
    Quote,
    RunOpened,
    StateChanged,
    SymbolFrozen,
    TimerFired,
    Trade,
    TradingStatus,
)
from tradeengine.model.parameters import Parameters
from tradeengine.model.plan import SessionPlan

Opinion = OrderIntent | DecisionMade
"""What a strategy may say. Anything else is a fault: only the risk gate approves orders."""

Opinions = Iterable[Opinion] | None
"""What a handler returns."""

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Context(Generic[P]):
    """What a strategy is given when it is made. `name` is the one orders carry."""

    name: str
    plan: SessionPlan
    parameters: P


class Strategy(Generic[P]):
    """The base of every strategy. All handlers are optional."""

    parameters_class: ClassVar[type[Parameters]] = Parameters
    """The class that checks `parameters` of the configuration; by default there are none."""

    def __init__(self, context: Context[P]) -> None:
        """Keep what the strategy is given. Raise BadConfiguration for a plan it cannot use."""
        self.name = context.name
        self.plan = context.plan
        self.parameters = context.parameters

    def on_run_opened(self, run: RunOpened) -> Opinions:
        """A run begins: here are the instants of the session."""

    def on_plan(self, made: PlanMade) -> Opinions:
        """Before the open: this plan takes the place of the one that the strategy was given."""

    def on_bar(self, bar: Bar) -> Opinions:
        """A minute is complete. Learn from a `history` bar, never trade on one."""

    def on_trade(self, trade: Trade) -> Opinions:
        """Something was traded."""

    def on_quote(self, quote: Quote) -> Opinions:
        """The best bid or ask is new."""

    def on_status(self, status: TradingStatus) -> Opinions:
        """Trading in a symbol was halted or resumed."""

    def on_timer(self, timer: TimerFired) -> Opinions:
        """A timer was due; `heartbeat` is every second."""

    def on_state(self, change: StateChanged) -> Opinions:
        """The engine is in another state; entries pass in TRADING only."""

    def on_frozen(self, frozen: SymbolFrozen) -> Opinions:
        """A symbol takes no entries until a person has looked."""

    def on_position(self, position: PositionChanged) -> Opinions:
        """A position of this strategy, or one that was found at the broker, is new."""

    def on_order_ended(self, ended: OrderEnded) -> Opinions:
        """An order of this strategy is at its end."""

    def on_denied(self, denied: OrderDenied) -> Opinions:
        """The risk gate refused an intent of this strategy."""
