"""
Reads EDGAR's documents: strict about what is used, blind to everything else.

data.sec.gov/api/xbrl/companyfacts, data.sec.gov/submissions, sec.gov/files/company_tickers.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

import msgspec

from tradeengine.errors import ProtocolViolation
from tradeengine.fundamentals.company import Filing, Key
from tradeengine.fundamentals.facts import Fact

REPORTS = frozenset({"10-K", "10-Q", "10-K/A", "10-Q/A", "10-KT", "10-QT", "20-F", "40-F"})
"""Forms that are kept of the list of filings."""


class _Row(msgspec.Struct, gc=False):
    end: date
    val: float
    accn: str
    form: str
    filed: date
    start: date | None = None


class _Concept(msgspec.Struct):
    units: dict[str, list[_Row]]


class _CompanyFacts(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, _Concept]]


class _Recent(msgspec.Struct):
    accessionNumber: list[str] = []  # noqa: N815 - EDGAR's names
    form: list[str] = []
    filingDate: list[date] = []  # noqa: N815
    isXBRL: list[int] | None = None  # noqa: N815


class _Filings(msgspec.Struct):
    recent: _Recent = msgspec.field(default_factory=_Recent)


class _Submissions(msgspec.Struct):
    cik: int | str
    name: str
    sic: str | int | None = None
    filings: _Filings = msgspec.field(default_factory=_Filings)


class _Ticker(msgspec.Struct):
    cik_str: int
    ticker: str


class Submissions(msgspec.Struct, frozen=True, kw_only=True):
    """A filer: its name, its industry (0: none given) and its reports, as far as listed."""

    name: str
    sic: int
    filings: tuple[Filing, ...]


Shape = TypeVar("Shape")


def read_facts(body: bytes, cik: int) -> Mapping[Key, list[Fact]]:
    """Read the facts of a company. Raises ProtocolViolation when it is not that document."""
    document = _decode(body, _CompanyFacts, "companyfacts")
    _require_same(document.cik, cik, "companyfacts")
    return {
        (taxonomy, tag, unit): [_fact(row) for row in rows]
        for taxonomy, concepts in document.facts.items()
        for tag, concept in concepts.items()
        for unit, rows in concept.units.items()
    }


def _fact(row: _Row) -> Fact:
    return Fact(
        start=row.start,
        end=row.end,
        value=row.val,
        filed=row.filed,
        form=row.form,
        accession=row.accn,
    )


def read_submissions(body: bytes, cik: int) -> Submissions:
    """Read who a filer is. Raises ProtocolViolation when it is not that document."""
    document = _decode(body, _Submissions, "submissions")
    _require_same(document.cik, cik, "submissions")
    recent = document.filings.recent
    listed = len(recent.accessionNumber)
    has_facts = recent.isXBRL if recent.isXBRL is not None else [1] * listed
    if not listed == len(recent.form) == len(recent.filingDate) == len(has_facts):
        raise ProtocolViolation("submissions", "the lists of filings differ in length")
    rows = zip(recent.accessionNumber, recent.form, recent.filingDate, has_facts, strict=True)
    return Submissions(
        name=document.name,
        sic=_number(document.sic),
        filings=tuple(
            Filing(accession=accession, form=form, filed=filed)
            for accession, form, filed, is_xbrl in rows
            if form in REPORTS and is_xbrl
        ),
    )


def read_tickers(body: bytes) -> dict[str, int]:
    """Read which symbol is which company. Raises ProtocolViolation."""
    rows = _decode(body, dict[str, _Ticker], "company_tickers")
    return {plain_symbol(row.ticker): row.cik_str for row in reversed(rows.values())}


def plain_symbol(symbol: str) -> str:
    """Write a symbol as EDGAR does: BRK-B for BRK.B and BRK/B."""
    return symbol.upper().replace(".", "-").replace("/", "-")


def _decode(body: bytes, shape: type[Shape], name: str) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        start = body[:80].decode("utf-8", "replace")
        raise ProtocolViolation(name, str(error), start) from error


def _require_same(given: int | str, cik: int, name: str) -> None:
    if _number(given) != cik:
        raise ProtocolViolation(name, f"is of company {given}, and {cik} was asked for")


def _number(text: int | str | None) -> int:
    if isinstance(text, int):
        return text
    return int(text) if text and text.isascii() and text.isdecimal() else 0
