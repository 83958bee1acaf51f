"""
The signals that stop a run: Ctrl-C, SIGTERM, and a terminal that was closed.

None of them kills: each asks for the flatten, as often as it comes.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tradeengine.model.orders import StopTrigger

_TRIGGERS = {
    signal.SIGINT: StopTrigger.INTERRUPT,
    signal.SIGTERM: StopTrigger.TERMINATE,
    # A closed terminal must not leave positions behind.
    signal.SIGHUP: StopTrigger.TERMINATE,
}


class StopSignals:
    """The stop signals of a process: as they are by default until `tell` names who hears them."""

    def __init__(self) -> None:
        self._heard: list[signal.Signals] = []

    def tell(self, *listeners: Callable[[StopTrigger], None]) -> None:
        """Call all `listeners`, in order, for each stop signal from now on."""
        loop = asyncio.get_running_loop()
        # `nohup` says that the run may outlive its terminal. The others are heard even so: a
        # shell without job control starts what runs in its background with Ctrl-C ignored.
        outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        self._heard = [n for n in _TRIGGERS if not (outlives and n is signal.SIGHUP)]
        for number in self._heard:
            loop.add_signal_handler(number, _each, listeners, _TRIGGERS[number])

    def forget(self) -> None:
        """Let the signals be as by default again."""
        loop = asyncio.get_running_loop()
        for number in self._heard:
            loop.remove_signal_handler(number)


def _each(listeners: Sequence[Callable[[StopTrigger], None]], trigger: StopTrigger) -> None:
    for hears in listeners:
        hears(trigger)


@contextmanager
def stop_signals() -> Iterator[StopSignals]:
    """
    Give the stop signals for the length of a block.

    It must be the first to be entered: what is closed after it, a signal would still kill.
    """
    signals = StopSignals()
    try:
        yield signals
    finally:
        signals.forget()
