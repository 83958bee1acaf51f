"""`make fuzz`: the whole of it, with a bar; prints what was done, and the seed."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Callable

import hypothesis
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.fuzz.answers import Answers, over_loopback
from tests.fuzz.bodies import Bodies
from tests.fuzz.campaign import Found, Result, Target, run
from tests.fuzz.data_frames import DataFrames
from tests.fuzz.order_frames import OrderFrames
from tests.whole_core.test_machine import WholeCore

_STEPS = 80

_EVERY = 500
"""Cases between two movements of the bar."""


def main() -> int:
    """Run the campaigns. Gives 1 when something was found."""
    asked = _arguments()
    frames = asked.frames * 3 // 4
    plan: tuple[tuple[Target, int], ...] = (
        (DataFrames(), frames),
        (OrderFrames(), asked.frames - frames),
        (Bodies(), asked.bodies),
        (Answers(), asked.answers),
    )
    console = Console()
    console.print(f"seed {asked.seed} (again: make fuzz ARGS='--seed {asked.seed}')")
    try:
        results = _campaigns(plan, asked.seed, asked.first, asked.loopback, console)
    except Found as found:
        console.print(f"[red]found[/]: {found}", markup=True, soft_wrap=True)
        console.print_exception(show_locals=False)
        return 1
    for result in results:
        console.print(
            f"{result.name}: {result.cases:,} cases in {result.seconds:.1f} s,"
            f" slowest {result.slowest_seconds * 1000:.1f} ms, nothing found"
        )
    return _machine(asked.machine, asked.seed, console)


def _machine(lives: int, seed: int, console: Console) -> int:
    """Let the machine of tests/whole_core play for long. Gives 1 when something was found."""
    if not lives:
        return 0
    console.print(f"the whole core: {lives:,} lives of {_STEPS} steps each ...")
    played = settings(
        max_examples=lives,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    began = time.perf_counter()
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(WholeCore), settings=played)
    except Exception:  # whatever it is, it is a finding
        console.print_exception(show_locals=False)
        return 1
    console.print(f"the whole core: {time.perf_counter() - began:.1f} s, nothing found")
    return 0


def _campaigns(
    plan: tuple[tuple[Target, int], ...], seed: int, first: int, loopback: int, console: Console
) -> list[Result]:
    columns = (TextColumn("{task.description:24}"), BarColumn(), TextColumn("{task.completed:,}"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    results = []
    with Progress(*columns, *times, console=console) as bar:
        for target, cases in plan:
            told = _moving(bar, target.name, cases)
            results.append(run(target, cases, seed, first=first, told=told))
        asyncio.run(over_loopback(loopback, seed, _moving(bar, "HTTP over loopback", loopback)))
    return results


def _moving(bar: Progress, name: str, total: int) -> Callable[[], object]:
    task, count = bar.add_task(name, total=total), 0

    def move() -> None:
        nonlocal count
        count += 1
        if count % _EVERY == 0 or count == total:
            bar.update(task, completed=count)

    return move


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000, help="frames of both streams")
    parser.add_argument("--bodies", type=int, default=100_000, help="bodies of REST answers")
    parser.add_argument("--answers", type=int, default=100_000, help="HTTP answers, byte by byte")
    parser.add_argument("--loopback", type=int, default=5_000, help="HTTP answers over a socket")
    parser.add_argument("--machine", type=int, default=3_000, help="lives of the whole core")
    parser.add_argument("--first", type=int, default=0, help="first case, to do one again alone")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
