"""
A campaign: many cases against one target, each with a deadline.

Anything that a case raises is a finding. A case that takes seconds is one too: a
frame that keeps the loop busy is as bad as one that ends it.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType
from typing import Protocol

CASE_SECONDS = 10.0
"""Generous: a case takes a fraction of a millisecond, on a busy machine some."""


class Target(Protocol):
    """What is shot at."""

    name: str

    def strike(self, random: Random) -> None:
        """Do one case. Raises whatever is found."""


class TookTooLong(BaseException):
    """A case did not end in time; no `except Exception` may swallow that."""


class Found(Exception):
    """A case that raised, with what is needed to do it again."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign did."""

    name: str
    cases: int
    seconds: float
    slowest_seconds: float


def run(
    target: Target, cases: int, seed: int, *, first: int = 0, told: Callable[[], object] = bool
) -> Result:
    """Do so many cases from `first` on; call `told` after each. Raises Found."""
    began, slowest = time.perf_counter(), 0.0
    with _deadlines():
        for number in range(first, first + cases):
            at = time.perf_counter()
            signal.setitimer(signal.ITIMER_REAL, CASE_SECONDS)
            try:
                target.strike(Random(seed * 1_000_000_007 + number))
            except (Exception, TookTooLong) as error:
                raise Found(f"{target.name}, case {number} of seed {seed}: {error!r}") from error
            slowest = max(slowest, time.perf_counter() - at)
            told()
    return Result(target.name, cases, time.perf_counter() - began, slowest)


@contextmanager
def _deadlines() -> Iterator[None]:
    def end(_: int, __: FrameType | None) -> None:
        raise TookTooLong(f"not done in {CASE_SECONDS:g} s")

    before = signal.signal(signal.SIGALRM, end)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
