"""
Series of one number a day: the volatility index and the 10-year Treasury rate.

Cboe and FRED give whole histories as CSV. A file is believed when every row of it can be
read; one that is not, or is HTML, changes nothing. FRED writes an empty field or a dot for a
holiday of the bond market.
"""

import asyncio
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Final

import polars as pl

from tradeengine.bars.asking import Asker
from tradeengine.bars.parquet import read_table, write_table
from tradeengine.bars.turns import alone_in
from tradeengine.errors import ProtocolViolation

_USUAL: Final = {
    "%m/%d/%Y": re.compile("(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>[0-9]{4})"),
    "%Y-%m-%d": re.compile("(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"),
}
"""How each form of a day is written as a rule: of thousands, `strptime` takes its time."""

SCHEMA: Final = pl.Schema({"date": pl.Date, "value": pl.Float64})


@dataclass(frozen=True, slots=True)
class Kind:
    """A series: how its file is read, and whether the day itself knows its value."""

    name: str
    read: Callable[[bytes, str], pl.DataFrame]
    same_evening: bool


class Series:
    """The series in a folder (`DeskFiles.bars`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, through: date) -> pl.DataFrame:
        """
        Give date and value (`SCHEMA`) as known on the evening of `through`, by day.

        `vix` is the index's close; `dgs10` is percent a year, and of the days before
        `through`: the Federal Reserve publishes a day's rate on the next. Empty when there is
        no file. Raises BadConfiguration when it is damaged, KeyError for another name.
        """
        day = pl.col("date")
        known = day <= through if KINDS[name].same_evening else day < through
        rows = read_table(self._path(name), SCHEMA, known)
        return pl.DataFrame(schema=SCHEMA) if rows is None else rows.sort("date")

    def merge(self, name: str, values: pl.DataFrame) -> tuple[date, ...]:
        """
        Add days, put new values in the place of old ones, and give the days that changed.

        Raises BadConfiguration when the file is damaged or cannot be written.
        """
        with alone_in(self._folder):
            return self._merged(name, values)

    def _merged(self, name: str, values: pl.DataFrame) -> tuple[date, ...]:
        old = read_table(self._path(name), SCHEMA)
        old = pl.DataFrame(schema=SCHEMA) if old is None else old
        kept = old.join(values, on="date", how="anti")
        write_table(self._path(name), pl.concat([kept, values]).sort("date"))
        both = old.join(values, on="date", suffix="_new")
        return tuple(both.filter(pl.col("value") != pl.col("value_new"))["date"].sort())

    def _path(self, name: str) -> Path:
        return self._folder / f"{KINDS[name].name}.parquet"


async def fetch_series(store: Series, name: str, asker: Asker, through: date) -> int:
    """
    Fetch a series into the store, days after `through` left out; give how many days it has.

    Raises what `Asker.get` raises, ProtocolViolation for a file that is none, and
    BadConfiguration as `Series.merge`.
    """
    body = await asker.get()
    # Years of rows are read off the loop: it has other work.
    return await asyncio.to_thread(_keep, store, name, body, through)


def _keep(store: Series, name: str, body: bytes, through: date) -> int:
    table = KINDS[name].read(body, name).filter(pl.col("date") <= through)
    store.merge(name, table)
    return table.height


def read_vix(body: bytes, place: str) -> pl.DataFrame:
    """
    Read Cboe's history of an index: the close of each day, above 0. Raises ProtocolViolation.

    An index of 0 would be the calmest day of all, and let every size pass in full.
    """
    table = _table(body, place, ("DATE", "CLOSE"), "%m/%d/%Y", blanks=())
    wrong = table.filter(pl.col("value") <= 0.0)
    if not wrong.is_empty():
        raise ProtocolViolation(place, "an index that is not above 0", str(wrong.row(0)))
    return table


def read_fred(body: bytes, place: str) -> pl.DataFrame:
    """Read FRED's history of DGS10, percent a year. Raises ProtocolViolation."""
    return _table(body, place, ("observation_date", "DGS10"), "%Y-%m-%d", blanks=("", "."))


KINDS: Final = {
    "vix": Kind("vix", read_vix, same_evening=True),
    "dgs10": Kind("dgs10", read_fred, same_evening=False),
}


def _table(
    body: bytes, place: str, names: tuple[str, str], form: str, blanks: tuple[str, ...]
) -> pl.DataFrame:
    try:
        lines = csv.DictReader(body.decode("utf-8-sig").splitlines(), strict=True)
        rows = dict(_rows(lines, names, form, blanks))
    except (ValueError, csv.Error) as error:
        text = body[:100].decode("utf-8", "backslashreplace")
        raise ProtocolViolation(place, str(error), text) from error
    if not rows:
        raise ProtocolViolation(place, "no values", body[:100].decode("utf-8", "backslashreplace"))
    return pl.DataFrame(sorted(rows.items()), schema=SCHEMA, orient="row")


def _rows(
    lines: "csv.DictReader[str]", names: tuple[str, str], form: str, blanks: tuple[str, ...]
) -> Iterator[tuple[date, float]]:
    if not set(lines.fieldnames or ()) >= set(names):
        raise ValueError(f"the columns {' and '.join(names)} are not there")
    for number, line in enumerate(lines, start=2):
        day, text = line[names[0]], line[names[1]]
        if day is None or text is None:
            raise ValueError(f"line {number} is cut short")
        if text in blanks:
            continue
        try:
            at, value = _day(day, form), float(text)
        except ValueError:
            raise ValueError(f"line {number}: {day},{text}") from None
        if not isfinite(value):
            raise ValueError(f"line {number}: {day},{text}")
        yield at, value


def _day(text: str, form: str) -> date:
    """Read a day. Raises ValueError."""
    if usual := _USUAL[form].fullmatch(text):
        return date(int(usual["year"]), int(usual["month"]), int(usual["day"]))
    return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date
