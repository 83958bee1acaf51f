"""The table of a drill, for people."""

from collections.abc import Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tradeengine.drill.recipes import RECIPES
from tradeengine.drill.series import Result
from tradeengine.drill.trend import Drill, change

_MOST_PROBLEMS = 5
"""Problems shown for a fault; `--json` has all."""

_NOTE = (
    "Worst times over the cells, in seconds of venue time. detect: from the strike to the first"
    " message that names the fault (borne: it need not be named). flat: from the strike to flat"
    " where it led to SAFETY (*), else how long the flatten at the end took. apart: how long"
    " engine and broker held different positions."
)


def table(drill: Drill, before: Mapping[str, Result]) -> Group:
    """Lay a drill out; `before` are the last results over the same cells."""
    rows = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, side in (
        ("fault", "left"), ("cells", "right"), ("detect", "right"), ("flat", "right"),
        ("apart", "right"), ("", "left"), ("since the last like it", "left"),
    ):  # fmt: skip
        rows.add_column(name, justify=side, no_wrap=name != "since the last like it")  # type: ignore[arg-type]  # literals
    for result in drill.results:
        rows.add_row(*_row(result, before.get(result.fault)))
    return Group(rows, Text(_NOTE, "dim"), *_problems(drill), _verdict(drill))


def _row(result: Result, before: Result | None) -> tuple[str | Text, ...]:
    return (
        result.fault,
        str(result.cells),
        _detect(result),
        "-" if result.flat is None else f"{result.flat:.1f}{'*' if result.safety else ' '}",
        f"{result.apart:.1f}",
        _word(result),
        change(result, before),
    )


def _detect(result: Result) -> str:
    if result.detect is not None:
        return f"{result.detect:.1f}"
    return "borne" if result.struck else "-"


def _word(result: Result) -> Text:
    if not result.passed:
        return Text(f"FAIL {result.failed}", "bold red")
    if result.struck == 0:
        # Nothing was wrong, but nothing was shown either.
        return Text("no chance", "yellow")
    return Text("pass", "green")


def _problems(drill: Drill) -> list[Text]:
    lines = []
    for result in drill.results:
        lines += [Text(f"  {problem}", "red") for problem in result.problems[:_MOST_PROBLEMS]]
        if len(result.problems) > _MOST_PROBLEMS:
            lines.append(Text(f"  ... and {len(result.problems) - _MOST_PROBLEMS} more", "red"))
        if not result.passed:
            lines.append(Text(f"  again: {again(drill, result)}", "dim"))
    return lines


def again(drill: Drill, result: Result) -> str:
    """Give the command that drills a fault once more."""
    return (
        f"tradeengine drill --faults {result.fault} --situations {','.join(drill.situations)}"
        f" --seeds {drill.seeds} --first-seed {drill.first_seed}"
    )


def _verdict(drill: Drill) -> Text:
    failed = [result.fault for result in drill.results if not result.passed]
    cells = sum(result.cells for result in drill.results)
    counted = f"{len(drill.results)} of {len(RECIPES)} faults, {cells} cells"
    if failed:
        return Text(f"FAILED: {', '.join(failed)} ({counted})", "bold red")
    return Text(f"passed: {counted}", "bold green")
