"""
The signals that stop a run: Ctrl-C, SIGTERM, and a terminal that was closed.

None of them kills: each asks for the flatten, as often as it comes.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tradeengine.model.orders import StopTrigger

_TRIGGERS = {
    signal.SIGINT: StopTrigger.INTERRUPT,
    signal.SIGTERM: StopTrigger.TERMINATE,
    # A closed terminal must not leave positions behind.
    signal.SIGHUP: StopTrigger.TERMINATE,
}


@contextmanager
def stop_signals(on_stop: Callable[[StopTrigger], None]) -> Iterator[None]:
    """Call `on_stop` for each stop signal, for the length of a block."""
    loop = asyncio.get_running_loop()
    # `nohup` says that the run may outlive its terminal. The others are heard even so: a
    # shell without job control starts what runs in its background with Ctrl-C ignored.
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heard = [n for n in _TRIGGERS if not (outlives and n is signal.SIGHUP)]
    for number in heard:
        loop.add_signal_handler(number, on_stop, _TRIGGERS[number])
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)
