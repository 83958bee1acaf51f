"""What `tradeengine config` prints: a table for people, JSON for machines."""

import sys

import orjson
from rich.console import Console
from rich.table import Table

from tradeengine.settings.explanation import explain
from tradeengine.settings.schema import Settings

WIDE = 500
"""Columns of a pipe or a file, which has no width: a row stays one line."""


def print_settings(settings: Settings, *, as_json: bool) -> None:
    """Print every setting, its value and its source, secrets redacted."""
    rows = explain(settings)
    if as_json:
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    console = Console(width=None if sys.stdout.isatty() else WIDE, markup=False, highlight=False)
    table = Table(box=None, pad_edge=False)
    for title in ("key", "value", "from"):
        table.add_column(title, overflow="fold")  # Never shortened: a key is there to be copied.
    for row in rows:
        table.add_row(row.key, row.value, row.source)
    console.print(table)
    source = settings.config_file or "no configuration file"
    console.print(f"{source}; meanings and ranges: docs/configuration.md")
