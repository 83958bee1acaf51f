"""The tables that ship in this folder, read once."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def rows_of(name: str) -> tuple[Mapping[str, str], ...]:
    """Give the rows of a table in its own order, each by column."""
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
