"""The bars that show how far a long work is: the same for a drill and for the quant desk."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def bars_on_standard_error(width: int) -> Progress:
    """
    Give bars with what is done in `width` columns, how much of how much, and the time.

    They leave nothing behind, and are not shown where standard error is no terminal.
    """
    return Progress(
        TextColumn(f"{{task.description:<{width}}}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
