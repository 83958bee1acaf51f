"""
Filings: company facts and submissions, one JSON a company, in the shape of the SEC's own API.

Facts of 2009 and 2010 come from the SEC's quarterly data sets, which a source file holds
in the shape of the API already. Companies of which a real answer of the API is at hand get
that one; where it begins later (JPMorgan), it is added to the facts of 2009 and 2010.

`frame` is left out: which of several facts bears it depends on what was filed later, so
in the answer of an earlier day it would tell of the future.
"""

import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

FACTS_SOURCE = "fundamentals/companyfacts_from_fsds_2009_2010.jsonl.gz"
API_FOLDER = "fundamentals/companyfacts"
SUBMISSIONS_FOLDER = "fundamentals/submissions"
QUARTER_SOURCES = tuple(
    f"fundamentals/fsds/{quarter}_sub.parquet" for quarter in ("2009q3", "2010q1", "2010q2")
)

REAL = {320193: "AAPL", 1045810: "NVDA"}
"""Companies whose real answer holds 2009 and 2010 too."""

ADDED = {19617: "JPM", 1997711: "LPA"}
"""Companies whose real answer begins later: a bank, and one that reports under IFRS."""

KEPT_FORMS = ("10-K", "10-K/A", "10-Q", "10-Q/A", "20-F", "20-F/A", "40-F")
"""Forms that carry accounts; the other filings of a submission are left out."""

Company = dict[str, Any]


def companies(source: Path) -> dict[int, Company]:
    """Give the facts of each company by CIK, with `ticker`, in the order of CIK."""
    with gzip.open(source / FACTS_SOURCE, "rt", encoding="utf-8") as lines:
        found = {company["cik"]: company for company in map(json.loads, lines)}
    for cik, ticker in {**REAL, **ADDED}.items():
        path = source / API_FOLDER / f"{name_of(cik)}.gz"
        real = {"ticker": ticker, **_without_frames(json.loads(gzip.decompress(path.read_bytes())))}
        found[cik] = _joined(found[cik], real) if cik in found and cik in ADDED else real
    return dict(sorted(found.items()))


def _without_frames(company: Company) -> Company:
    for tags in company["facts"].values():
        for told in tags.values():
            for rows in told["units"].values():
                for row in rows:
                    row.pop("frame", None)
    return company


def _joined(early: Company, late: Company) -> Company:
    """Add the later facts of a company to its early ones."""
    facts = {taxonomy: dict(tags) for taxonomy, tags in early["facts"].items()}
    for taxonomy, tags in late["facts"].items():
        for tag, told in tags.items():
            known = facts.setdefault(taxonomy, {}).get(tag)
            facts[taxonomy][tag] = told if known is None else _joined_tag(known, told)
    return {**late, "facts": facts}


def _joined_tag(early: Company, late: Company) -> Company:
    units = {unit: list(rows) for unit, rows in early["units"].items()}
    for unit, rows in late["units"].items():
        units.setdefault(unit, []).extend(rows)
    return {**late, "units": units}


def submissions(source: Path, known: Mapping[int, Company]) -> dict[int, Company]:
    """Give name, SIC, ticker and the filings with accounts of each company by CIK."""
    columns = ["cik", "name", "sic", "adsh", "filed", "accepted", "period", "form"]
    quarters = pl.concat([pl.read_parquet(source / name)[columns] for name in QUARTER_SOURCES])
    early = {cik: _early_filings(part) for (cik,), part in quarters.sort("filed").group_by("cik")}
    nothing: Company = {"name": "", "sic": "", "recent": []}
    made = {}
    for cik, company in known.items():
        told = early.get(cik, nothing)
        real = _real_filings(source, cik)
        listed = (*_filings_of_facts(company), *told["recent"], *real)
        rows = {row["accessionNumber"]: row for row in listed}
        made[cik] = {
            "cik": f"{cik:010d}",
            "name": company["entityName"] or told["name"],
            "sic": told["sic"],
            "tickers": [company["ticker"].replace(".", "-")],
            "recent": sorted(rows.values(), key=lambda row: row["filingDate"], reverse=True),
        }
    return made


def _filings_of_facts(company: Company) -> list[Company]:
    """Write the filings that facts come from; when they were accepted is not known there."""
    rows = (
        row
        for tags in company["facts"].values()
        for told in tags.values()
        for facts in told["units"].values()
        for row in facts
    )
    return [
        {
            "accessionNumber": row["accn"],
            "filingDate": row["filed"],
            "reportDate": "",
            "acceptanceDateTime": "",
            "form": row["form"],
        }
        for row in rows
    ]


def _early_filings(part: pl.DataFrame) -> Company:
    """Write the filings that the quarterly data sets list of a company; dates as the API's."""
    rows = [
        {
            "accessionNumber": row["adsh"],
            "filingDate": _day(row["filed"]),
            "reportDate": _day(row["period"]),
            "acceptanceDateTime": row["accepted"].replace(" ", "T")[:19] + ".000Z",
            "form": row["form"],
        }
        for row in part.iter_rows(named=True)
    ]
    last = part.row(-1, named=True)
    return {"name": last["name"], "sic": last["sic"], "recent": rows}


def _real_filings(source: Path, cik: int) -> list[Company]:
    """Read the filings with accounts from a real answer, none when there is no such file."""
    path = source / SUBMISSIONS_FOLDER / f"{name_of(cik)}.gz"
    if cik not in REAL or not path.exists():
        return []
    recent = json.loads(gzip.decompress(path.read_bytes()))["filings"]["recent"]
    kept = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "form")
    columns = zip(*(recent[name] for name in kept), strict=True)
    rows = [dict(zip(kept, row, strict=True)) for row in columns]
    return [row for row in rows if row["form"] in KEPT_FORMS]


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def name_of(cik: int) -> str:
    """Give the SEC's name of a company's file."""
    return f"CIK{cik:010d}.json"


def write_zip(path: Path, contents: Iterable[tuple[int, Company]]) -> int:
    """Write one member a company, always the same bytes for the same contents; give how many."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for cik, company in contents:
            member = zipfile.ZipInfo(name_of(cik))
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, json.dumps(company, separators=(",", ":")), compresslevel=9)
            count += 1
    return count
