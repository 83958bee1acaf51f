"""Documents are read strictly where they are used, and anything may stand beside."""

from datetime import date
from typing import Any

import orjson
import pytest

from tests.edgar.site import HTML, facts_document, row
from tests.fundamentals.shipped import text_of
from tradeengine.edgar.parse import (
    plain_symbol,
    read_facts,
    read_submissions,
    read_tickers,
)
from tradeengine.errors import ProtocolViolation
from tradeengine.fundamentals.company import Filing
from tradeengine.fundamentals.facts import Fact

SUBMISSIONS: dict[str, Any] = {
    "cik": "0000320193",
    "name": "Apple Inc.",
    "sic": "3571",
    "tickers": ["AAPL"],
    "addresses": {"mailing": {"street1": "ONE APPLE PARK WAY"}},
    "filings": {
        "recent": {
            "accessionNumber": ["a-1", "a-2", "a-3"],
            "form": ["4", "10-Q", "10-K"],
            "filingDate": ["2024-05-03", "2024-05-03", "2003-12-19"],
            "isXBRL": [0, 1, 0],
            "size": [1, 2, 3],
        },
        "files": [],
    },
}


def test_facts_are_read_by_taxonomy_tag_and_unit() -> None:
    facts = read_facts(text_of("LPA.2025"), 1997711)
    assert {key[0] for key in facts} == {"dei", "ifrs-full"}
    apple = read_facts(text_of("AAPL.2024"), 320193)
    assert apple["dei", "EntityCommonStockSharesOutstanding", "shares"][-1] == Fact(
        start=None,
        end=date(2024, 10, 18),
        value=15_115_823_000.0,
        filed=date(2024, 11, 1),
        form="10-K",
        accession="0000320193-24-000123",
    )


def broken(**changed: object) -> bytes:
    whole = row(1.0, "2010-06-30", "2010-07-30") | changed
    kept = {key: value for key, value in whole.items() if value is not ...}
    return orjson.dumps(facts_document(320193, kept))


@pytest.mark.parametrize(
    "body",
    [
        HTML,
        b"",
        text_of("AAPL.2024")[:-100],
        text_of("AAPL.2024")[:-1] + b"\xff",
        b'{"cik":320193}',
        broken(filed="soon"),
        broken(val="1"),
        broken(end=...),
        broken(accn=...),
        b'{"cik":320193,"facts":{"us-gaap":{"Assets":{"units":[]}}}}',
        b'{"cik":1,"facts":{}}',
    ],
    ids=["html", "nothing", "cut off", "no utf-8", "no facts", "no date", "a text for a number",
         "no end", "no accession", "a list for units", "another company"],
)  # fmt: skip
def test_what_is_not_that_document_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="companyfacts"):
        read_facts(body, 320193)


def test_a_filer_has_a_name_an_industry_and_reports_with_facts() -> None:
    told = read_submissions(orjson.dumps(SUBMISSIONS), 320193)
    assert (told.name, told.sic) == ("Apple Inc.", 3571)
    assert told.filings == (Filing(accession="a-2", form="10-Q", filed=date(2024, 5, 3)),)


@pytest.mark.parametrize(("sic", "number"), [("", 0), (None, 0), (6021, 6021), ("none", 0)])
def test_an_industry_may_be_unknown(sic: object, number: int) -> None:
    told = read_submissions(orjson.dumps({"cik": 1, "name": "A", "sic": sic}), 1)
    assert (told.sic, told.filings) == (number, ())


def test_lists_of_different_lengths_are_refused() -> None:
    recent = SUBMISSIONS["filings"]["recent"] | {"form": ["4"]}
    with pytest.raises(ProtocolViolation, match="differ in length"):
        read_submissions(orjson.dumps(SUBMISSIONS | {"filings": {"recent": recent}}), 320193)


def test_lists_without_word_of_xbrl_are_taken_whole() -> None:
    recent = {k: v for k, v in SUBMISSIONS["filings"]["recent"].items() if k != "isXBRL"}
    told = read_submissions(orjson.dumps(SUBMISSIONS | {"filings": {"recent": recent}}), 320193)
    assert [filing.form for filing in told.filings] == ["10-Q", "10-K"]


def test_the_first_of_two_companies_with_one_symbol_counts() -> None:
    rows = {
        "0": {"cik_str": 1067983, "ticker": "BRK-B", "title": "Berkshire"},
        "1": {"cik_str": 5, "ticker": "brk.b", "title": "Other"},
    }
    assert read_tickers(orjson.dumps(rows)) == {"BRK-B": 1067983}
    assert plain_symbol("BRK.B") == plain_symbol("brk/b") == "BRK-B"
    with pytest.raises(ProtocolViolation, match="company_tickers"):
        read_tickers(HTML)
