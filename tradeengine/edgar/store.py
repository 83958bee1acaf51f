"""
The facts that were filed, on disk, one parquet file a company.

    facts/CIK##########.parquet      every fact ever seen: nothing here is changed or removed
    companies/CIK##########.json     who it is, its list of reports, when it was looked at last
    company_tickers.json             which symbol is which company

A fact is known by (cik, taxonomy, tag, unit, start, end, filed, accession). What was filed
once stays as it was seen first, so that a question about a past day has the same answer for
ever. Files are replaced whole: a reader, or a run that was killed, finds the old or the new.
"""

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
import polars as pl

from tradeengine.atomic_files import write_atomically
from tradeengine.edgar.fact_table import (
    SCHEMA,
    as_bytes,
    facts_of,
    has_one_of,
    joined,
    numbered,
    table_of,
)
from tradeengine.errors import FactsDamaged, FactsHeld
from tradeengine.fundamentals.company import Company, Filing, Key
from tradeengine.fundamentals.facts import Fact

Shape = TypeVar("Shape")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """
    A company beside its facts.

    `checked` is the day on which the source was asked last and answered: its facts are whole
    up to then. `at` is its instant (ns UTC; 0: not known). The versions are the site's own words
    for the documents.
    """

    cik: int
    name: str
    sic: int
    checked: date
    at: int = 0
    filings: tuple[Filing, ...] = ()
    facts_etag: str = ""
    facts_modified: str = ""
    submissions_etag: str = ""
    submissions_modified: str = ""


class FactStore:
    """All companies of one origin, under one folder; it is made when something is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def held(self) -> Iterator[None]:
        """
        Hold the folder for writing, for the length of a block, and sweep what a kill left.

        Raises FactsHeld when another process or task holds it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        number = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FactsHeld(str(self._folder)) from None
            for part in self._folder.glob("*/.CIK*"):
                part.unlink(missing_ok=True)
            yield
        finally:
            os.close(number)

    def tickers(self) -> dict[str, int] | None:
        """Give the symbols that were known last; None if none ever were. Raises FactsDamaged."""
        return self._decoded(self._folder / "company_tickers.json", dict[str, int])

    def keep_tickers(self, tickers: Mapping[str, int]) -> None:
        """Keep the symbols, with those of before that are gone."""
        merged = (self.tickers() or {}) | dict(tickers)
        self._write(self._folder / "company_tickers.json", msgspec.json.encode(merged))

    def profile(self, cik: int) -> Profile | None:
        """Give who a company is; None if it was never fetched. Raises FactsDamaged."""
        return self._decoded(self._profile_path(cik), Profile)

    def keep_profile(self, profile: Profile) -> None:
        """Keep who a company is."""
        self._write(self._profile_path(profile.cik), msgspec.json.encode(profile))

    def facts(
        self,
        cik: int,
        tags: Collection[tuple[str, str]] | None = None,
        table: pl.DataFrame | None = None,
    ) -> dict[Key, tuple[Fact, ...]]:
        """
        Give a company's facts, of some (taxonomy, tag) only; the earliest filed first.

        `table` holds them where they are read already (`tables`). Raises FactsDamaged when the
        file cannot be read.
        """
        if table is None:
            table = self._table(cik)
            if tags is not None:
                table = table.filter(has_one_of(tags))
            table = numbered(table)
        return facts_of(table, tags)

    def tables(
        self, ciks: Iterable[int], tags: Collection[tuple[str, str]]
    ) -> dict[int, pl.DataFrame]:
        """
        Read some tags of several companies at once, which is quicker than one by one.

        Who has no such fact is missing; all are when one file cannot be read, for only a look
        at each tells which.
        """
        return {
            cik: table
            for (cik,), table in numbered(self._together(ciks).filter(has_one_of(tags)))
            .partition_by("cik", as_dict=True)
            .items()
        }

    def counts(self, ciks: Iterable[int]) -> dict[int, int]:
        """Count the facts of several companies; who is missing has none, or see `tables`."""
        return dict(self._together(ciks).group_by("cik").len().iter_rows())

    def _together(self, ciks: Iterable[int]) -> pl.DataFrame:
        paths = [path for path in map(self._facts_path, ciks) if path.is_file()]
        try:
            table = pl.read_parquet(paths, columns=list(SCHEMA), memory_map=False)
            return table if table.schema == SCHEMA else table.cast(SCHEMA)
        except (pl.exceptions.PolarsError, OSError):
            return SCHEMA.to_frame()

    def count(self, cik: int) -> int:
        """Give how many facts of a company there are. Raises FactsDamaged."""
        return self._table(cik).height

    def company(
        self,
        profile: Profile,
        tags: Collection[tuple[str, str]] | None = None,
        table: pl.DataFrame | None = None,
    ) -> Company:
        """Give a company with its facts, as `facts` does. Raises FactsDamaged."""
        return Company(
            cik=profile.cik,
            name=profile.name,
            sic=profile.sic,
            facts=self.facts(profile.cik, tags, table),
            filings=profile.filings,
        )

    def merge(self, cik: int, facts: Mapping[Key, Sequence[Fact]]) -> int:
        """Add facts that are new and give their number. Raises FactsDamaged, OSError."""
        before = self._table(cik)
        new = table_of(cik, facts)
        merged = new if before.is_empty() else joined(before, new)
        if merged.height > before.height:
            self._write(self._facts_path(cik), as_bytes(merged))
        return merged.height - before.height

    def set_aside(self, cik: int) -> None:
        """Move a damaged file of facts out of the way, so that it can be fetched anew."""
        path = self._facts_path(cik)
        path.replace(path.with_suffix(".damaged"))

    def _table(self, cik: int) -> pl.DataFrame:
        path = self._facts_path(cik)
        try:
            table = pl.read_parquet(path, columns=list(SCHEMA), memory_map=False)
            return table if table.schema == SCHEMA else table.cast(SCHEMA)
        except FileNotFoundError:
            return SCHEMA.to_frame()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise FactsDamaged(str(path), _first_line(error)) from error

    def _facts_path(self, cik: int) -> Path:
        return self._folder / "facts" / f"CIK{cik:010}.parquet"

    def _profile_path(self, cik: int) -> Path:
        return self._folder / "companies" / f"CIK{cik:010}.json"

    def _decoded(self, path: Path, shape: type[Shape]) -> Shape | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=shape)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            raise FactsDamaged(str(path), _first_line(error)) from error

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
