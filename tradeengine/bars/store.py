"""
Daily bars on the disk: one parquet file an origin, raw prices, one row a symbol and day.

Programs may read while another writes; those that write take turns, so that the bars of both
stay.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Final

import polars as pl

from tradeengine.bars.parquet import read_table, write_table
from tradeengine.bars.table import DAILY_SCHEMA, KEY, no_bars, tidy
from tradeengine.bars.turns import alone_in

FILE: Final = "daily.parquet"

_SAME: Final = 1e-6
"""Relative difference up to which two prices are one: the rounding of a feed."""


@dataclass(frozen=True, slots=True)
class ChangedBar:
    """A bar that we had and that came again with another value."""

    symbol: str
    date: date
    field: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.symbol} {self.date} {self.field}: {self.before:g} -> {self.after:g}"


class BarStore:
    """The daily bars in a folder (`DeskFiles.bars`)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def read(
        self,
        symbols: Collection[str] | None = None,
        since: date | None = None,
        through: date | None = None,
    ) -> pl.DataFrame:
        """
        Give bars (`DAILY_SCHEMA`) by symbol and day; days included on both ends, None: all.

        A store without a file has no bars. Raises BadConfiguration when the file is damaged.
        """
        rows = read_table(self.path, DAILY_SCHEMA, _wanted(symbols, since, through))
        return no_bars() if rows is None else rows

    def ends(self, symbols: Collection[str], through: date) -> dict[str, tuple[date, date]]:
        """
        Give the first and the last day up to `through` of each symbol that has bars until then.

        Raises BadConfiguration when the file is damaged.
        """
        keys = read_table(self.path, DAILY_SCHEMA, _wanted(symbols, None, through), KEY)
        if keys is None:
            return {}
        day = pl.col("date")
        ends = keys.group_by("symbol").agg(first=day.min(), last=day.max())
        return {symbol: (first, last) for symbol, first, last in ends.iter_rows()}

    def merge(self, frame: pl.DataFrame, anew: Collection[str] = ()) -> tuple[ChangedBar, ...]:
        """
        Add bars, and put new values in the place of old ones; say which old ones changed.

        Of the symbols in `anew` all old bars go, and none of them counts as changed.

        Raises ProtocolViolation for a frame that is no table of bars, BadConfiguration when
        the file is damaged or cannot be written. The old file stays unless all went well.
        """
        new = tidy(frame, "daily bars")
        with alone_in(self.path.parent):
            return self._merged(new, anew)

    def _merged(self, new: pl.DataFrame, anew: Collection[str]) -> tuple[ChangedBar, ...]:
        old = self.read()
        if anew:
            old = old.filter(~pl.col("symbol").is_in(sorted(anew)))
        if _has(old, new):
            return ()
        kept = old.join(new, on=KEY, how="anti")
        write_table(self.path, pl.concat([kept, new]).sort(KEY))
        return changed_bars(old, new)


def _wanted(
    symbols: Collection[str] | None, since: date | None, through: date | None
) -> pl.Expr | None:
    """Tell whether a row is of some symbols and days; None: all are."""
    wanted = []
    if symbols is not None:
        wanted.append(pl.col("symbol").is_in(sorted(symbols)))
    if since is not None:
        wanted.append(pl.col("date") >= since)
    if through is not None:
        wanted.append(pl.col("date") <= through)
    return reduce(and_, wanted) if wanted else None


def _has(old: pl.DataFrame, new: pl.DataFrame) -> bool:
    """Tell whether all bars of `new` stand in `old` with the same values."""
    if old.height < new.height:
        return False
    since = new["date"].min()
    recent = old if since is None else old.filter(pl.col("date") >= since)
    return new.join(recent, on=DAILY_SCHEMA.names(), how="anti").is_empty()


def changed_bars(old: pl.DataFrame, new: pl.DataFrame) -> tuple[ChangedBar, ...]:
    """Name the values that differ where both tables have a bar, by symbol, day and column."""
    both = old.join(new, on=KEY, how="inner", suffix="_new")
    found = []
    for field in DAILY_SCHEMA.names()[len(KEY) :]:
        before, after = pl.col(field).cast(pl.Float64), pl.col(f"{field}_new").cast(pl.Float64)
        differs = (before - after).abs() > _SAME * before.abs().clip(lower_bound=1.0)
        found += [
            ChangedBar(symbol, day, field, was, became)
            for symbol, day, was, became in both.filter(differs).select(*KEY, before, after).rows()
        ]
    return tuple(sorted(found, key=lambda bar: (bar.symbol, bar.date)))
