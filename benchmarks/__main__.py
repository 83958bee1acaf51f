"""
`make bench`: how we compare with alpaca-py on the same machine in the same run.

    python -m benchmarks [--json] [--quick]

Only ratios are judged; absolute times do not travel between machines. Exit code
0 when every limit holds, 1 otherwise. docs/performance.md says how to read it.
"""

import sys
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import feed, tick_to_order


class Limit(NamedTuple):
    """What a figure may be. `most` and `least` are ratios to alpaca-py; None is no limit."""

    words: str
    least: float | None = None
    most: float | None = None

    def holds(self, figure: float) -> bool:
        """Tell whether a figure is inside."""
        above = self.least is None or figure >= self.least
        return above and (self.most is None or figure <= self.most)

    def shown(self) -> str:
        """Write the limit."""
        if self.least is not None:
            return f">= {self.least:g}"
        return f"<= {self.most:g}" if self.most is not None else "shown only"


ONE, TEN = (f"feed_messages_per_cpu_second_vs_alpaca_py_{n}_a_frame" for n in (1, 10))
LIMITS = {
    ONE: Limit("messages to three handlers per CPU second, 1 a frame", least=8),
    TEN: Limit("the same, 10 a frame"),
    "tick_to_order_p50": Limit("tick to order, p50, durable journal on", most=0.6),
    "tick_to_order_p99": Limit("tick to order, p99, durable journal on"),
    "tick_to_order_p50_journal_at_once": Limit("tick to order, p50, journal that does not write"),
    "tick_to_order_p50_bare": Limit("the floor: wire and disk alone, no engine, p50"),
    "journal_share": Limit("the journal's share of our p50 (a fraction)"),
    "cpu_per_tick": Limit("CPU per tick, busy market, engine against bare stream", most=0.25),
    "cpu_per_even_tick": Limit("the same, 2,000 a second, each by itself"),
    "engine_megabytes": Limit("resident memory of the engine, MB"),
    "alpaca_py_megabytes": Limit("resident memory of the alpaca-py process, MB"),
}


def measure(*, quick: bool) -> dict[str, float]:
    """Run all benchmarks; give their figures by name."""
    console = Console(stderr=True)
    console.print("feed: messages decoded and dispatched")
    messages, rounds = (2_000, 1) if quick else (40_000, 3)
    size = _QUICK if quick else tick_to_order.Size()
    return feed.summary(messages, rounds) | tick_to_order.compare(size, console.print)


_QUICK = tick_to_order.Size(rounds=1, busy_ticks=500, ticks=200, orders=5, warm_up=5)


def table(figures: Mapping[str, float]) -> Table:
    """Lay the figures out beside their limits."""
    made = Table("figure", "alpaca-py = 1", "limit", "verdict")
    for name, figure in figures.items():
        limit = LIMITS[name]
        judged = limit.least is not None or limit.most is not None
        verdict = ("holds" if limit.holds(figure) else "MISSED") if judged else ""
        made.add_row(limit.words, f"{figure:.2f}", limit.shown(), verdict)
    return made


def main(arguments: list[str]) -> int:
    """Measure, print, judge."""
    figures = measure(quick="--quick" in arguments)
    if "--json" in arguments:
        print(msgspec.json.encode(figures).decode())
    else:
        Console(width=110).print(table(figures))
    return 0 if all(LIMITS[name].holds(figure) for name, figure in figures.items()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
