"""
The universe's speed: the exact selection against a greedy one, a refresh against a loop.

    PEERS_STATSMODELS=/path/to/python python -m benchmarks.universe [--json] [--quick]

1. The selection among 1,000 candidates, solved to a gap of zero; beside it a greedy baseline
   (labelled so: it is no part of the engine), with the objective of both.
2. `tradeengine refresh-universe` on the shipped data, the whole command from its start in the
   shell: *first*, in an empty home, with bars and filings fetched over HTTP from the venue, and
   *again*, with what is stored then (the median of three): screens, states of the market, scores,
   selection, files. Beside it the same work without Python's start. Against them the loop of
   `tests/peers/statsmodels_loop_round.py` over the same names in the same run, which fetches
   nothing. The loop needs an interpreter with statsmodels; without `PEERS_STATSMODELS` it is left
   out, with the reason.

Only ratios are judged. Exit code 0 when every limit holds, 1 otherwise.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from subprocess import PIPE

import numpy as np
from rich.table import Table

from benchmarks.ending import ended
from tradeengine.layout import Home
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant.connecting_universe import open_suppliers
from tradeengine.quant.desk_day import EMBEDDED, prepared_for
from tradeengine.quant.stored_desk import MARKET, StoredDesk
from tradeengine.quant.universe_desk import UniverseDesk
from tradeengine.universe.selection import Preferences, select

DAYS = 1260
"""Returns of each name that the loop fits, as the refresh judges them."""

LEAST_TIMES_FASTER = 20.0
VARIABLE = "PEERS_STATSMODELS"
LOOP = Path(__file__).parents[1] / "tests" / "peers" / "statsmodels_loop_round.py"


@dataclass(frozen=True, slots=True)
class Candidates:
    """N candidates drawn by chance, as `select` takes them."""

    score: np.ndarray
    sharpe: np.ndarray
    beta: np.ndarray
    sectors: list[str]
    incumbents: np.ndarray

    @classmethod
    def drawn(cls, count: int, seed: int = 11) -> "Candidates":
        """Draw some; the same numbers each time."""
        random = np.random.default_rng(seed)
        held = np.zeros(count, dtype=bool)
        held[random.choice(count, 40, replace=False)] = True
        return cls(
            random.normal(0.1, 0.2, count),
            random.normal(size=count),
            random.normal(1.0, 0.35, count).clip(0.2, 2.2),
            [f"sector {place % 11}" for place in range(count)],
            held,
        )


def worth(found: Candidates, chosen: list[int], wanted: Preferences) -> float:
    """Give the objective of the program for a choice, with what it pays for slack and changes."""
    slack = max(0.0, abs(found.beta[chosen].mean() - wanted.beta_target) - wanted.beta_tolerance)
    counts = [sum(found.sectors[place] == each for place in chosen) for each in set(found.sectors)]
    above = sum(max(0, count - wanted.sector_cap) for count in counts)
    changed = len(set(chosen) ^ set(np.flatnonzero(found.incumbents).tolist()))
    return float(
        (found.score + wanted.sharpe_weight * found.sharpe)[chosen].sum()
        - wanted.turnover_cost * changed
        - (wanted.beta_slack_cost or 0.0) * wanted.names * slack
        - (wanted.sector_slack_cost or 0.0) * above
    )


def greedy(found: Candidates, wanted: Preferences) -> list[int]:
    """Choose one name after the other, each time the one that adds most: the baseline."""
    chosen: list[int] = []
    while len(chosen) < wanted.names:
        left = [place for place in range(len(found.score)) if place not in chosen]
        chosen.append(max(left, key=lambda place: worth(found, [*chosen, place], wanted)))
    return sorted(chosen)


def selection(count: int) -> dict[str, float]:
    """Time the exact selection and the baseline on the same candidates."""
    found, wanted = Candidates.drawn(count), Preferences(turnover_cost=0.05)
    begun = time.perf_counter()
    exact = select(found.score, found.sharpe, found.beta, found.sectors, found.incumbents, wanted)
    exact_seconds = time.perf_counter() - begun
    assert exact is not None, "with slack everything is feasible"
    begun = time.perf_counter()
    baseline = greedy(found, wanted)
    return {
        "selection_gap": exact.gap,
        "selection_seconds": exact_seconds,
        "greedy_seconds": time.perf_counter() - begun,
        "selection_objective": worth(found, list(exact.chosen), wanted),
        "greedy_objective": worth(found, baseline, wanted),
    }


def command(folder: Path) -> float:
    """Time the whole command in a home, in a process of its own (s)."""
    words = [sys.executable, "-m", "tradeengine", "refresh-universe", "--venue", "embedded"]
    begun = time.perf_counter()
    subprocess.run([*words, "--home", str(folder), "--json"], check=True, stdout=PIPE)
    return time.perf_counter() - begun


def commands(folder: Path, times: int) -> dict[str, float]:
    """Time the command in an empty home, and again with what it keeps."""
    first = command(folder)
    return {"first_seconds": first, "again_seconds": median(command(folder) for _ in range(times))}


def work(folder: Path, name: str) -> dict[str, float]:
    """Time the work of a refresh in this process, in a home, whatever that holds already."""
    desk = UniverseDesk(options_of(folder))
    wall, cpu = time.perf_counter(), time.process_time()
    proposal, _ = asyncio.run(desk.propose(open_suppliers, lambda *_: None))
    return {
        f"{name}_work_seconds": time.perf_counter() - wall,
        f"{name}_work_cpu_seconds": time.process_time() - cpu,
        "refresh_chosen": float(len(proposal.chosen)),
        "refresh_gap": proposal.gap,
    }


def options_of(folder: Path) -> Options:
    """Give the options of a home without settings of its own."""
    return read_options(Flags(venue="embedded"), Home(folder), None, {}, json=True)


def loop(folder: Path, python: str, names: int) -> dict[str, float]:
    """Time the loop over the members with bars, in an interpreter that has statsmodels."""
    options = options_of(folder)
    stored = StoredDesk(options.settings, options.home.desk(EMBEDDED))
    day = prepared_for(EMBEDDED, options.date)
    members = stored.companies_on(day.day)[:names]
    returns = stored.read_panel([MARKET, *members], day.through, DAYS + 1).total_return[1:]
    whole = np.isfinite(returns).all(axis=0)
    path = folder / "returns.npy"
    np.save(path, returns[:, whole])
    done = subprocess.run(
        [python, str(LOOP), str(path)], capture_output=True, text=True, check=True
    )
    told: dict[str, float] = json.loads(done.stdout)
    scale = len(stored.companies_on(day.day)) / (int(whole.sum()) - 1)
    return {
        "loop_names": float(whole.sum() - 1),
        "loop_wall_seconds": told["wall_seconds"],
        "loop_failed": told["failed"],
        "loop_scale": scale if names < len(stored.companies_on(day.day)) else 1.0,
    }


def measure(environ: Mapping[str, str], *, quick: bool) -> dict[str, float]:
    """Run everything; give the figures by name. `quick` scales the loop up from a few names."""
    figures = selection(100 if quick else 1000)
    python = environ.get(VARIABLE)
    with tempfile.TemporaryDirectory(prefix="tradeengine-bench-") as name:
        folder = Path(name)
        figures |= work(folder / "work", "first") | work(folder / "work", "again")
        figures |= commands(folder / "command", 1 if quick else 3)
        if python:
            figures |= loop(folder / "work", python, 8 if quick else 10_000)
            whole = figures["loop_wall_seconds"] * figures["loop_scale"]
            figures["times_faster_first"] = whole / figures["first_seconds"]
            figures["times_faster"] = whole / figures["again_seconds"]
    return figures


def holds(figures: Mapping[str, float]) -> bool:
    """Tell whether every limit that was measured holds."""
    exact = figures["selection_gap"] == 0 and figures["refresh_gap"] == 0
    better = figures["selection_objective"] >= figures["greedy_objective"] - 1e-6
    return exact and better and figures.get("times_faster", np.inf) >= LEAST_TIMES_FASTER


def table(figures: Mapping[str, float]) -> Table:
    """Lay the figures out."""
    made = Table("figure", "measured", "limit")
    limits = {
        "selection_gap": "= 0",
        "refresh_gap": "= 0",
        "selection_objective": ">= greedy",
        "times_faster": f">= {LEAST_TIMES_FASTER:g}",
    }
    for name, figure in figures.items():
        made.add_row(name.replace("_", " "), f"{figure:.4g}", limits.get(name, ""))
    if "times_faster" not in figures:
        made.add_row("times faster", "not measured", f"{VARIABLE} names no Python")
    return made


def main(arguments: list[str]) -> int:
    """Measure, print, judge."""
    return ended(arguments, measure(os.environ, quick="--quick" in arguments), table, holds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
