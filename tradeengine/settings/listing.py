"""What `tradeengine config` prints: a table for people, JSON for machines."""

import sys

import orjson
from rich.console import Console
from rich.table import Table

from tradeengine.settings.explanation import explain
from tradeengine.settings.schema import Settings


def print_settings(settings: Settings, *, as_json: bool) -> None:
    """Print every setting, its value and its source, secrets redacted."""
    rows = explain(settings)
    if as_json:
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    console = Console()
    table = Table("key", "value", "from", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.key, row.value, row.source)
    # A pipe has no width; a row there must stay one line.
    console.print(table, width=None if console.is_terminal else 400, markup=False)
    console.print(
        f"{settings.config_file or 'no configuration file'}; meanings and ranges: "
        "docs/configuration.md",
        markup=False,
    )
