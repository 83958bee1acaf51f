"""
A series of cells: which there are, how each came out, and what that says of each fault.

A cell that cannot be played to its end has failed, and says why.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from tradeengine.drill.recipe import Recipe
from tradeengine.drill.recipes import RECIPES
from tradeengine.drill.situation import Situation
from tradeengine.drill.stage import Cell, play
from tradeengine.drill.verdict import Verdict, judge
from tradeengine.errors import BadConfiguration, TradeEngineError
from tradeengine.event_loop import in_a_loop

PATIENCE_SECONDS = 60.0
"""Real seconds after which a cell is given up: it takes a fraction of one."""


class Result(Struct, frozen=True, kw_only=True):
    """How one fault came out over its cells: the worst times, in seconds of venue time."""

    fault: str
    cells: int
    failed: int
    struck: int
    """Cells in which the fault found something to strike."""
    detect: float | None
    flat: float | None
    safety: bool
    apart: float
    problems: tuple[str, ...]
    """What was wrong, each with the name of its cell."""

    @property
    def passed(self) -> bool:
        """Whether no cell failed."""
        return self.failed == 0


def chosen_recipes(names: Iterable[str]) -> list[Recipe]:
    """Give the recipes of the named faults, all for no names. Raises BadConfiguration."""
    wanted = list(names) or list(RECIPES)
    for name in wanted:
        if name not in RECIPES:
            raise BadConfiguration(
                "--faults", f"there is no fault {name!r}", f"choose from {', '.join(RECIPES)}"
            )
    return [RECIPES[name] for name in wanted]


def chosen_situations(names: Iterable[str]) -> list[Situation]:
    """Give the named situations, all for no names. Raises BadConfiguration."""
    try:
        return [Situation(name) for name in names] or list(Situation)
    except ValueError as error:
        known = ", ".join(Situation)
        raise BadConfiguration("--situations", str(error), f"choose from {known}") from None


def cells_of(recipe: Recipe, situations: Iterable[Situation], seeds: range) -> list[Cell]:
    """List the cells of a fault."""
    return [Cell(recipe, situation, seed) for situation in situations for seed in seeds]


def drilled(cells: Iterable[Cell], folder: Path, done: Callable[[Cell], None]) -> Result:
    """Play the cells of one fault, each under a folder of its own; `done` hears of each."""
    verdicts: list[tuple[Cell, Verdict]] = []
    for cell in cells:
        verdicts.append((cell, verdict_on(cell, folder / cell.name)))
        done(cell)
    return _summed(verdicts)


def verdict_on(cell: Cell, folder: Path) -> Verdict:
    """Play a cell and judge it."""
    try:
        return in_a_loop(_played(cell, folder))
    except TradeEngineError as error:
        return _given_up(str(error))
    except TimeoutError:
        return _given_up(f"it did not end within {PATIENCE_SECONDS:.0f} s")


async def _played(cell: Cell, folder: Path) -> Verdict:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return judge(await play(cell, folder), cell.recipe, cell.situation)


def _given_up(why: str) -> Verdict:
    return Verdict(problems=(why,), struck=False, detect=None, flat=None, safety=False, apart=0.0)


def _summed(verdicts: list[tuple[Cell, Verdict]]) -> Result:
    found = [verdict for _, verdict in verdicts]
    return Result(
        fault=verdicts[0][0].recipe.name,
        cells=len(found),
        failed=sum(not verdict.passed for verdict in found),
        struck=sum(verdict.struck for verdict in found),
        detect=_worst(verdict.detect for verdict in found),
        flat=_worst(verdict.flat for verdict in found),
        safety=any(verdict.safety for verdict in found),
        apart=round(max(verdict.apart for verdict in found), 3),
        problems=tuple(
            f"{cell.name}: {problem}" for cell, verdict in verdicts for problem in verdict.problems
        ),
    )


def _worst(seconds: Iterator[float | None]) -> float | None:
    known = [each for each in seconds if each is not None]
    return round(max(known), 3) if known else None
