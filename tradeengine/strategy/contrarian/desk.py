"""Everything that a rule of the strategy may look at."""

from datetime import date

from tradeengine.errors import BadConfiguration
from tradeengine.model.events import Quote
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import SessionPlan, SymbolPlan
from tradeengine.strategy.contrarian.holding import Holding
from tradeengine.strategy.contrarian.hours import Hours
from tradeengine.strategy.contrarian.overlay import Overlay
from tradeengine.strategy.contrarian.reading import Reading
from tradeengine.strategy.parameters import ContrarianParameters

_LEAVES_IN = frozenset({EngineState.TRADING, EngineState.REDUCING})


class SymbolState:
    """
    One symbol. `plan` is None if it is not in the session plan.

    `resumed_at` is when its last halt ended, None if there was none.
    """

    __slots__ = (
        "frozen",
        "halted",
        "holding",
        "plan",
        "quote",
        "reading",
        "resumed_at",
        "symbol",
        "valued_on",
    )

    def __init__(
        self, symbol: str, plan: SymbolPlan | None, parameters: ContrarianParameters
    ) -> None:
        self.symbol = symbol
        self.take(plan)
        self.reading = Reading(parameters)
        self.holding = Holding(parameters.stop_atr)
        self.quote: Quote | None = None
        self.frozen = self.halted = False
        self.resumed_at: int | None = None

    def take(self, plan: SymbolPlan | None) -> None:
        """Take what a session plan says. Raises BadConfiguration for a date that is none."""
        self.plan = plan
        self.valued_on = _valued_on(self.symbol, plan)


class Desk:
    """What is the same for all symbols: parameters, regime, hours, state, market."""

    __slots__ = ("allowed_regimes", "hours", "overlay", "parameters", "regime", "state")

    def __init__(self, plan: SessionPlan, parameters: ContrarianParameters) -> None:
        self.parameters = parameters
        self.regime = plan.regime
        self.allowed_regimes = parameters.regime_mapping.allows
        self.overlay = Overlay(parameters)
        self.hours: Hours | None = None
        self.state = EngineState.STARTING

    @property
    def may_leave(self) -> bool:
        """Whether exits are ours to ask for; in other states the engine flattens, or rests."""
        return self.state in _LEAVES_IN


def _valued_on(symbol: str, plan: SymbolPlan | None) -> date | None:
    if plan is None or plan.valued_on is None:
        return None
    try:
        return date.fromisoformat(plan.valued_on)
    except ValueError as error:
        raise BadConfiguration(
            f"session plan, {symbol}.valued_on",
            f"{plan.valued_on!r} is not a date",
            "write it as YYYY-MM-DD",
        ) from error
