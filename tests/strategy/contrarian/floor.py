"""
A trading day for the strategy, minute by minute, without anything around it.

The day before and until 11:00 the symbol AAA and the market SPY are quiet: AAA
goes 100.00, 100.10 in turns, SPY 270.00, 270.10. Then the test says what happens.
"""

from decimal import Decimal

from tests.strategy.messages import (
    bar,
    became,
    ended,
    on,
    opened,
    plan,
    position,
    quote,
)
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import DecisionMade
from tradeengine.model.instants import MINUTE, NANOS, parse_instant
from tradeengine.model.orders import EngineState, Purpose
from tradeengine.model.plan import SessionPlan
from tradeengine.strategy.contrarian import Contrarian
from tradeengine.strategy.parameters import ContrarianParameters
from tradeengine.strategy.port import Context, Opinion, Opinions

YESTERDAY = parse_instant("2019-02-12T14:30:00Z")

SLIDE = [99.7, 99.4, 99.1, 98.8, 98.5, 98.45, 98.42, 98.4, 98.39]
"""From 11:00 on: five minutes of a fall and four in which it tires."""


class Floor:
    """The strategy and what it said."""

    def __init__(
        self,
        session_plan: SessionPlan | None = None,
        parameters: ContrarianParameters | None = None,
    ) -> None:
        context = Context(
            "contrarian", session_plan or plan("AAA"), parameters or ContrarianParameters()
        )
        self.strategy = Contrarian(context)
        self.decisions: list[DecisionMade] = []
        self.orders: list[OrderIntent] = []

    def take(self, opinions: Opinions) -> list[Opinion]:
        said = list(opinions or ())
        self.decisions += [one for one in said if isinstance(one, DecisionMade)]
        self.orders += [one for one in said if isinstance(one, OrderIntent)]
        return said

    @property
    def last(self) -> DecisionMade:
        return self.decisions[-1]

    def open(self) -> None:
        """Warm up on the day before, open the session and trade."""
        self.strategy.on_run_opened(opened())
        for i in range(390):
            self._quiet_minute(YESTERDAY + i * MINUTE, i, history=True)
        self.strategy.on_state(became(EngineState.TRADING))

    def be_quiet(self, since: str, until: str) -> None:
        start, end = on(since), on(until)
        for i, at in enumerate(range(start, end, MINUTE)):
            self._quiet_minute(at, i)

    def _quiet_minute(self, at: int, i: int, *, history: bool = False) -> None:
        self.minute(at, 100.0 + 0.1 * (i % 2), spy=270.0 + 0.1 * (i % 2), history=history)

    def minute(
        self, at: int, close: float, *, spy: float = 270.0, history: bool = False
    ) -> list[Opinion]:
        """One minute of SPY and AAA, with a quote of AAA half a second before its end."""
        self.take(self.strategy.on_bar(bar(at, spy, symbol="SPY", history=history)))
        if not history:
            end = at + MINUTE - NANOS // 2
            bid, ask = round(close - 0.01, 2), round(close + 0.01, 2)
            self.strategy.on_quote(quote(end, bid, ask))
        return self.take(self.strategy.on_bar(bar(at, close, history=history)))

    def slide(self, since: str, closes: list[float] | None = None) -> None:
        for i, close in enumerate(closes or SLIDE):
            self.minute(on(since) + i * MINUTE, close)

    def fill_entry(self, clock: str, quantity: str = "50", price: str = "98.40") -> None:
        """As the router and the ledger say it: first the order's end, then the position."""
        at = on(clock)
        self.take(self.strategy.on_order_ended(ended(at, Purpose.ENTRY, quantity)))
        self.strategy.on_position(position(at, quantity, price))

    def end_exit(self, clock: str, filled: str, left: str) -> list[Opinion]:
        at = on(clock)
        said = self.take(self.strategy.on_order_ended(ended(at, Purpose.EXIT, filled)))
        if Decimal(filled):
            self.strategy.on_position(position(at, left, "98.40"))
        return said

    def enter(self) -> None:
        """The whole way to a position of 50 shares at 98.40, bought at 11:09:01."""
        self.open()
        self.be_quiet("09:30:00", "11:00:00")
        self.slide("11:00:00")
        self.fill_entry("11:09:01")
