"""
The live view: a picture of the run made of quiet panels.

A pure function of a snapshot. On a wide terminal the account and what was
decided stand beside positions and orders; on a narrow one, below them.
"""

from collections.abc import Sequence

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tradeengine.console import words
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.console.snapshot import ConsoleSnapshot, OrderRow

WIDE = 110
"""Columns from which two panels fit side by side."""

DENIAL_ROWS = 5
ALERT_ROWS = 3


class Screen:
    """One picture of the run, laid out for the width it is given."""

    def __init__(self, snapshot: ConsoleSnapshot, parameters: ConsoleParameters) -> None:
        self._snapshot = snapshot
        self._parameters = parameters

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        shot, parameters = self._snapshot, self._parameters
        account, activity = _account(shot), _activity(shot)
        positions = _positions(shot, parameters.position_rows)
        orders = _orders(shot.orders, parameters.position_rows)
        decisions = _lines("Decisions", shot.decisions[-parameters.decision_rows :])
        yield _header(shot)
        # High up: a short terminal cuts off the bottom.
        if shot.alerts:
            yield _lines("Alerts", shot.alerts[-ALERT_ROWS:], border="red")
        if options.max_width >= WIDE:
            yield _side_by_side(Group(positions, orders), Group(account, activity, decisions))
        else:
            yield Group(account, positions, orders, activity, decisions)


def _header(shot: ConsoleSnapshot) -> Panel:
    style = words.STATE_STYLES[shot.state]
    first = Text.assemble(
        (f" {shot.state.value} ", f"bold reverse {style}"),
        (f"  {words.clock(shot.now)} New York", "bold"),
        (f"   session {words.clock(shot.session_open)[:5]}", "dim"),
        (f" to {words.clock(shot.session_close)[:5]}", "dim"),
        (f"   speed {words.speed(shot.speed)}", "dim"),
    )
    second = Text.assemble(
        ("feed ", "dim"),
        shot.feed,
        (f" ({shot.symbols} symbols, last data {words.age(shot.feed_age_seconds)})", "dim"),
        ("   orders ", "dim"),
        shot.order_stream,
        (f"   inbox {shot.inbox_depth}", "dim"),
    )
    lines = [first, second]
    if shot.state_reason:
        lines.append(Text(shot.state_reason, style="dim"))
    title = f"tradeengine  {shot.venue}  {shot.run_id}"
    return Panel(Group(*lines), title=title, title_align="left", border_style=style)


def _account(shot: ConsoleSnapshot) -> Panel:
    table = Table.grid(expand=True)
    for _ in range(5):
        table.add_column(ratio=1)
    table.add_row(
        *(Text(name, style="dim") for name in ("equity", "cash", "realised", "open", "drawdown"))
    )
    table.add_row(
        Text(words.money(shot.equity), style="bold"),
        words.money(shot.cash),
        Text(words.profit(shot.realised), style=words.profit_style(shot.realised)),
        Text(words.profit(shot.unrealised), style=words.profit_style(shot.unrealised)),
        words.percent(shot.drawdown),
    )
    return _panel("Account", table)


def _positions(shot: ConsoleSnapshot, most: int) -> Panel:
    rows = shot.positions
    table = _table("symbol", "shares", "average", "now", "profit")
    for row in rows[:most]:
        table.add_row(
            row.symbol,
            words.shares(row.quantity),
            words.price(row.average_price),
            words.price(row.mark),
            Text(words.profit(row.unrealised), style=words.profit_style(row.unrealised)),
        )
    panel = _or_none(table, len(rows), most)
    if shot.uncovered:
        panel = Group(panel, Text(words.uncovered(shot.uncovered), style="bold red"))
    return _panel(f"Positions ({len(rows)})", panel)


def _orders(rows: Sequence[OrderRow], most: int) -> Panel:
    table = _table("symbol", "order", "filled", "price", "state")
    for row in rows[:most]:
        table.add_row(
            row.symbol,
            f"{row.purpose.value} {row.side.value} {row.order_type.value}",
            f"{words.shares(row.filled)}/{words.shares(row.quantity)}",
            words.price(row.price),
            row.state,
        )
    return _panel(f"Open orders ({len(rows)})", _or_none(table, len(rows), most))


def _activity(shot: ConsoleSnapshot) -> Panel:
    counts = Text(
        f"orders {shot.orders_sent}   fills {shot.fills}   "
        f"buys {shot.buys}   sells {shot.sells}   denied {sum(shot.denials.values())}"
    )
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(style="dim", no_wrap=True, overflow="ellipsis")
    for denial, count in words.most_frequent(shot.denials)[:DENIAL_ROWS]:
        table.add_row(str(count), denial.value)
    return _panel("Activity", Group(counts, table) if shot.denials else counts)


def _lines(title: str, lines: Sequence[str], border: str = "bright_black") -> Panel:
    text = Text("\n".join(lines) or "none yet", no_wrap=True, overflow="ellipsis")
    if not lines:
        text.stylize("dim")
    return _panel(title, text, border)


def _side_by_side(left: RenderableType, right: RenderableType) -> Table:
    grid = Table.grid(expand=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.add_row(left, right)
    return grid


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, show_edge=False)
    for place, column in enumerate(columns):
        numeric = column in {"shares", "average", "now", "profit", "filled", "price"}
        table.add_column(
            column,
            justify="right" if numeric else "left",
            style="bold" if place == 0 else "",
            header_style="dim",
            no_wrap=True,
        )
    return table


def _or_none(table: Table, rows: int, most: int) -> RenderableType:
    if not rows:
        return Text("none", style="dim")
    if rows > most:
        return Group(table, Text(f"and {rows - most} more", style="dim"))
    return table


def _panel(title: str, content: RenderableType, border: str = "bright_black") -> Panel:
    return Panel(content, title=title, title_align="left", border_style=border)
