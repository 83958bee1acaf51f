"""
The SEC's EDGAR as it was on a day: company facts, submissions, the list of tickers.

The shipped zips hold one JSON a company, in the shape of the SEC's API
(https://www.sec.gov/search-filings/edgar-application-programming-interfaces). What was
filed after the day is left out, and a company that had filed nothing yet is not there. Rows
are sent as they are shipped: only the day of each is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import msgspec

from tradeengine.venue.public.document import SHIPPED, Document

Json = dict[str, Any]
Raws = dict[str, msgspec.Raw]


class Filing(msgspec.Struct, frozen=True, rename="camel"):
    """One filing with accounts; dates as texts in ISO form."""

    accession_number: str
    filing_date: str
    report_date: str
    acceptance_date_time: str
    form: str


class Company(msgspec.Struct, frozen=True):
    """A filer: `cik` with its ten digits, `recent` filings first. `sic` may be empty."""

    cik: str
    name: str
    sic: str
    tickers: list[str]
    recent: list[Filing]

    def filed_by(self, day: date) -> list[Filing]:
        """Give the filings that were public on a day, the latest first."""
        until = day.isoformat()
        return [filing for filing in self.recent if filing.filing_date <= until]


@dataclass
class Filings:
    """Facts and submissions of a folder of shipped files."""

    folder: Path = field(default=SHIPPED)

    @cached_property
    def companies(self) -> Mapping[int, Company]:
        """All filers by CIK."""
        with ZipFile(self.folder / "submissions.zip") as archive:
            told = [
                msgspec.json.decode(archive.read(name), type=Company) for name in archive.namelist()
            ]
        return {int(company.cik): company for company in told}

    @cached_property
    def _archive(self) -> ZipFile:
        """The zip of company facts, its list of contents read once."""
        return ZipFile(BytesIO((self.folder / "companyfacts.zip").read_bytes()))

    def tickers(self, day: date) -> Document | None:
        """Write `company_tickers.json`: the filers of a day, numbered; a dot is a dash there."""
        known = [(cik, c) for cik, c in self.companies.items() if c.filed_by(day)]
        if not known:
            return None
        rows = {
            str(number): {"cik_str": cik, "ticker": company.tickers[0], "title": company.name}
            for number, (cik, company) in enumerate(known)
        }
        # A filer joins the list with its first filing.
        joined = max(company.filed_by(day)[-1].filing_date for _, company in known)
        return Document(msgspec.json.encode(rows), date.fromisoformat(joined))

    def submissions(self, cik: int, day: date) -> Document | None:
        """Write `submissions/CIK##########.json` as of a day."""
        company = self.companies.get(cik)
        filed = company.filed_by(day) if company is not None else []
        if company is None or not filed:
            return None
        names = Filing.__struct_fields__
        columns = {
            wire: [getattr(filing, name) for filing in filed]
            for wire, name in zip(Filing.__struct_encode_fields__, names, strict=True)
        }
        body = {
            "cik": company.cik,
            "entityType": "operating",
            "sic": company.sic,
            "sicDescription": "",
            "name": company.name,
            "tickers": company.tickers,
            "exchanges": [],
            "filings": {"recent": columns, "files": []},
        }
        return Document(msgspec.json.encode(body), date.fromisoformat(filed[0].filing_date))

    def facts(self, cik: int, day: date) -> Document | None:
        """Write `companyfacts/CIK##########.json`: the facts filed up to a day."""
        if cik not in self.companies:
            return None
        told = msgspec.json.decode(self._archive.read(f"CIK{cik:010d}.json"), type=_Facts)
        filed = msgspec.json.decode(told.facts, type=_FILED)
        days = {row.filed for tags in filed.values() for tag in tags.values() for row in tag.rows()}
        until = day.isoformat()
        last = max((each for each in days if each <= until), default="")
        if not last:
            return None
        if last != max(days):
            told.facts = msgspec.Raw(msgspec.json.encode(_filed_by(told.facts, filed, until)))
        return Document(msgspec.json.encode(told), date.fromisoformat(last))


class _Facts(msgspec.Struct):
    """The facts of a company as they are sent, what is shipped beside them left out."""

    cik: msgspec.Raw
    entityName: msgspec.Raw  # noqa: N815 - the SEC's names
    facts: msgspec.Raw


class _Row(msgspec.Struct, gc=False):
    filed: str


class _Tag(msgspec.Struct):
    """Of the facts of a tag only when they were filed."""

    units: dict[str, list[_Row]]

    def rows(self) -> Iterator[_Row]:
        return chain.from_iterable(self.units.values())


_FILED: Final = dict[str, dict[str, _Tag]]


def _filed_by(facts: msgspec.Raw, filed: Mapping[str, Mapping[str, _Tag]], until: str) -> Json:
    """Give the facts that were filed by a day; `filed` says it of each."""
    public: Json = {}
    for taxonomy, tags in msgspec.json.decode(facts, type=dict[str, dict[str, Raws]]).items():
        for tag, told in tags.items():
            units = _rows_by(told["units"], filed[taxonomy][tag].units, until)
            if units:
                public.setdefault(taxonomy, {})[tag] = {**told, "units": units}
    return public


def _rows_by(told: msgspec.Raw, filed: Mapping[str, Sequence[_Row]], until: str) -> Json:
    units = msgspec.json.decode(told, type=dict[str, list[msgspec.Raw]])
    public = {
        unit: [row for row, known in zip(rows, filed[unit], strict=True) if known.filed <= until]
        for unit, rows in units.items()
    }
    return {unit: rows for unit, rows in public.items() if rows}
