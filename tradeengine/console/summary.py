"""The summary at the end of a run: for people, and as JSON for machines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tradeengine.console import words
from tradeengine.console.plan import (
    Stopped,
    plan_json,
    plan_panel,
    stopped_json,
    stopped_panel,
)
from tradeengine.model.denials import Denial
from tradeengine.model.events import FlattenEnded
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import SessionPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """How a run went. Money in dollars, None if the broker was never read."""

    run_id: str
    run_dir: str
    state: EngineState
    flat: bool
    symbols: int
    orders: int
    fills: int
    buys: int
    sells: int
    equity_start: Decimal | None
    equity_end: Decimal | None
    plan: SessionPlan
    stopped: Stopped = field(default_factory=dict)
    """What stopped each candidate."""

    denials: Mapping[Denial, int] = field(default_factory=dict)
    receipt: FlattenEnded | None = None
    uncovered: Mapping[str, Decimal] = field(default_factory=dict)
    """Dollars by symbol that no stop at the broker covered at the end."""

    naked_dollar_seconds: Decimal = Decimal(0)
    naked_worst_seconds: float = 0.0
    queues: Mapping[str, int] = field(default_factory=dict)
    """The most that ever waited in each queue."""


def summary_json(run: RunSummary) -> dict[str, object]:
    """Give the summary with exactly the keys that `run --json` promises."""
    return {
        "run_id": run.run_id,
        "run_dir": run.run_dir,
        "state": run.state.value,
        "flat": run.flat,
        "symbols": run.symbols,
        "orders": run.orders,
        "fills": run.fills,
        "buys": run.buys,
        "sells": run.sells,
        "denials": sum(run.denials.values()),
        "equity_start": _number(run.equity_start),
        "equity_end": _number(run.equity_end),
        "plan": plan_json(run.plan),
        "stopped": stopped_json(run.stopped),
    }


def summary(run: RunSummary) -> Group:
    """Lay the summary out for a person."""
    verdict = Text(" FLAT ", "bold reverse green") if run.flat else Text(" NOT FLAT ", _ALARM)
    title = Text.assemble(verdict, f"  run {run.run_id} ended {run.state.value}")
    parts: list[Text | Table | Panel] = [title, _numbers(run), plan_panel(run.plan)]
    if not run.buys and run.stopped:
        parts.append(stopped_panel(run.stopped))
    if run.denials:
        parts.append(_denials(run.denials))
    if run.receipt is not None:
        parts.append(_receipt(run.receipt))
    parts.append(_naked(run))
    if run.queues:
        parts.append(Text(f"most in line: {words.most_waiting(run.queues)}", style="dim"))
    parts.append(Text(f"record: {run.run_dir}", style="dim", overflow="fold"))
    return Group(*parts)


_ALARM = "bold reverse red"


def _numbers(run: RunSummary) -> Table:
    table = Table.grid(padding=(0, 3))
    for _ in range(6):
        table.add_column(justify="right")
    names = ("symbols", "orders", "fills", "buys", "sells", "profit")
    table.add_row(*(Text(name, style="dim") for name in names))
    counts = (run.symbols, run.orders, run.fills, run.buys, run.sells)
    table.add_row(*(f"{count:,}" for count in counts), _profit(run))
    return table


def _profit(run: RunSummary) -> Text:
    if run.equity_start is None or run.equity_end is None:
        return Text(words.UNKNOWN)
    gain = run.equity_end - run.equity_start
    return Text.assemble(
        (words.profit(gain), words.profit_style(gain)),
        (f"  ({words.money(run.equity_start)} to {words.money(run.equity_end)})", "dim"),
    )


def _naked(run: RunSummary) -> Text:
    """Say how much lay without a stop at the broker, and what still does."""
    text = Text(
        f"without a broker-held stop: {run.naked_dollar_seconds:,.0f} dollar-seconds,"
        f" {run.naked_worst_seconds:.2f} s at most",
        style="dim",
    )
    if run.uncovered:
        text.append(f"; {words.uncovered(run.uncovered)}", style="bold red")
    return text


def _denials(denials: Mapping[Denial, int]) -> Panel:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_column(style="dim")
    for denial, count in words.most_frequent(denials):
        table.add_row(f"{count:,}", denial.name, denial.value)
    return Panel(
        table,
        title=f"Denied: {words.counted(sum(denials.values()), 'intent')}",
        title_align="left",
        border_style="bright_black",
    )


def _receipt(receipt: FlattenEnded) -> Panel:
    rounds = words.counted(receipt.rounds, "round")
    cost = f"${receipt.cost:,.2f} against the middle of the quotes"
    first = f"{receipt.trigger.value}: {rounds}, {receipt.seconds:.1f} s, {cost}"
    lines = [Text(first)]
    for row in receipt.symbols:
        path = "; ".join((*row.steps, *([row.why] if row.why else ()))) or "nothing to do"
        lines.append(
            Text(
                f"{row.symbol}  {words.shares(row.start_quantity)} -> {words.shares(row.left)}"
            ).append(f"  {path}", style="dim")
        )
    lines += _left("positions left", receipt.positions_left)
    lines += _left("orders left", receipt.orders_left)
    title = "Flat receipt" if receipt.flat else "NOT FLAT"
    border = "green" if receipt.flat else "red"
    return Panel(Group(*lines), title=title, title_align="left", border_style=border)


def _left(name: str, what: Sequence[str]) -> list[Text]:
    return [Text(f"{name}: {', '.join(what)}", style="bold red")] if what else []


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
