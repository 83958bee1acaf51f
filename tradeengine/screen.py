"""
The screen of a run: a live view on a terminal, plain lines elsewhere, JSON for machines.

What is shown is a snapshot of the parts, taken here; `console/` turns it into
text. With `--json` the lines go to standard error, and the last line on
standard output is the summary.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from tradeengine.describe import Line
from tradeengine.edges import World
from tradeengine.layout import RunFiles
from tradeengine.logs import Level
from tradeengine.model.instants import format_instant, new_york
from tradeengine.options import Options
from tradeengine.outcome import Outcome
from tradeengine.status import Status, write_status
from tradeengine.watch import Watch
from tradeengine.wiring import Core


class Screen:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._parts = None

    def follow(self, core, watch, world, files, inbox) -> None:
        self._parts = (core, watch, world, files, inbox)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def line(self, at: int, line: Line) -> None:
        if line.level >= Level.INFO:
            print(f"{new_york(at):%H:%M:%S} {line.component:<9} {line.code:<18} {line.text}", file=sys.stderr)

    async def run(self) -> None:
        import asyncio
        await asyncio.Event().wait()

    def write_status(self) -> None:
        core, watch, world, files, inbox = self._parts
        view = core.ledger.view()
        write_status(self._options.home, Status(run_id=files.run_id, pid=os.getpid(), venue=world.venue, state=core.breaker.state.value,
            engine_time=format_instant(world.clock.now()), equity=str(view.equity), positions={r.symbol: str(r.quantity) for r in view.positions},
            open_orders=sum(1 for _ in core.router.book.open_orders()), orders=watch.tally.orders, fills=watch.tally.fills, alerts=list(watch.tally.alerts)))

    def end(self, outcome: Outcome) -> None:
        print(msgspec.json.encode(outcome.summary()).decode())


@contextmanager
def open_screen(options: Options) -> Iterator[Screen]:
    yield Screen(options)
