"""The session plan in the summary: who made it, of what, and what stopped its candidates."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tradeengine.model.plan import SessionPlan

GATES_SHOWN = 3
"""Gates of one candidate that the table has room for."""


class Stop(Protocol):
    """A gate that stopped a symbol so many times, with limit and actual of the last time."""

    @property
    def gate(self) -> str: ...
    @property
    def times(self) -> int: ...
    @property
    def limit(self) -> str: ...
    @property
    def actual(self) -> str: ...


Stopped = Mapping[str, Sequence[Stop]]
"""Gates by symbol, the most frequent first."""


def maker(plan: SessionPlan) -> str:
    """Say who made a plan."""
    if plan.by_hand:
        return f"by hand, {plan.by_hand} ({plan.source})"
    return f"built by the engine ({plan.source})"


def plan_panel(plan: SessionPlan) -> Panel:
    """Show a plan's maker, regime and origins."""
    valued = sum(row.p_undervalued is not None for row in plan.symbols.values())
    vix = "unknown" if plan.vix is None else f"{plan.vix:.2f}"
    facts = f"{len(plan.symbols)} symbols, {valued} valued, regime {plan.regime.value}, VIX {vix}"
    lines: list[RenderableType] = [Text(facts)]
    if plan.origins:
        table = Table.grid(padding=(0, 2))
        for name, origin in plan.origins.items():
            table.add_row(Text(name, style="dim"), Text(origin))
        lines.append(table)
    day = f" of {plan.day}" if plan.day else ""
    title = f"Plan{day}: {maker(plan)}"
    return Panel(Group(*lines), title=title, title_align="left", border_style="bright_black")


def stopped_panel(stopped: Stopped) -> Panel:
    """Show, candidate by candidate, the gates that stopped it, with limit and actual."""
    table = Table.grid(padding=(0, 2))
    for symbol, stops in stopped.items():
        for place, stop in enumerate(stops[:GATES_SHOWN]):
            name = symbol if place == 0 else ""
            numbers = f"limit {stop.limit}, was {stop.actual}"
            table.add_row(name, f"{stop.times:,} x", stop.gate, Text(numbers, style="dim"))
    title = f"No entry: what stopped each of {len(stopped)} candidates"
    return Panel(table, title=title, title_align="left", border_style="yellow")


def plan_json(plan: SessionPlan) -> dict[str, object]:
    """Give what a machine may want to know of a plan."""
    return {
        "source": plan.source,
        "by_hand": plan.by_hand or None,
        "day": plan.day,
        "regime": plan.regime.value,
        "vix": plan.vix,
        "symbols": len(plan.symbols),
        "origins": plan.origins,
    }


def stopped_json(stopped: Stopped) -> dict[str, object]:
    """Give the gates that stopped each symbol."""
    return {
        symbol: [
            {"gate": row.gate, "times": row.times, "limit": row.limit, "actual": row.actual}
            for row in stops
        ]
        for symbol, stops in stopped.items()
    }
