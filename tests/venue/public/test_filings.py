"""EDGAR of a day holds what was filed up to it, in the shape of the SEC's API."""

import json
from datetime import date
from typing import Any

import pytest

from tradeengine.venue.public.document import Document
from tradeengine.venue.public.filings import Filings

DAY = date(2010, 7, 1)
APPLE, JPMORGAN, LOGISTIC, NVIDIA = 320193, 19617, 1997711, 1045810


@pytest.fixture(scope="module")
def filings() -> Filings:
    return Filings()


def body(document: Document | None) -> Any:  # noqa: ANN401 - any JSON
    assert document is not None
    return json.loads(document.body)


def rows(company: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    return [
        row
        for tags in company["facts"].values()
        for told in tags.values()
        for unit in told["units"].values()
        for row in unit
    ]


def test_all_that_is_shipped_can_be_read_and_nothing_of_it_is_of_the_future(
    filings: Filings,
) -> None:
    assert len(filings.companies) == 215
    for cik in filings.companies:
        document = filings.facts(cik, DAY)
        if cik == LOGISTIC:
            assert document is None
            continue
        filed = [row["filed"] for row in rows(body(document))]
        assert document is not None
        assert max(filed) == document.since.isoformat() <= "2010-07-01"


def test_facts_have_the_shape_of_the_real_api(filings: Filings) -> None:
    apple = body(filings.facts(APPLE, DAY))

    assert list(apple) == ["cik", "entityName", "facts"]
    assert (apple["cik"], apple["entityName"]) == (APPLE, "Apple Inc.")
    shares = apple["facts"]["dei"]["EntityCommonStockSharesOutstanding"]
    assert shares["label"] == "Entity Common Stock, Shares Outstanding"
    assert shares["units"]["shares"][0] == {
        "end": "2009-06-27", "val": 895816758, "accn": "0001193125-09-153165",
        "fy": 2009, "fp": "Q3", "form": "10-Q", "filed": "2009-07-22",
    }  # fmt: skip


def test_each_day_adds_what_was_filed_on_it(filings: Filings) -> None:
    def count(day: date) -> int:
        return len(rows(body(filings.facts(APPLE, day))))

    before, on, after = (count(date(2010, 4, day)) for day in (20, 21, 22))
    assert before < on == after < count(date(2026, 2, 1)) == 9_679


def test_facts_of_a_day_are_those_of_a_later_one_less_what_came_after(filings: Filings) -> None:
    until, late = DAY.isoformat(), body(filings.facts(JPMORGAN, date(2026, 6, 1)))
    for tags in late["facts"].values():
        for told in tags.values():
            public = {
                unit: [row for row in rows if row["filed"] <= until]
                for unit, rows in told["units"].items()
            }
            told["units"] = {unit: rows for unit, rows in public.items() if rows}
    kept = {
        taxonomy: {tag: told for tag, told in tags.items() if told["units"]}
        for taxonomy, tags in late["facts"].items()
    }
    late["facts"] = {taxonomy: tags for taxonomy, tags in kept.items() if tags}

    assert body(filings.facts(JPMORGAN, DAY)) == late


def test_tags_without_a_public_fact_are_left_out(filings: Filings) -> None:
    early, late = (
        body(filings.facts(NVIDIA, day))["facts"]["us-gaap"] for day in (DAY, date(2026, 6, 1))
    )

    assert early.keys() < late.keys()
    assert all(unit for told in early.values() for unit in told["units"].values())


def test_a_bank_has_its_facts_of_2010_and_of_2025(filings: Filings) -> None:
    filed = [row["filed"] for row in rows(body(filings.facts(JPMORGAN, date(2026, 6, 1))))]

    assert min(filed) < "2010"
    assert max(filed) == "2026-05-01"
    assert body(filings.submissions(JPMORGAN, DAY))["sic"] == "6021"


def test_a_filer_under_ifrs_is_there_once_it_has_filed(filings: Filings) -> None:
    assert filings.facts(LOGISTIC, date(2024, 4, 25)) is None
    assert filings.submissions(LOGISTIC, date(2024, 4, 25)) is None

    later = body(filings.facts(LOGISTIC, date(2024, 4, 26)))
    assert "ifrs-full" in later["facts"]
    assert body(filings.submissions(LOGISTIC, date(2024, 4, 26)))["tickers"] == ["LPA"]


def test_submissions_list_the_filings_of_a_day_the_latest_first(filings: Filings) -> None:
    told = body(filings.submissions(APPLE, DAY))

    assert (told["cik"], told["name"], told["sic"]) == ("0000320193", "Apple Inc.", "3571")
    recent = told["filings"]["recent"]
    assert recent["filingDate"] == sorted(recent["filingDate"], reverse=True)
    assert recent["filingDate"][0] <= "2010-07-01"
    assert len({len(column) for column in recent.values()}) == 1
    assert set(recent["form"]) <= {"10-K", "10-Q", "10-K/A", "10-Q/A"}


def test_every_fact_comes_from_a_filing_that_is_listed(filings: Filings) -> None:
    for cik in (APPLE, JPMORGAN, 1800):
        listed = body(filings.submissions(cik, DAY))["filings"]["recent"]["accessionNumber"]
        assert {row["accn"] for row in rows(body(filings.facts(cik, DAY)))} <= set(listed)


def test_the_list_of_tickers_grows_with_first_filings(filings: Filings) -> None:
    first = filings.tickers(date(2009, 7, 22))
    whole = filings.tickers(DAY)

    assert filings.tickers(date(2009, 1, 1)) is None
    assert len(body(first)) < len(body(whole)) == 214
    assert body(whole)["0"] == {"cik_str": 1800, "ticker": "ABT", "title": "ABBOTT LABORATORIES"}
    assert "BRK-B" in {row["ticker"] for row in body(whole).values()}
    assert whole is not None
    assert whole.since <= DAY


def test_an_unknown_company_has_nothing(filings: Filings) -> None:
    assert filings.facts(1, DAY) is None
    assert filings.submissions(1, DAY) is None
