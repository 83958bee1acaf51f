"""Whatever a job does, its attempt ends in time and in words."""

import asyncio

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.model.jobs import JobOutcome
from tradeengine.run import attempt
from tradeengine.run.attempt import Ended, begin, bounded
from tradeengine.schedule.job import Job, Occasion

FOR = Occasion(name="bars", due=1, at=2)


async def well(occasion: Occasion) -> str:
    occasion.progress("halfway", 1, 2)
    return f"{occasion.name} of {occasion.due}"


async def in_words(_: Occasion) -> str:
    raise BadConfiguration("SEC_CONTACT", "is not set", "see .env.example")


async def by_a_bug(_: Occasion) -> str:
    raise ZeroDivisionError("a bug of the test")


async def for_ever(_: Occasion) -> str:
    await asyncio.get_running_loop().create_future()
    return "never"


async def cancelling_itself(_: Occasion) -> str:
    raise asyncio.CancelledError


def not_heeding(may_end: asyncio.Event) -> Job:
    async def job(_: Occasion) -> str:
        while not may_end.is_set():
            try:
                await may_end.wait()
            except asyncio.CancelledError:
                continue
        return "after all"

    return job


async def ended(job: Job, limit_seconds: float = 30) -> Ended:
    return await bounded(begin(job, FOR), limit_seconds)


async def test_what_ends_well_says_what_came_of_it() -> None:
    assert await ended(well) == Ended(outcome=JobOutcome.DONE, words="bars of 1")


async def test_what_an_operator_can_mend_is_in_our_own_words() -> None:
    told = await ended(in_words)
    assert told.outcome is JobOutcome.FAILED
    assert told.words == "SEC_CONTACT: is not set remedy: see .env.example"
    assert isinstance(told.error, BadConfiguration)


async def test_a_bug_is_told_with_its_place() -> None:
    told = await ended(by_a_bug)
    assert told.outcome is JobOutcome.FAILED
    assert told.words.startswith("ZeroDivisionError: a bug of the test (test_attempt.py:")


async def test_what_never_ends_is_given_up() -> None:
    task = begin(for_ever, FOR)
    told = await bounded(task, 0.0006)
    assert told == Ended(outcome=JobOutcome.TOO_LONG, words="not done after 1e-05 min")
    assert task.cancelled()


async def test_what_cancels_itself_has_failed() -> None:
    told = await ended(cancelling_itself)
    assert told == Ended(outcome=JobOutcome.FAILED, words="it cancelled itself")


async def test_what_does_not_heed_the_limit_is_left_and_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attempt, "GRACE_SECONDS", 0.001)
    may_end = asyncio.Event()
    task = begin(not_heeding(may_end), FOR)
    told = await bounded(task, 0.001)
    assert told.outcome is JobOutcome.TOO_LONG
    assert told.words.endswith("it does not end: not started again until it has")
    assert not task.done()
    may_end.set()
    assert await task == "after all"


async def test_who_cancels_the_waiting_cancels_the_job() -> None:
    task = begin(for_ever, FOR)
    waiting = asyncio.create_task(bounded(task, 30), name="waiting")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert task.cancelled()
