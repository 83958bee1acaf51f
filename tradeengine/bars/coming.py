"""
Splits that take effect with a session whose bar nobody has yet.

A split is announced days before its ex-date, and the shares of that day are new ones from the
open on. Bars say so in the evening; a plan of the morning has to know it before. Kept beside
the bars, by symbol and ex-date.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from tradeengine.bars.parquet import read_table, write_table
from tradeengine.bars.turns import alone_in

FILE: Final = "coming.parquet"

SCHEMA: Final = pl.Schema({"symbol": pl.String, "date": pl.Date, "split": pl.Float64})
"""`split` is new shares for an old one, as in `DAILY_SCHEMA`."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Days after `after` up to `until`: the last evening that has bars, and the session to come."""

    after: date
    until: date

    @property
    def has(self) -> pl.Expr:
        """Tell whether a row's `date` is among them."""
        return (pl.col("date") > self.after) & (pl.col("date") <= self.until)


class ComingSplits:
    """The splits to come in a folder (`DeskFiles.bars`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, symbols: Collection[str], days: Ahead) -> pl.DataFrame:
        """Give those of symbols on some days (`SCHEMA`). Raises BadConfiguration."""
        wanted = pl.col("symbol").is_in(sorted(symbols)) & days.has
        rows = read_table(self._folder / FILE, SCHEMA, wanted)
        return pl.DataFrame(schema=SCHEMA) if rows is None else rows

    def keep(self, symbols: Collection[str], days: Ahead, actions: pl.DataFrame) -> None:
        """
        Keep what a source says of symbols on some days, in the place of what it said before.

        The last answer counts: a split may be put off. Raises BadConfiguration.
        """
        said = pl.col("symbol").is_in(sorted(symbols)) & days.has
        new = actions.filter(said, pl.col("split") != 1.0).select(SCHEMA.names())
        with alone_in(self._folder):
            old = read_table(self._folder / FILE, SCHEMA)
            if old is None and new.is_empty():
                return
            old = pl.DataFrame(schema=SCHEMA) if old is None else old
            rows = pl.concat([old.filter(~said), new]).sort("symbol", "date")
            if not rows.equals(old):
                write_table(self._folder / FILE, rows)
