"""
What a job is to the timetable: an async callable that ends with words for a person.

It does its CPU work off the loop, is fine with being cancelled or killed at any await (its
files are replaced whole), and waits on real time only: on a market of our own the market
stands still until the job has ended. On such a market two equal runs must be equal, so its
words say nothing of how long it took.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]
"""Hears how far a job is: what it does now, pieces done, pieces in all (0: not known)."""


def silent(what: str, done: int, of: int) -> None:
    """Hear progress where nobody looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """
    One run of a job: its name, when it was due, and when it begins by the engine's clock.

    Both are nanoseconds UTC. What the job decides is as of `at`.
    """

    name: str
    due: int
    at: int
    progress: Progress = silent


Job = Callable[[Occasion], Awaitable[str]]
"""
Does the work; gives in a few words what came of it.

Raises TradeEngineError for what an operator can mend; anything else is a bug of ours.
"""
