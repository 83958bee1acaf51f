"""
A moment in which every gate holds, for tests that break one thing of it.

It is 11:00 in New York on 2019-02-13; AAA closed at 98.00, 2.00 below its VWAP.
"""

from decimal import Decimal

from tests.strategy.messages import bar, on, opened, plan, position, quote
from tradeengine.model.events import Bar
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import Regime
from tradeengine.strategy.contrarian.desk import Desk, SymbolState
from tradeengine.strategy.contrarian.hours import Hours
from tradeengine.strategy.parameters import ContrarianParameters

NOW = on("11:00:00")


def desk(parameters: ContrarianParameters | None = None, regime: Regime = Regime.HV_BEAR) -> Desk:
    numbers = parameters or ContrarianParameters()
    made = Desk(plan("AAA", regime=regime), numbers)
    made.state = EngineState.TRADING
    made.hours = Hours.of(opened(), numbers)
    made.overlay.z = 0.3
    made.overlay.ended_at = on("11:00:00")
    return made


def stretched(of: Desk, p: float | None = 0.8) -> SymbolState:
    state = SymbolState("AAA", plan("AAA", p=p).symbols["AAA"], of.parameters)
    reading = state.reading
    reading.bars, reading.close, reading.rises = 450, 98.0, 2
    reading.vwap, reading.atr, reading.rsi = 100.0, 1.0, 22.5
    state.quote = quote(on("10:59:59"), 97.99, 98.01)
    return state


def completed(close: float = 98.0, late_seconds: float = 0.0) -> Bar:
    return bar(on("10:59:00"), close, late_seconds=late_seconds)


def held(of: Desk, quantity: str = "10", price: str = "98.00") -> SymbolState:
    """A position that was bought at 10:30, when the average true range was 1.00."""
    state = stretched(of)
    state.holding.ask_entry(1.0)
    state.holding.move(position(on("10:30:00"), quantity, price))
    state.holding.end_entry(Decimal(quantity))
    return state
