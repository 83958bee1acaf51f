"""Work off the loop brings back what it gave or raised, and is never left behind unseen."""

import asyncio
import threading

import pytest

from tradeengine.quant.off_the_loop import beside_the_loop, off_the_loop


async def test_it_is_done_in_another_thread_and_gives_its_result() -> None:
    def work(number: int, *, times: int) -> tuple[int, int]:
        return number * times, threading.get_ident()

    result, thread = await off_the_loop(work, 3, times=2)
    assert result == 6
    assert thread != threading.get_ident()


async def test_what_it_raises_is_raised_here() -> None:
    def work() -> None:
        raise ZeroDivisionError("in the thread")

    with pytest.raises(ZeroDivisionError, match="in the thread"):
        await off_the_loop(work)


async def test_a_first_cancel_waits_for_the_work_and_a_second_does_not() -> None:
    began, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(began.set)
        may_end.wait(30)

    first = asyncio.create_task(off_the_loop(work), name="first")
    await began.wait()
    first.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not first.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await first

    began.clear()
    may_end.clear()
    second = asyncio.create_task(off_the_loop(work), name="second")
    await began.wait()
    for _ in range(2):
        second.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
    assert second.cancelled()
    may_end.set()


async def test_what_only_looks_is_left_behind_by_a_cancel() -> None:
    began, may_end = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def look() -> None:
        loop.call_soon_threadsafe(began.set)
        may_end.wait(30)

    looking = asyncio.create_task(beside_the_loop(look), name="looking")
    await began.wait()
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    [thread] = [each for each in threading.enumerate() if each.name == "job"]
    assert thread.daemon  # The process does not wait for it either.
    may_end.set()
    assert await beside_the_loop(lambda: 7) == 7
