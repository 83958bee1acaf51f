"""
Who works on the desk's data: a command by hand, a run's own plan and the timetable in turn.

Each job feeds the next, and brings what feeds it up to date itself. So whoever works outside of
the timetable holds the locks of all jobs that it does the work of, in the timetable's order. A
person is refused at once and told who has one; a run waits, for a plan must be. The timetable
holds the lock of the job in hand alone: one that hangs must not keep the others from running.
What two of them write at the same time even so is kept whole by the stores, which write in turn.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

from tradeengine.errors import JobFailed
from tradeengine.layout import Home
from tradeengine.run.job_lock import holder, take
from tradeengine.schedule.entries import ORDER

PAUSE_SECONDS = 1.0
"""How long a run waits before it asks for a lock again."""


def up_to(name: str) -> Sequence[str]:
    """Give a job with those that feed it, in the timetable's order."""
    return ORDER[: ORDER.index(name) + 1]


@contextmanager
def by_hand(home: Home, names: Sequence[str], whose: str) -> Iterator[None]:
    """Hold jobs for the length of a block. Raises JobFailed, naming who has one of them."""
    with ExitStack() as held:
        for name in names:
            problem = _take(held, home, name, whose)
            if problem:
                words = f"{problem}; nothing was started: try again when that has ended"
                raise JobFailed(name, words)
        yield


@asynccontextmanager
async def in_turn(
    home: Home,
    names: Sequence[str],
    whose: str,
    say: Callable[[str], None],
    most_seconds: float,
) -> AsyncIterator[None]:
    """
    Hold jobs for the length of a block, after whoever has them; `say` hears who that is.

    Raises JobFailed when that takes longer than `most_seconds`.
    """
    with ExitStack() as held:
        loop = asyncio.get_running_loop()
        until = loop.time() + most_seconds
        for name in names:
            said = ""
            while problem := _take(held, home, name, whose):
                if loop.time() >= until:
                    raise JobFailed(name, f"{problem}, for more than {most_seconds / 60:g} min")
                if problem != said:
                    said = problem
                    say(f"waiting for the job {name}: it {problem}")
                await asyncio.sleep(PAUSE_SECONDS)
        yield


def _take(held: ExitStack, home: Home, name: str, whose: str) -> str:
    """Take a job's lock; give "", or who has it."""
    path = home.job_lock_file(name)
    lock = take(path, name, whose)
    if lock is None:
        return f"runs already ({holder(path)})"
    held.callback(lock.release)
    return ""
