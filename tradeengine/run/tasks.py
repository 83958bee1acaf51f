"""The tasks of a run, by name: what was started can be ended, one name or all."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Tasks that live as long as the run, unless they end or are ended before."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start a task and keep it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        return task

    async def end(self, name: str | None = None) -> None:
        """Cancel the tasks of a name (None: all) and wait until they have ended."""
        tasks = [task for task in self._tasks if name in (None, task.get_name())]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
