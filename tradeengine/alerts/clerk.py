"""
Keeps the records from a thread of its own, so that a slow disk never holds the loop.

One thread: what was asked for first is written first. A record that cannot be kept is
reported and never keeps an alert from leaving.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from tradeengine.alerts.records import RecordStore
from tradeengine.errors import RecordsFailed

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

Report = Callable[[str, str], None]
"""Takes a constant WORD and what there is to say, for the event log. Must not raise."""


class Clerk:
    """Carries out blocking calls of `store`, one after the other."""

    def __init__(self, store: RecordStore, report: Report) -> None:
        self.store, self.report = store, report
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alert records")

    async def ask(
        self,
        otherwise: Answer,
        call: Callable[Asked, Answer],
        *given: Asked.args,
        **named: Asked.kwargs,
    ) -> Answer:
        """Call and give the answer, or `otherwise` when the records fail."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, lambda: call(*given, **named))
        except RecordsFailed as error:
            self.report("ALERT_RECORDS_FAILED", str(error))
            return otherwise

    def close(self) -> None:
        """Finish what was asked for, without waiting for it."""
        self._thread.shutdown(wait=False)
