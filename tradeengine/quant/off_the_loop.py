"""
Work off the loop, in a thread that cannot keep the engine from ending.

Not `asyncio.to_thread`: that returns at once when it is cancelled while its thread works on,
so a job that was given up could overlap with its next run; and the process waits for such a
thread when it ends, for ever if need be.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def off_the_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Do blocking or CPU-bound work in a thread; give or raise what it does.

    A first cancel is heeded when the work is done, so that who awaits this knows that nothing
    works on; a second one at once.
    """
    future = _begun(work, *args, **kwargs)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait({future})
        raise


async def beside_the_loop(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `off_the_loop`, for work that only looks: a cancel leaves it behind at once."""
    return await _begun(work, *args, **kwargs)


def _begun(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "asyncio.Future[T]":
    loop = asyncio.get_running_loop()
    parcel: _Parcel[T] = _Parcel(loop.create_future())

    def run() -> None:
        with parcel:
            parcel.given = work(*args, **kwargs)
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(parcel.deliver)

    threading.Thread(target=run, name="job", daemon=True).start()
    return parcel.future


class _Parcel(Generic[T]):
    """Brings what the work gave, or raised, from its thread to the loop."""

    given: T

    def __init__(self, future: "asyncio.Future[T]") -> None:
        self.future = future
        self._error: BaseException | None = None

    def __enter__(self) -> None:
        """Take in what the block does."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._error = error
        return True

    def deliver(self) -> None:
        """Give it to who waits, if somebody still does."""
        if self.future.done():
            return
        if self._error is None:
            self.future.set_result(self.given)
        else:
            self.future.set_exception(self._error)
