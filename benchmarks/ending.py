"""How a benchmark of the desk ends: its figures as a table or as JSON, and an exit code."""

import json
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float]


def ended(
    arguments: Sequence[str],
    figures: Figures,
    table: Callable[[Figures], Table],
    holds: Callable[[Figures], bool],
) -> int:
    """Print the figures (`--json`: for machines); give 0 when every limit holds, else 1."""
    if "--json" in arguments:
        print(json.dumps(figures))
    else:
        Console(width=110).print(table(figures))
    return 0 if holds(figures) else 1
