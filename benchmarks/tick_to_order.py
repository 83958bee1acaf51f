"""
From a tick to the order it causes, and what ticks cost: the whole engine and alpaca-py.

Four clients take turns on one venue, each in a process of its own: the engine, the engine whose
journal does not write, alpaca-py's stream with its REST client in the handler, and a bare client
that only waits for the disk and writes to the wire: the least that an order kept first can take.
Each hears a busy market first, then an even one (CPU, memory), and then ticks that cause an order.
The venue takes the time from each tick to its order's arrival, with one clock.
"""

import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from msgspec import Struct

from benchmarks.children import ROOT, Child
from benchmarks.engine import AT_ONCE
from benchmarks.words import (
    AskUsage,
    Burst,
    Knock,
    Laps,
    Pace,
    Provoke,
    Ready,
    SawLast,
    Sent,
    Usage,
    VenueReady,
)

ENGINE, UNWRITTEN, PEER, BARE = "engine", "engine, journal at once", "alpaca-py", "bare client"
CLIENTS = (ENGINE, UNWRITTEN, PEER, BARE)

LOOK_SECONDS, IDLE_FRACTION, SETTLED_WITHIN_LOOKS = 0.5, 0.1, 20
"""A client is settled when it took less than this part of a processor from look to look."""

Progress = Callable[[str], None]
"""Told what is being measured."""


class Size(Struct, frozen=True, kw_only=True):
    """How much is measured."""

    rounds: int = 5
    busy_ticks: int = 40_000
    ticks: int = 6_000
    ticks_per_second: float = 2_000.0
    orders: int = 200
    gap_seconds: float = 0.01
    warm_up: int = 50


class Run(Struct, frozen=True, kw_only=True):
    """What one process showed."""

    p50_seconds: float
    p99_seconds: float
    busy_cpu_seconds: float
    """For a tick of a busy market."""

    even_cpu_seconds: float
    """For a tick that comes alone."""

    peak_kilobytes: int


def measure(venue: Child, place: VenueReady, name: str, size: Size) -> Run:
    """Run one client on the venue."""
    with started(name, place) as client:
        wake(venue, client)
        settle(client)
        even(venue, client, size.warm_up, size.ticks_per_second)
        start = usage(client).cpu_seconds
        busy(venue, client, size.busy_ticks)
        between = usage(client).cpu_seconds
        even(venue, client, size.ticks, size.ticks_per_second)
        end = usage(client).cpu_seconds
        provoke(venue, size.warm_up, size.gap_seconds)
        laps = provoke(venue, size.orders, size.gap_seconds)
        return Run(
            p50_seconds=percentile(laps, 50),
            p99_seconds=percentile(laps, 99),
            busy_cpu_seconds=(between - start) / size.busy_ticks,
            even_cpu_seconds=(end - between) / size.ticks,
            peak_kilobytes=usage(client).peak_kilobytes,
        )


@contextmanager
def started(name: str, place: VenueReady) -> Iterator[Child]:
    """Start a client; who writes gets a folder of its own on the checkout's disk."""
    with ExitStack() as stack:
        (ROOT / "data").mkdir(exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "data")
        home = stack.enter_context(folder)
        access = [place.stream, place.rest, place.key, place.secret]
        if name == PEER:
            arguments = ["benchmarks.peer", *access]
        elif name == BARE:
            arguments = ["benchmarks.bare", *access, home]
        else:
            arguments = ["benchmarks.engine", place.rest, home]
            arguments += [AT_ONCE] if name == UNWRITTEN else []
        yield stack.enter_context(Child(*arguments))


def wake(venue: Child, client: Child) -> None:
    """Knock until the client hears and may trade."""
    while client.is_silent(0.1):
        venue.ask(Knock())
    client.hear(Ready)
    venue.ask(Knock())


def settle(client: Child) -> None:
    """Let a client end what its start left to do, such as reading the account's orders."""
    used = usage(client).cpu_seconds
    for _ in range(SETTLED_WITHIN_LOOKS):
        time.sleep(LOOK_SECONDS)  # Another process's work: there is no clock to advance.
        before, used = used, usage(client).cpu_seconds
        if used - before < LOOK_SECONDS * IDLE_FRACTION:
            return


def busy(venue: Child, client: Child, ticks: int) -> int:
    """Send ticks as fast as they leave, one a frame; give the quotes that were heard so far."""
    venue.ask(Burst(messages=ticks, per_frame=1))
    venue.hear(Sent)
    return client.hear(SawLast).messages


def even(venue: Child, client: Child, ticks: int, per_second: float) -> int:
    """Send ticks evenly, one a frame; give the quotes that were heard so far."""
    venue.ask(Pace(ticks=ticks, per_second=per_second))
    venue.hear(Sent)
    return client.hear(SawLast).messages


def provoke(venue: Child, orders: int, gap_seconds: float) -> list[float]:
    venue.ask(Provoke(orders=orders, gap_seconds=gap_seconds))
    return venue.hear(Laps).seconds


def usage(client: Child) -> Usage:
    client.ask(AskUsage())
    return client.hear(Usage)


def percentile(values: list[float], percent: float) -> float:
    """Give the value at or above which `percent` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def compare(size: Size, progress: Progress) -> dict[str, float]:
    """
    Measure the clients in turn on one venue; give medians as ratios to alpaca-py.

    `journal_share` is the part of the engine's p50 that the durable journal takes,
    `engine_megabytes` and `alpaca_py_megabytes` are the processes' peaks.
    """
    runs: dict[str, list[Run]] = {name: [] for name in CLIENTS}
    with Child("benchmarks.venue") as venue:
        place = venue.hear(VenueReady)
        for turn in range(size.rounds):
            for name in CLIENTS:
                progress(f"tick to order, round {turn + 1} of {size.rounds}: {name}")
                runs[name].append(measure(venue, place, name, size))
    middle = {name: _median(of) for name, of in runs.items()}
    engine, unwritten, peer, bare = (middle[name] for name in CLIENTS)
    return {
        "tick_to_order_p50": engine.p50_seconds / peer.p50_seconds,
        "tick_to_order_p99": engine.p99_seconds / peer.p99_seconds,
        "tick_to_order_p50_journal_at_once": unwritten.p50_seconds / peer.p50_seconds,
        "tick_to_order_p50_bare": bare.p50_seconds / peer.p50_seconds,
        "journal_share": 1 - unwritten.p50_seconds / engine.p50_seconds,
        "cpu_per_tick": engine.busy_cpu_seconds / peer.busy_cpu_seconds,
        "cpu_per_even_tick": engine.even_cpu_seconds / peer.even_cpu_seconds,
        "engine_megabytes": engine.peak_kilobytes / 1024,
        "alpaca_py_megabytes": peer.peak_kilobytes / 1024,
    }


def _median(runs: list[Run]) -> Run:
    return Run(
        p50_seconds=statistics.median(run.p50_seconds for run in runs),
        p99_seconds=statistics.median(run.p99_seconds for run in runs),
        busy_cpu_seconds=statistics.median(run.busy_cpu_seconds for run in runs),
        even_cpu_seconds=statistics.median(run.even_cpu_seconds for run in runs),
        peak_kilobytes=int(statistics.median(run.peak_kilobytes for run in runs)),
    )
