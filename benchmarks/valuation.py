"""
The Monte Carlo of 500 companies against drawing as many normal numbers, in the same run.

    python -m benchmarks.valuation [--json] [--quick]

10,000 paths x 10 years x 500 companies through `fundamentals.valuation.value`: cross-section,
draws, cash flows, percentiles, everything. Beside it numpy draws 10,000 x 10 x 500 standard
normals (float64, PCG64) into an array that is made once. CPU seconds are divided, medians of
turns. Peak memory is that of one more run under tracemalloc, which sees numpy's arrays. Exit
code 0 when every limit holds, 1 otherwise.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Mapping

import msgspec
import numpy as np
from rich.table import Table

from benchmarks.ending import ended
from tests.fundamentals.companies import ASSUMED, company, figure, market, years
from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.fundamentals.monte_carlo import YEARS
from tradeengine.fundamentals.outlook import MarketFacts
from tradeengine.fundamentals.valuation import Valuation, value

COMPANIES, PATHS, TURNS = 500, 10_000, 5
MOST_CPU = 4.0
MOST_MEGABYTES = 500.0
MEGABYTE = 2**20


def drawn_companies(count: int) -> tuple[list[CompanyInputs], list[MarketFacts]]:
    """Draw companies of different size, growth and margin, in ten sectors."""
    random = np.random.default_rng(5)
    companies, facts = [], []
    for place in range(count):
        symbol, size = f"C{place:03d}", float(np.exp(random.normal(7.0, 1.0)))
        margin, growth = random.uniform(0.08, 0.3), random.normal(0.06, 0.05)
        sales = [size * (1.0 + growth) ** year for year in range(-5, 0)]
        companies.append(
            company(
                symbol,
                place,
                revenue=figure(size),
                ebit=figure(margin * size),
                depreciation=figure(0.05 * size),
                capex=figure(0.06 * size),
                working_capital=figure(0.1 * size),
                debt=figure(0.3 * size),
                cash=figure(0.1 * size),
                shares=figure(size / 20.0),
                annual_revenue=years(*sales),
                annual_ebit=years(*(margin * each for each in sales)),
                annual_depreciation=years(*(0.05 * each for each in sales)),
                annual_capex=years(*(0.06 * each for each in sales)),
            )
        )
        facts.append(
            market(
                symbol,
                price=float(random.uniform(15.0, 60.0)),
                beta=float(random.uniform(0.7, 1.5)),
                sector=f"sector {place % 10}",
            )
        )
    return companies, facts


def measure(*, quick: bool) -> dict[str, float]:
    """Run everything; give the figures by name."""
    count, turns = (20, 1) if quick else (COMPANIES, TURNS)
    companies, facts = drawn_companies(count)
    buffer, generator = np.empty((YEARS, PATHS)), np.random.default_rng(1)
    value(companies[:5], facts, ASSUMED, PATHS)  # Warm: pages, caches, imports.
    ours, normals = [], []
    for _ in range(turns):
        begun = time.process_time()
        found = value(companies, facts, ASSUMED, PATHS)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        for _ in range(count):
            generator.standard_normal(out=buffer)
        normals.append(time.process_time() - begun)
    again, peak = traced(companies, facts)
    return {
        "companies": float(count),
        "valued": float(sum(isinstance(each, Valuation) for each in found)),
        "cpu_seconds": statistics.median(ours),
        "normals_cpu_seconds": statistics.median(normals),
        "cpu_against_normals": statistics.median(ours) / statistics.median(normals),
        "peak_megabytes": peak,
        "same_again": float(again == msgspec.json.encode(found)),
    }


def traced(companies: list[CompanyInputs], facts: list[MarketFacts]) -> tuple[bytes, float]:
    """Value once more; give the answer and the peak of memory, MB."""
    tracemalloc.start()
    again = value(companies, facts, ASSUMED, PATHS)
    peak = tracemalloc.get_traced_memory()[1] / MEGABYTE
    tracemalloc.stop()
    return msgspec.json.encode(again), peak


LIMITS = {
    "cpu_against_normals": ("<=", MOST_CPU),
    "peak_megabytes": ("<=", MOST_MEGABYTES),
    "same_again": (">=", 1.0),
}


def holds(figures: Mapping[str, float]) -> bool:
    """Tell whether every limit holds."""
    return all(
        figures[name] <= limit if sign == "<=" else figures[name] >= limit
        for name, (sign, limit) in LIMITS.items()
    )


def table(figures: Mapping[str, float]) -> Table:
    """Lay the figures out beside their limits."""
    made = Table("figure", "measured", "limit")
    for name, figure_ in figures.items():
        limit = f"{LIMITS[name][0]} {LIMITS[name][1]:g}" if name in LIMITS else ""
        made.add_row(name.replace("_", " "), f"{figure_:,.4g}", limit)
    return made


def main(arguments: list[str]) -> int:
    """Measure, print, judge."""
    return ended(arguments, measure(quick="--quick" in arguments), table, holds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
