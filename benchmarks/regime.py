"""
The batched fit of two-state models against statsmodels, in the same run.

    PEERS_STATSMODELS=/path/to/python python -m benchmarks.regime [--json] [--quick]

500 series of 504 daily returns: half real (the bars that ship, five hundred and four days each),
half drawn from two-state models. Both fit all of them; CPU seconds are divided. A series is
identified when our fit passes the acceptance tests of `regime/fit.py`. statsmodels is no
dependency of the engine: the variable names a Python that has it (a venv with `pip install
statsmodels`); without it there is no comparison, and the reason is said. Exit code 0 when every
limit that was measured holds, 1 otherwise.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from rich.table import Table

from benchmarks.ending import ended
from tradeengine.regime.chains import Floats, log_densities
from tradeengine.regime.fit import Fit, Verdict, fit
from tradeengine.regime.hamilton import hamilton

VARIABLE = "PEERS_STATSMODELS"
ROOT = Path(__file__).resolve().parent.parent
ROUND = ROOT / "tests" / "peers" / "statsmodels_round.py"
SHIPPED = ROOT / "tradeengine" / "venue" / "shipped"

SERIES, DAYS = 500, 504
LESS_CPU = 50.0
WORSE_BY, GOOD_SHARE = 0.05, 0.97
SAME_CALLS = 0.98
CLOSE_CALL = 0.05
"""How near to a half a probability is a toss-up, so that two good fits may differ."""

SAME_HILL = 0.05
"""How far two estimates of a state's deviation may be apart, relatively, to be the same maximum."""


def drawn(count: int, seed: int = 1) -> Floats:
    """Draw percent returns of markets that are calm and wild by turns."""
    random = np.random.default_rng(seed)
    stay = np.stack((random.uniform(0.95, 0.99, count), random.uniform(0.88, 0.97, count)))
    calm = random.uniform(0.6, 1.2, count)
    spread = np.stack((calm, calm * random.uniform(1.8, 4.0, count)))
    mean = np.stack((random.normal(0.06, 0.03, count), random.normal(-0.1, 0.1, count)))
    state = (random.random(count) < 0.3).astype(int)
    every, out = np.arange(count), np.empty((DAYS, count))
    for day in out:
        state = np.where(random.random(count) < stay[state, every], state, 1 - state)
        day[:] = mean[state, every] + spread[state, every] * random.standard_normal(count)
    return out


def real(count: int) -> Floats:
    """Give percent total returns of the shares that ship, in windows that do not overlap."""
    files = [path for path in SHIPPED.glob("*daily*.parquet") if _has_bars(path)]
    bars = pl.concat([pl.read_parquet(path, columns=_COLUMNS) for path in files])
    moves = bars.sort("symbol", "date").with_columns(
        move=100.0
        * (
            (pl.col("close") * pl.col("split") + pl.col("dividend"))
            / pl.col("close").shift(1).over("symbol")
        ).log()
    )
    windows: list[Floats] = []
    for (_,), rows in moves.drop_nulls().group_by(["symbol"], maintain_order=True):
        series = rows["move"].to_numpy()
        whole = len(series) // DAYS
        windows += list(series[len(series) - whole * DAYS :].reshape(whole, DAYS))
    usable = [each for each in windows if np.isfinite(each).all() and each.std() > 0]
    places = np.linspace(0, len(usable) - 1, min(count, len(usable))).astype(int)
    return np.array([usable[place] for place in places]).reshape(-1, DAYS).T


_COLUMNS = ["symbol", "date", "close", "dividend", "split"]


def _has_bars(path: Path) -> bool:
    return set(_COLUMNS) <= set(pl.read_parquet_schema(path))


def ours(returns: Floats) -> tuple[Fit, Floats, float]:
    """Fit all at once; give the fit, the last day's filtered probabilities, CPU seconds."""
    begun = time.process_time()
    found = fit(returns)
    spent = time.process_time() - begun
    last = hamilton(log_densities(returns, found.chains), found.chains).filtered[-1]
    return found, last, spent


def theirs(returns: Floats, python: str) -> tuple[Floats, float]:
    """Fit one after the other with statsmodels, on one thread; give its answer, CPU seconds."""
    with tempfile.TemporaryDirectory(prefix="tradeengine-bench-") as folder:
        given, answer = Path(folder) / "returns.npy", Path(folder) / "answer.npy"
        np.save(given, returns)
        # More threads only cost more on arrays of this size.
        environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [python, str(ROUND), str(given), str(answer)],
            capture_output=True,
            text=True,
            check=True,
            env=environ,
        )
        return np.load(answer), float(done.stdout)


def measure(environ: Mapping[str, str], *, quick: bool) -> dict[str, float]:
    """Run everything; give the figures by name."""
    count = 20 if quick else SERIES
    shipped = real(count // 2)
    returns = np.concatenate((shipped, drawn(count - shipped.shape[1])), axis=1)
    found, last, spent = ours(returns)
    identified = np.array([verdict is Verdict.ACCEPTED for verdict in found.verdicts])
    figures = {
        "series": float(count),
        "real_series": float(shipped.shape[1]),
        "identified_series": float(identified.sum()),
        "cpu_seconds": spent,
    }
    if python := environ.get(VARIABLE):
        figures |= compared(returns, found, last, spent, identified, python)
    return figures


def compared(
    returns: Floats, found: Fit, last: Floats, spent: float, identified: np.ndarray, python: str
) -> dict[str, float]:
    """
    Fit with statsmodels too, and compare on the series that both could fit.

    Calls are compared twice: on all of them, and on those where both found the same maximum
    and statsmodels' probability is no toss-up.
    """
    (likelihood, their_last, *variances), their_spent = theirs(returns, python)
    both = identified & np.isfinite(likelihood)
    ahead = found.log_likelihood - likelihood
    same = (last > 0.5) == (their_last > 0.5)
    apart = np.abs(np.sqrt(found.chains.variance / np.array(variances)) - 1.0).max(axis=0)
    clear = both & (apart < SAME_HILL) & (np.abs(their_last - 0.5) > CLOSE_CALL)
    return {
        "statsmodels_cpu_seconds": their_spent,
        "statsmodels_failed_series": float((~np.isfinite(likelihood)).sum()),
        "times_less_cpu": their_spent / spent,
        "share_as_likely": float((ahead[both] >= -WORSE_BY).mean()),
        "share_of_same_calls": float(same[both].mean()),
        "series_with_clear_calls": float(clear.sum()),
        "share_of_same_clear_calls": float(same[clear].mean()),
    }


LEAST = {
    "times_less_cpu": LESS_CPU,
    "share_as_likely": GOOD_SHARE,
    "share_of_same_calls": SAME_CALLS,
    "share_of_same_clear_calls": 1.0,
}


def holds(figures: Mapping[str, float]) -> bool:
    """Tell whether every limit that was measured holds."""
    return all(figures[name] >= least for name, least in LEAST.items() if name in figures)


def table(figures: Mapping[str, float]) -> Table:
    """Lay the figures out beside their limits."""
    made = Table("figure", "measured", "limit")
    for name, figure in figures.items():
        limit = f">= {LEAST[name]:g}" if name in LEAST else ""
        made.add_row(name.replace("_", " "), f"{figure:,.4g}", limit)
    if "times_less_cpu" not in figures:
        made.add_row("times less cpu", "not measured", f"{VARIABLE} names no Python")
    return made


def main(arguments: list[str]) -> int:
    """Measure, print, judge."""
    return ended(arguments, measure(os.environ, quick="--quick" in arguments), table, holds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
