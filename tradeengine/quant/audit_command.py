"""`tradeengine audit`: which names were refused, by which rule, and since when."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradeengine.ending import told_without_right
from tradeengine.flags import HomeFlag, JsonFlag
from tradeengine.layout import Home

if TYPE_CHECKING:
    from tradeengine.quant.auditing import Audit
    from tradeengine.store.rejections import RejectionLog


def audit(
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, help="Days to sum, up to the last.")
    ] = 7,
    date: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Last day to sum.",
            show_default="the newest",
        ),
    ] = None,
    home: HomeFlag = Path(),
    json: JsonFlag = False,
) -> None:
    """
    Sum up the refused tickers of a week, by stage, code and symbol.

    Marks names that were refused three weeks running. Reads data/rejected_tickers.
    """
    import msgspec

    from tradeengine.quant.auditing import audit as sum_up
    from tradeengine.store.rejections import RejectionLog

    last = date.date() if date else None
    with told_without_right():
        log = RejectionLog(Home(home.absolute()).data / "rejected_tickers")
        found = sum_up(log, days, last)
    if found is not None:
        _tell_unreadable(found, log)
    if json:
        typer.echo(msgspec.json.encode(found).decode())
    elif found is None:
        if log.days():
            typer.echo(f"nothing was looked at up to {last}: the first day is {log.days()[0]}")
        else:
            typer.echo("nothing was refused yet: there is no file in data/rejected_tickers")
    elif not found.lines:
        typer.echo(f"nobody was refused {_span(found)}")
    else:
        _show(found)


def _tell_unreadable(found: "Audit", log: "RejectionLog") -> None:
    for day, count in found.unreadable.items():
        is_, lines = ("is", "line") if count == 1 else ("are", "lines")
        words = f"{count} {lines} cannot be read and {is_} not counted"
        typer.echo(f"{log.path(day)}: {words}", err=True)


def _span(found: "Audit") -> str:
    if found.last == found.newest:
        return f"from {found.first} to {found.last}, the newest day that was looked at"
    return f"from {found.first} to {found.last}; the newest day is {found.newest}"


def _show(found: "Audit") -> None:
    from rich.console import Console

    from tradeengine.console.tables import whole_table

    console = Console(width=None if sys.stdout.isatty() else 120)
    # Not as the table's title, which is cut at the table's width.
    console.print(f"Refused {_span(found)}", highlight=False, soft_wrap=True)
    numbers = {"days", "names"}
    shown = whole_table(
        "stage", "code", "passes", "days", "names", "most often", right=numbers, firm=numbers
    )
    for line in found.lines:
        most = " ".join(line.symbols[:8]) + (" ..." if len(line.symbols) > 8 else "")
        shown.add_row(
            line.stage, line.code, line.weight, str(line.days), str(len(line.symbols)), most
        )
    console.print(shown)
    for name in found.marked:
        console.print(
            f"three weeks running: {name.symbol} ({name.stage}) {name.code} {name.field}:"
            f" {name.value}, {name.times} times",
            markup=False,
            soft_wrap=True,
        )
