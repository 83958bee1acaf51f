"""
The SEC's EDGAR as it was on a day: company facts, submissions, the list of tickers.

The shipped zips hold one JSON a company, in the shape of the SEC's API
(https://www.sec.gov/search-filings/edgar-application-programming-interfaces). What was
filed after the day is left out, and a company that had filed nothing yet is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec

from tradeengine.venue.public.document import SHIPPED, Document

Json = dict[str, Any]


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
        company: Json = msgspec.json.decode(self._archive.read(f"CIK{cik:010d}.json"))
        until, last = day.isoformat(), ""
        facts: Json = {}
        for taxonomy, tags in company["facts"].items():
            for tag, told in tags.items():
                units, newest = _filed_by(told["units"], until)
                if units:
                    facts.setdefault(taxonomy, {})[tag] = {**told, "units": units}
                    last = max(last, newest)
        if not facts:
            return None
        body = {"cik": company["cik"], "entityName": company["entityName"], "facts": facts}
        return Document(msgspec.json.encode(body), date.fromisoformat(last))


def _filed_by(units: Json, until: str) -> tuple[Json, str]:
    """Give the rows by unit that were filed by a day, and when the newest was."""
    public = {unit: [row for row in rows if row["filed"] <= until] for unit, rows in units.items()}
    kept = {unit: rows for unit, rows in public.items() if rows}
    return kept, max((row["filed"] for rows in kept.values() for row in rows), default="")
