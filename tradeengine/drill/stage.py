"""
One cell on the stage: an engine and a venue in one loop, over real sockets, in lock-step.

The engine is the whole one, as `tradeengine run` starts it. Venue time moves only when
it owes nothing, so a cell takes a fraction of a second. A seed draws the market's lots,
the instant of the strike and the options of the fault.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from random import Random

import msgspec

from tradeengine.drill.evidence import Evidence, collect
from tradeengine.drill.recipe import Recipe
from tradeengine.drill.situation import START, UNTIL, Situation, later, prepare
from tradeengine.drill.witness import Witness
from tradeengine.model.orders import StopTrigger
from tradeengine.options import Flags, Options, read_options
from tradeengine.run.edges import World
from tradeengine.run.outcome import Outcome
from tradeengine.run.picture import Subject
from tradeengine.trading import trade_session
from tradeengine.venue.server.faults import AnyFault
from tradeengine.worlds.embedded import open_venue

_FIRST_STRIKE = time(10, 0, 40)
_STRIKES_WITHIN_SECONDS = 80


@dataclass(frozen=True, slots=True)
class Cell:
    """A fault, what the engine is doing, and a seed."""

    recipe: Recipe
    situation: Situation
    seed: int

    @property
    def name(self) -> str:
        """Its name in folders and reports."""
        return f"{self.recipe.name}-{self.situation}-{self.seed}"


class _Mute:
    """A screen that shows nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    async def follow(self, run: Subject) -> None:
        """Show nothing."""

    def end(self, outcome: Outcome) -> None:
        """Show nothing."""


async def play(cell: Cell, folder: Path) -> Evidence:
    """Play a cell under a new folder. Raises KeyboardInterrupt when a signal asks to stop."""
    lots = Random(cell.name)
    strike = later(_FIRST_STRIKE, round(lots.uniform(0, _STRIKES_WITHIN_SECONDS), 3))
    home = prepare(folder, cell.situation, strike, cell.recipe.settings)
    flags = Flags(venue="embedded", start=START, until=UNTIL, speed="max", seed=cell.seed)
    options = read_options(flags, home, None, {}, json=False)
    faults = msgspec.convert(cell.recipe.arm(lots, strike), list[AnyFault])
    seen: list[Witness] = []

    @asynccontextmanager
    async def watched(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
        async with open_venue(options, say) as venue:
            witness = Witness(venue.desk, tuple(faults))
            witness.begin()
            seen.append(witness)
            yield venue.world

    stops: list[StopTrigger] = []
    outcome = await trade_session(options, _Mute(), watched, stops.append)
    if stops:
        # The run took it for itself, or was ending anyway: the drill is what was meant.
        raise KeyboardInterrupt
    return collect(seen[0], outcome, cell.recipe.shown_by)
