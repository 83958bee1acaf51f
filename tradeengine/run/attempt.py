"""One run of a job, bounded in time, whatever it does: raise, hang, or end itself."""

import asyncio
from dataclasses import dataclass

from tradeengine.errors import TradeEngineError
from tradeengine.model.jobs import JobOutcome
from tradeengine.schedule.job import Job, Occasion

GRACE_SECONDS = 2.0
"""Real seconds that a job has to end once it was cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How an attempt ended, in words; `error` is what it raised."""

    outcome: JobOutcome
    words: str
    error: BaseException | None = None


def begin(job: Job, occasion: Occasion) -> asyncio.Task[str]:
    """Start a job as a task of its own."""

    async def carried_out() -> str:
        return await job(occasion)

    return asyncio.create_task(carried_out(), name=f"job {occasion.name}")


async def bounded(task: asyncio.Task[str], limit_seconds: float) -> Ended:
    """
    Wait for a job, `limit_seconds` of real time at most; then cancel it.

    Who cancels the waiting cancels the job. A job that does not heed it runs on: its task is
    not done, and the caller must not start another.
    """
    try:
        await asyncio.wait({task}, timeout=limit_seconds)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task}, timeout=GRACE_SECONDS)
        raise
    if not task.done():
        return await _given_up(task, limit_seconds)
    if task.cancelled():
        return Ended(outcome=JobOutcome.FAILED, words="it cancelled itself")
    error = task.exception()
    if error is None:
        return Ended(outcome=JobOutcome.DONE, words=task.result())
    return Ended(outcome=JobOutcome.FAILED, words=_words_of(error), error=error)


async def _given_up(task: asyncio.Task[str], limit_seconds: float) -> Ended:
    task.cancel()
    await asyncio.wait({task}, timeout=GRACE_SECONDS)
    words = f"not done after {limit_seconds / 60:g} min"
    if not task.done():
        words += ", and it does not end: not started again until it has"
    return Ended(outcome=JobOutcome.TOO_LONG, words=words)


def _words_of(error: BaseException) -> str:
    """Say what a job raised; of a bug also where."""
    if isinstance(error, TradeEngineError):
        return " ".join(str(error).split())
    trace, place = error.__traceback__, "nowhere"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error} ({place})"
