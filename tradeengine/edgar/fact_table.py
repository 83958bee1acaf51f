"""
A company's facts as one table, each fact once, in one order; and facts out of such a table.

A few hundred rows a company are put in order here and not by the library of tables, of which
each call costs more than that.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from io import BytesIO
from itertools import pairwise
from typing import Any, Final

import polars as pl

from tradeengine.fundamentals.company import Key
from tradeengine.fundamentals.facts import Fact

SCHEMA: Final = pl.Schema(
    {
        "cik": pl.Int64,
        "taxonomy": pl.String,
        "tag": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "filed": pl.Date,
        "accession": pl.String,
        "form": pl.String,
        "value": pl.Float64,
    }
)
KEY: Final = ("cik", "taxonomy", "tag", "unit", "start", "end", "filed", "accession")

_EPOCH: Final = date(1970, 1, 1).toordinal()
_ORDER: Final = ("taxonomy", "tag", "unit", "filed", "end", "start", "accession")


def table_of(cik: int, facts: Mapping[Key, Sequence[Fact]]) -> pl.DataFrame:
    """Give a company's facts as a table, each fact once, as it stands first, in order."""
    rows = list(_rows(cik, facts))
    if not rows:
        return SCHEMA.to_frame()
    columns = zip(SCHEMA.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, row, dtype=kind) for (name, kind), row in columns])


def _rows(cik: int, facts: Mapping[Key, Sequence[Fact]]) -> Iterator[tuple[object, ...]]:
    for key in sorted(facts):
        taxonomy, tag, unit = key
        once: dict[tuple[date, date, int, str], Fact] = {}
        for fact in facts[key]:
            once.setdefault((fact.filed, fact.end, _day_number(fact.start), fact.accession), fact)
        for place in sorted(once):
            fact = once[place]
            yield (
                cik, taxonomy, tag, unit, fact.start, fact.end, fact.filed, fact.accession,
                fact.form, fact.value,
            )  # fmt: skip


def _day_number(day: date | None) -> int:
    """Number days so that none at all comes first."""
    return 0 if day is None else day.toordinal()


def joined(before: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Add a table to another; what both have stays as it was."""
    every = pl.concat([before, new]).lazy()
    return every.unique(KEY, keep="first", maintain_order=True).sort(*_ORDER).collect()


def numbered(table: pl.DataFrame) -> pl.DataFrame:
    """Write days as their numbers, from 1970 on: so they are quicker read."""
    return table.with_columns(pl.col(pl.Date).to_physical())


def facts_of(
    table: pl.DataFrame, tags: Collection[tuple[str, str]] | None = None
) -> dict[Key, tuple[Fact, ...]]:
    """Give the facts of a company's `numbered` table, of some (taxonomy, tag) only, in order."""
    columns = [column.to_list() for column in table.get_columns()[1:]]
    keys, facts = list(zip(*columns[:3], strict=True)), _facts(columns[3:])
    changes = (place for place, (one, other) in enumerate(pairwise(keys), 1) if one != other)
    rows: dict[Key, tuple[Fact, ...]] = {}
    for first, last in pairwise([0, *changes, len(keys)] if keys else ()):
        key = keys[first]
        if tags is None or key[:2] in tags:
            rows[key] = rows.get(key, ()) + tuple(facts[first:last])
    return rows


def _facts(columns: Sequence[Sequence[Any]]) -> list[Fact]:
    """Make facts of the columns from `start` on."""
    day = _DAYS
    return [
        Fact(
            start=None if start is None else day[start],
            end=day[end],
            value=value,
            filed=day[filed],
            form=form,
            accession=accession,
        )
        for start, end, filed, accession, form, value in zip(*columns, strict=True)
    ]


class _Days(dict[int, date]):
    """Days by their number, each made once: all filings have but some thousands."""

    def __missing__(self, number: int) -> date:
        made = self[number] = date.fromordinal(_EPOCH + number)
        return made


_DAYS: Final = _Days()


def has_one_of(tags: Collection[tuple[str, str]]) -> pl.Expr:
    """Say which rows may be of some (taxonomy, tag), by the tag."""
    return pl.col("tag").is_in({tag for _, tag in tags})


def as_bytes(table: pl.DataFrame) -> bytes:
    """Give a table's file. A full disk is told of by the file, not in a library's words."""
    buffer = BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()
