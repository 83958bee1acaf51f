"""What `tradeengine drill` does: play the cells with progress, compare, keep, show."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.console import Console

from tradeengine import __version__
from tradeengine.clock import SystemClock
from tradeengine.console.bars import bars_on_standard_error
from tradeengine.drill.series import (
    Result,
    cells_of,
    chosen_recipes,
    chosen_situations,
    drilled,
)
from tradeengine.drill.stage import Cell
from tradeengine.drill.table import table
from tradeengine.drill.trend import Drill, append, last_like, require_room
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import Home
from tradeengine.model.instants import format_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was typed: no names mean all; `keep` is where cells stay, None for nowhere."""

    faults: tuple[str, ...]
    situations: tuple[str, ...]
    seeds: range
    keep: Path | None
    json: bool


def hold(order: Order, home: Home) -> ExitCode:
    """Hold a drill and show it. Raises BadConfiguration."""
    recipes, situations = chosen_recipes(order.faults), chosen_situations(order.situations)
    home.prepare()
    require_room(home.drills_file)
    started = format_instant(SystemClock().now() // 10**9 * 10**9)
    cells = [cells_of(recipe, situations, order.seeds) for recipe in recipes]
    with _folder(order.keep, started) as folder, _telling(sum(map(len, cells))) as tell:
        results = tuple(drilled(each, folder, tell) for each in cells)
    drill = Drill(
        at=started,
        version=__version__,
        first_seed=order.seeds.start,
        seeds=len(order.seeds),
        situations=tuple(situation.value for situation in situations),
        results=results,
    )
    # Shown first: a disk that is full by now must not keep back what a drill has found.
    _show(drill, last_like(home.drills_file, drill), as_json=order.json)
    append(home.drills_file, drill)
    return ExitCode.CLEAN if drill.passed else ExitCode.FAILED


@contextmanager
def _folder(keep: Path | None, started: str) -> Iterator[Path]:
    """Give the folder of all cells. Raises BadConfiguration."""
    if keep is None:
        with TemporaryDirectory(prefix="tradeengine-drill-") as name:
            yield Path(name)
        return
    folder = keep.absolute() / f"drill-{started.replace(':', '')}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise BadConfiguration(
            "--keep", f"{folder} cannot be made: {error.strerror}", "choose another folder"
        ) from error
    yield folder


@contextmanager
def _telling(cells: int) -> Iterator[Callable[[Cell], None]]:
    """Give what shows each cell on a bar when it is done."""
    with bars_on_standard_error(width=36) as bars:
        task = bars.add_task("drilling", total=cells)
        yield lambda cell: bars.update(task, advance=1, description=cell.name)


def _show(drill: Drill, before: Mapping[str, Result], *, as_json: bool) -> None:
    if as_json:
        shown = msgspec.to_builtins(drill) | {"passed": drill.passed}
        print(msgspec.json.encode(shown).decode(), flush=True)
    else:
        Console(width=None if sys.stdout.isatty() else 120).print(table(drill, before))
