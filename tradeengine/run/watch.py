"""
The watch: sees each message after its step, writes the log, feeds the tally.

It observes only. The start-up waits here for the broker's first snapshot.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tradeengine.clock import Clock, SystemClock
from tradeengine.layout import RunFiles
from tradeengine.logs import EventLog, Level, library_logging, remove_old_runs
from tradeengine.model.events import Bar, BrokerSnapshot, PriceBand, Quote, Trade
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.options import Options
from tradeengine.run.alarm import Raise, sound
from tradeengine.run.describe import describe
from tradeengine.run.tally import Tally

_TICKS = frozenset({Quote, Trade, Bar, PriceBand})


def _nobody(severity: Severity, code: str, text: str) -> None:
    """Tell nobody."""


class Watch:
    """Feed log and tally with what happens."""

    def __init__(self, log: EventLog, tell: Raise = _nobody) -> None:
        """`tell` brings to a person what a person must hear of."""
        self._log, self._alarm = log, tell
        self.tally = Tally()
        self.start_snapshot: asyncio.Future[BrokerSnapshot] = (
            asyncio.get_running_loop().create_future()
        )

    def take(self, message: Message, effects: Sequence[Message]) -> None:
        """Take in an input and its effects."""
        self.tally.watch(message, effects)
        if type(message) not in _TICKS:
            self._note(message)
            if isinstance(message, BrokerSnapshot) and not self.start_snapshot.done():
                self.start_snapshot.set_result(message)
        for effect in effects:
            self._note(effect)
            sound(effect, self._alarm)

    def _note(self, message: Message) -> None:
        line = describe(message)
        if line is None:
            return
        at: int = getattr(message, "received_at", 0) or message.at  # type: ignore[attr-defined]  # every message has `at`
        self._log.write_at(at, line.level, line.component, line.code, line.text, line.fields)


@contextmanager
def watching_log(
    options: Options, files: RunFiles, clock: Clock, say: Callable[[str], None]
) -> Iterator[EventLog]:
    """Open the run's event log, with the libraries' own logging led into it; old runs leave."""
    logs = options.settings.logs
    remove_old_runs(
        options.home.logs,
        current=files.run_id,
        keep=logs.retention_runs,
        unfinished_days=logs.unfinished_days,
        now=SystemClock().now(),
    )
    log = EventLog(
        files.folder,
        session_id=files.run_id,
        host=socket.gethostname(),
        now=clock.now,
        secrets=options.settings.secrets.values(),
        level=Level[logs.level.upper()],
        rotation_megabytes=logs.rotation_megabytes,
        parts_kept=logs.parts_kept,
        flush_events=logs.flush_events,
        on_loss=say,
    )
    try:
        with library_logging(log):
            yield log
    finally:
        log.close()
