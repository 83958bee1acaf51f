"""The event loop of a run: uvloop where it is installed, else asyncio's own."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Final, TypeVar

T = TypeVar("T")


class _Interrupted:
    """Stands for the result of a work that SIGTERM ended."""


_INTERRUPTED: Final = _Interrupted()


def in_a_loop(work: Coroutine[object, object, T]) -> T:
    """
    Do a piece of work in a loop of its own.

    SIGTERM cancels it, where it is to end the command as Ctrl-C does. Raises KeyboardInterrupt.
    """
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        return _run(work)  # Nobody hears it, or none that could hear it here.
    try:
        result = _run(_heeding_sigterm(work))
    finally:
        signal.signal(signal.SIGTERM, before)
    if isinstance(result, _Interrupted):
        raise KeyboardInterrupt
    return result


def _run(work: Coroutine[object, object, T]) -> T:
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


async def _heeding_sigterm(work: Coroutine[object, object, T]) -> T | _Interrupted:
    """
    Cancel the work at SIGTERM, as asyncio does at Ctrl-C.

    Raised in the middle of another task, an interrupt would end that one, with a traceback.
    """
    heard = asyncio.Event()
    us = asyncio.current_task()
    assert us is not None

    def end() -> None:
        heard.set()
        us.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    try:
        return await work
    except asyncio.CancelledError:
        if heard.is_set():
            return _INTERRUPTED
        raise
