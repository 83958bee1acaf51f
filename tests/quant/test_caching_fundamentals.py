"""Filings from a site like the SEC's to validated inputs, and what a bad day leaves of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from tests.edgar.site import HTML, Misbehave, Site, facts_document, row, site_open
from tests.quant.filings import (
    JULY_1,
    NAMES,
    QUICK,
    Sources,
    cached,
    desk_in,
    serve_2010,
    serve_lpa,
    unheard,
)
from tradeengine.edgar.store import FactStore
from tradeengine.errors import BadConfiguration
from tradeengine.fundamentals.parameters import FundamentalsParameters
from tradeengine.fundamentals.share_count import Split
from tradeengine.layout import DeskFiles
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.model.rejections import Weight
from tradeengine.quant.caching_fundamentals import (
    FundamentalsReport,
    cache_fundamentals,
    inputs_on,
    user_agent,
)
from tradeengine.store.rejections import RejectionLog

JULY_2, JULY_6 = date(2010, 7, 2), date(2010, 7, 6)
APPLE = 320193


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with site_open() as served:
        serve_2010(served)
        yield served


@pytest.fixture
def desk(tmp_path: Path) -> DeskFiles:
    return desk_in(tmp_path)


def codes(report: FundamentalsReport) -> dict[str, str]:
    """Give the code of each symbol's first refusal."""
    found: dict[str, str] = {}
    for rejection in report.rejections:
        found.setdefault(rejection.symbol, rejection.code)
    return found


async def test_companies_are_fetched_judged_and_refusals_logged(
    site: Site, desk: DeskFiles
) -> None:
    serve_lpa(site)
    heard: list[tuple[str, int, int]] = []

    def hear(what: str, done: int, of: int) -> None:
        heard.append((what, done, of))

    report = await cached(site, desk, *NAMES, "LPA", "ZZZZ", progress=hear)
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}
    assert codes(report) == {
        "JPM": "DCF_NOT_APPLICABLE", "LPA": "NO_XBRL", "XOM": "MISSING_TAG", "ZZZZ": "NO_XBRL",
    }  # fmt: skip
    assert not report.failed
    assert report.fetched.changed == 6
    assert report.checked == dict.fromkeys([*NAMES, "LPA"], JULY_1)
    assert heard[-1] == ("filings", 7, 7)
    logged = RejectionLog(desk.rejected).read(JULY_1)
    assert {line.symbol for line in logged} == {"JPM", "LPA", "XOM", "ZZZZ"}
    assert report.last_good is not None
    assert (report.last_good.valid, report.last_good.refused) == (3, 4)


async def test_what_is_stored_says_the_same_without_the_site(site: Site, desk: DeskFiles) -> None:
    report = await cached(site, desk)
    inputs, refused = inputs_on(desk, NAMES, JULY_1)
    assert inputs == report.inputs
    assert tuple(refused) == report.rejections
    earlier, _ = inputs_on(desk, ["LOW"], date(2010, 3, 31))
    assert earlier["LOW"].revenue.filed < date(2010, 3, 31) < inputs["LOW"].revenue.filed


async def test_a_company_looked_at_today_is_not_asked_for_again(
    site: Site, desk: DeskFiles
) -> None:
    await cached(site, desk, "AAPL")
    site.asked.clear()
    report = await cached(site, desk, "AAPL", "LOW")
    assert report.fetched.skipped == 1
    assert not any("320193" in path for path in site.asked)
    assert set(report.inputs) == {"AAPL", "LOW"}


async def test_in_the_evening_what_was_filed_since_the_morning_is_asked_for(
    site: Site, desk: DeskFiles
) -> None:
    morning, evening = instant_of(JULY_1, time(8)), instant_of(JULY_1, time(20))
    site.company("NEW", facts_document(77, row(1.0, "2010-03-31", "2010-05-01")))
    await cached(site, desk, "NEW", at=morning)
    site.company("NEW", facts_document(77, row(2.0, "2010-06-30", "2010-07-01")))

    report = await cached(site, desk, "NEW", session=JULY_2, at=evening)
    again = await cached(site, desk, "NEW", session=JULY_2, at=evening + 30 * MINUTE)
    later = await cached(site, desk, "NEW", session=JULY_2, at=evening + 90 * MINUTE)

    assert (report.fetched.skipped, report.fetched.new_facts) == (0, 1)
    # A run that was cut off goes on; an hour later what it had found is not fresh any more.
    assert (again.fetched.skipped, later.fetched.skipped) == (1, 0)


async def test_the_next_day_only_what_has_changed_is_sent(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk)
    site.answers.clear()
    report = await cached(site, desk, today=JULY_2)
    assert sorted(site.answers) == [200] + [304] * 10
    assert (report.fetched.unchanged, report.fetched.new_facts) == (5, 0)
    assert set(report.checked.values()) == {JULY_2}
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}
    assert all(not any("LAST_GOOD" in each for each in i.warnings) for i in report.inputs.values())


async def test_a_new_fact_is_added_to_the_old_ones(site: Site, desk: DeskFiles) -> None:
    first = row(1.0, "2010-03-31", "2010-05-01")
    site.company("NEW", facts_document(77, first))
    await cached(site, desk, "NEW")
    site.company("NEW", facts_document(77, row(2.0, "2010-06-30", "2010-07-01")))
    report = await cached(site, desk, "NEW", today=JULY_2)
    assert report.fetched.new_facts == 1
    assert FactStore(desk.fundamentals).count(77) == 2


async def test_a_company_that_is_gone_keeps_its_facts(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk, "AAPL")
    del site.documents[f"/api/xbrl/companyfacts/CIK{APPLE:010}.json"]
    report = await cached(site, desk, "AAPL", today=JULY_2)
    assert set(report.inputs) == {"AAPL"}
    assert not report.failed


async def test_damaged_facts_are_fetched_anew(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk, "AAPL")
    path = desk.fundamentals / "facts" / f"CIK{APPLE:010}.parquet"
    path.write_bytes(path.read_bytes()[:500])
    _, (refused,) = inputs_on(desk, ["AAPL"], JULY_1)
    assert (refused.code, refused.weight) == ("SRC_UNAVAILABLE", Weight.TRANSIENT)
    assert str(path) in refused.value
    report = await cached(site, desk, "AAPL", today=JULY_2)
    assert set(report.inputs) == {"AAPL"}


async def test_facts_that_are_lost_on_the_day_of_the_look_are_fetched_anew(
    site: Site, desk: DeskFiles
) -> None:
    await cached(site, desk, "AAPL")
    path = desk.fundamentals / "facts" / f"CIK{APPLE:010}.parquet"
    for spoilt in (path.read_bytes()[:500], None):
        if spoilt is None:
            path.unlink()
        else:
            path.write_bytes(spoilt)
        report = await cached(site, desk, "AAPL")
        assert set(report.inputs) == {"AAPL"}
        assert report.fetched.skipped == 0


def busy(_request: web.Request) -> web.Response:
    return web.Response(status=429, headers={"Retry-After": "1"})


def a_page(_request: web.Request) -> web.Response:
    return web.Response(body=HTML, content_type="text/html")


def half(_request: web.Request) -> web.Response:
    return web.Response(body=b'{"cik": 320193, "facts": {"us-gaap": {"Ass')


def broken(_request: web.Request) -> web.Response:
    return web.Response(status=503)


def somebody_else(_request: web.Request) -> web.Response:
    return web.json_response({"cik": 5, "name": "Other", "facts": {}})


FAULTS: dict[str, Misbehave] = {
    "429": busy, "HTML": a_page, "cut off": half, "503": broken, "another": somebody_else,
}  # fmt: skip


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_a_bad_day_keeps_the_last_good_set_with_its_age(
    site: Site, desk: DeskFiles, fault: str
) -> None:
    await cached(site, desk)
    before = files_of(desk)
    site.misbehave = FAULTS[fault]
    report = await cached(site, desk, today=JULY_2)
    assert report.failed
    assert {each.symbol for each in report.unavailable} == set(NAMES)
    assert {each.code for each in report.unavailable} == {"SRC_UNAVAILABLE"}
    assert {each.weight for each in report.unavailable} == {Weight.TRANSIENT}
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}
    for inputs in report.inputs.values():
        assert inputs.warnings[-1] == "LAST_GOOD:2010-07-01"
    assert report.last_good is not None
    assert report.last_good.as_of == JULY_1
    assert files_of(desk) == before
    logged = {line.symbol: line.code for line in RejectionLog(desk.rejected).read(JULY_2)}
    assert logged["AAPL"] == "SRC_UNAVAILABLE"


def files_of(desk: DeskFiles) -> dict[str, bytes]:
    """Give every file of the store and its bytes, parts of files included."""
    paths = (path for path in desk.fundamentals.rglob("*") if path.is_file())
    return {str(path.relative_to(desk.fundamentals)): path.read_bytes() for path in paths}


async def test_a_dead_site_is_given_up_after_a_few(desk: DeskFiles) -> None:
    async with site_open() as site:
        serve_2010(site)
        await cached(site, desk)
        dead = Site(url="http://127.0.0.1:9")
    wary = QUICK.model_copy(update={"failures_in_a_row_max": 1})
    report = await cached(dead, desk, today=JULY_2, parameters=wary)
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}
    words = [each.value for each in report.unavailable]
    assert any("ClientConnectorError" in each for each in words)
    assert words[-1] == "not asked: after 1 in a row that could not be fetched"


async def test_a_site_that_was_never_reached_leaves_nothing_to_use(desk: DeskFiles) -> None:
    report = await cached(Site(url="http://127.0.0.1:9"), desk)
    assert report.inputs == {}
    assert {each.code for each in report.rejections} == {"SRC_UNAVAILABLE"}
    assert {each.value for each in report.rejections} == {"nothing was ever fetched"}
    assert report.last_good is None
    assert report.checked == {}


async def test_a_slow_site_costs_no_more_than_the_run_may(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk)
    site.hang = asyncio.Event()
    slow = FundamentalsParameters(run_seconds_max=10.0, request_timeout_seconds=300.0).model_copy(
        update={"run_seconds_max": 0.2}
    )
    report = await cached(site, desk, today=JULY_2, parameters=slow)
    assert {each.value for each in report.unavailable} == {"not reached within 0.2 s"}
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}


async def test_what_cannot_be_looked_at_for_too_long_is_used_no_more(
    site: Site, desk: DeskFiles
) -> None:
    await cached(site, desk)
    # July 5 was a holiday: the fifth session after the first of July is the ninth.
    inputs, _ = inputs_on(desk, NAMES, date(2010, 7, 9))
    assert inputs["AAPL"].warnings[-1] == "LAST_GOOD:2010-07-01"
    inputs, refused = inputs_on(desk, NAMES, date(2010, 7, 12))
    assert inputs == {}
    assert {each.code for each in refused} == {"SRC_UNAVAILABLE"}
    assert refused[0].value == "last looked at on 2010-07-01, 6 sessions ago"
    assert refused[0].limit == "5 sessions"


async def test_one_company_that_fails_leaves_the_others_alone(site: Site, desk: DeskFiles) -> None:
    def fails_for_lowe_s(request: web.Request) -> web.Response | None:
        return a_page(request) if "0000060667" in request.path else None

    site.misbehave = fails_for_lowe_s
    report = await cached(site, desk)
    assert [each.symbol for each in report.unavailable] == ["LOW"]
    assert set(report.inputs) == {"AAPL", "HD"}
    assert codes(report)["LOW"] == "SRC_UNAVAILABLE"
    site.misbehave = None
    report = await cached(site, desk)
    assert (report.fetched.skipped, report.fetched.changed) == (4, 1)
    assert set(report.inputs) == {"AAPL", "HD", "LOW"}


async def test_without_the_list_of_symbols_that_of_another_day_serves(
    site: Site, desk: DeskFiles
) -> None:
    await cached(site, desk)
    del site.documents["/files/company_tickers.json"]
    report = await cached(site, desk, today=JULY_2)
    assert not report.failed
    assert set(report.checked.values()) == {JULY_2}


async def test_a_site_without_the_list_of_symbols_is_told_as_such(
    site: Site, desk: DeskFiles
) -> None:
    del site.documents["/files/company_tickers.json"]
    report = await cached(site, desk)
    assert report.failed
    told = {row.value for row in report.unavailable}
    assert told == {
        f"{site.url}/files/company_tickers.json: HTTP 404: the site has no list of companies"
    }


async def test_a_disk_that_says_no_is_the_operator_s_business(
    site: Site, desk: DeskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cached(site, desk)
    site.company("NEW", facts_document(77, row(1.0, "2010-03-31", "2010-05-01")))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device", "data/x")

    monkeypatch.setattr(FactStore, "merge", full)
    with pytest.raises(BadConfiguration, match="No space left on device"):
        await cached(site, desk, "NEW", *NAMES, today=JULY_2)
    monkeypatch.setattr(RejectionLog, "append", full)
    with pytest.raises(BadConfiguration, match="what was there before still is"):
        await cached(site, desk, today=JULY_1)


async def test_two_runs_do_not_fetch_at_the_same_time(site: Site, desk: DeskFiles) -> None:
    with (
        FactStore(desk.fundamentals).held(),
        pytest.raises(BadConfiguration, match="another process fetches filings"),
    ):
        await cached(site, desk)


async def test_the_real_site_is_told_who_asks(desk: DeskFiles) -> None:
    with pytest.raises(BadConfiguration, match=r"fundamentals\.contact") as refused:
        await cache_fundamentals(
            Sources("http://127.0.0.1:9", origin="alpaca"), desk, ["AAPL"], JULY_1, unheard
        )
    assert "say how to reach them" in str(refused.value)
    told = QUICK.model_copy(update={"contact": "Jane Doe jane@example.com"})
    assert user_agent("alpaca", told).endswith(" Jane Doe jane@example.com")
    assert user_agent("embedded", QUICK).startswith("tradeengine/")


async def test_requests_to_the_real_site_take_their_turns(site: Site, tmp_path: Path) -> None:
    sources = Sources(site.url, origin="alpaca")
    told = QUICK.model_copy(update={"contact": "jane@example.com"})
    desk = desk_in(tmp_path, "alpaca")
    await cache_fundamentals(sources, desk, NAMES, JULY_1, unheard, parameters=told)
    assert len(site.asked) == 11
    assert sources.clock.now() >= 10 * 200_000_000
    assert {each["User-Agent"] for each in site.headers} == {user_agent("alpaca", told)}
    assert all("gzip" in each["Accept-Encoding"] for each in site.headers)


async def test_our_own_venue_is_not_asked_to_pack(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk, "AAPL")
    assert {each["Accept-Encoding"] for each in site.headers} == {"identity"}


def test_a_pattern_keeps_contacts_to_one_line_with_an_address() -> None:
    for wrong in ("Jane", "a@b", "Jane\r\nX: y@z.example", "Jane Doe"):
        with pytest.raises(ValueError, match="contact"):
            FundamentalsParameters(contact=wrong)


async def test_a_split_that_the_bars_know_is_applied(site: Site, desk: DeskFiles) -> None:
    await cached(site, desk, "LOW")
    two = {"LOW": [Split(day=date(2010, 6, 15), ratio=2.0)]}
    plain, _ = inputs_on(desk, ["LOW"], JULY_1)
    split, _ = inputs_on(desk, ["LOW"], JULY_1, splits=two)
    assert split["LOW"].shares.value == 2 * plain["LOW"].shares.value


async def test_two_symbols_of_one_company_are_fetched_once(site: Site, desk: DeskFiles) -> None:
    tickers = msgspec.json.decode(site.documents["/files/company_tickers.json"])
    tickers["9"] = {"cik_str": APPLE, "ticker": "APL-B", "title": "Other shares"}
    site.serve("/files/company_tickers.json", tickers)
    report = await cached(site, desk, "AAPL", "APL.B")
    assert set(report.inputs) == {"AAPL", "APL.B"}
    assert report.fetched.changed == 1
