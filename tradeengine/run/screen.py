"""
The screen of a run: a live view on a terminal, plain lines elsewhere, JSON for machines.

All three see pictures only (`picture.py`); `console/` turns them into text. With
`--json` the lines go to standard error, and the summary is the last line on
standard output.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

import msgspec
from rich.console import Console
from rich.live import Live

from tradeengine.console import live, summary
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.console.plain import ProgressLines
from tradeengine.options import Options
from tradeengine.run.outcome import Outcome
from tradeengine.run.picture import Subject, take_picture


class Screen(Protocol):
    """Who shows a run."""

    def say(self, text: str) -> None:
        """Show a line at once."""

    async def follow(self, run: Subject) -> None:
        """Show a run until cancelled."""

    def end(self, outcome: Outcome) -> None:
        """Show how it ended."""


@contextmanager
def open_screen(options: Options) -> Iterator[Screen]:
    """Choose the screen: live on a terminal, else lines; JSON if asked for."""
    parameters = options.settings.console
    if options.json:
        yield JsonScreen(parameters)
    elif sys.stdout.isatty():
        yield LiveScreen(parameters)
    else:
        yield LineScreen(parameters, sys.stdout)


class LineScreen:
    """Plain lines, each as soon as it is news."""

    def __init__(self, parameters: ConsoleParameters, out: TextIO) -> None:
        self._parameters, self._out = parameters, out
        self._progress = ProgressLines(parameters)
        self._run: Subject | None = None

    def say(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    async def follow(self, run: Subject) -> None:
        self._run = run
        while True:
            self._tell()
            await asyncio.sleep(self._parameters.refresh_seconds)

    def _tell(self) -> None:
        if self._run is not None:
            for line in self._progress.news(take_picture(self._run)):
                self.say(line)

    def end(self, outcome: Outcome) -> None:
        self._tell()
        Console(file=self._out, width=100).print(summary.summary(outcome.summary))


class JsonScreen(LineScreen):
    """Lines on standard error; the last line on standard output is JSON."""

    def __init__(self, parameters: ConsoleParameters) -> None:
        super().__init__(parameters, sys.stderr)

    def end(self, outcome: Outcome) -> None:
        self._tell()
        print(msgspec.json.encode(summary.summary_json(outcome.summary)).decode(), flush=True)


class LiveScreen:
    """A picture that is drawn anew several times a second."""

    def __init__(self, parameters: ConsoleParameters) -> None:
        self._parameters = parameters
        self._console = Console()

    def say(self, text: str) -> None:
        self._console.print(text, style="bold", highlight=False)

    async def follow(self, run: Subject) -> None:
        with Live(console=self._console, auto_refresh=False, transient=True) as view:
            while True:
                view.update(live.Screen(take_picture(run), self._parameters), refresh=True)
                await asyncio.sleep(self._parameters.refresh_seconds)

    def end(self, outcome: Outcome) -> None:
        self._console.print(summary.summary(outcome.summary))
