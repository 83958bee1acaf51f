"""How far the desk is, on the terminal of whoever looks: a bar for each step, as it comes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tradeengine.console.bars import bars_on_standard_error

Hears = Callable[[str, int, int], None]
"""Hears what is done, how much of it, and how much there is; 0: nobody knows."""


@contextmanager
def progress_bars(steps: Sequence[str] = ()) -> Iterator[Hears]:
    """
    Show bars on standard error for the length of a block, and nothing where that is no terminal.

    `steps` are shown from the beginning, in their order; others are added when they are heard of.
    """
    with bars_on_standard_error(width=14) as bars:
        tasks = {step: bars.add_task(step, total=None, start=False) for step in steps}

        def hear(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=None)
            bars.start_task(tasks[what])
            bars.update(tasks[what], completed=done, total=of or None)

        yield hear
