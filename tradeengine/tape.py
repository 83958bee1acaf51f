"""
Whose quotes a run hears.

Alpaca's free tape has the quotes of one exchange alone (IEX), which are wider than the best of
all: other limits hold for them, and entries say so. That follows from venue and feed, so nobody
has to set it. A venue of our own sends the best of all under every name of a tape.
"""

from dataclasses import replace

from tradeengine.build_inputs import BuildInputs
from tradeengine.feed.parameters import Tape
from tradeengine.settings import Settings, VenueChoice, VenueKind
from tradeengine.settings.strategy_class import parameters_class
from tradeengine.strategy.parameters import StrategySpec

FLAG = "quotes_from_iex_only"
"""The parameter that says so, of the risk gate and of a strategy that wants to know."""


def hears_iex_only(choice: VenueChoice, settings: Settings) -> bool:
    """Tell whether the quotes of a run are those of IEX alone."""
    return choice.kind in {VenueKind.PAPER, VenueKind.LIVE} and settings.feed.feed is Tape.IEX


def on_iex(inputs: BuildInputs) -> BuildInputs:
    """Give the same inputs with gate and strategies told of the tape."""
    return replace(
        inputs,
        risk=inputs.risk.model_copy(update={FLAG: True}),
        strategies=tuple(_told(spec) for spec in inputs.strategies),
    )


def _told(spec: StrategySpec) -> StrategySpec:
    """Tell a strategy whose class has the parameter."""
    if FLAG not in parameters_class(spec.class_path).model_fields:
        return spec
    return spec.model_copy(update={"parameters": {**spec.parameters, FLAG: True}})
