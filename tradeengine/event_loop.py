"""The event loop of a run: uvloop where it is installed, else asyncio's own."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


def in_a_loop(work: Coroutine[object, object, T]) -> T:
    """Do a piece of work in a loop of its own."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
