"""EDGAR, Cboe and FRED over real sockets: without keys, as of the venue's day, as they answer."""

import csv
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import aiohttp
import pytest

from tests.venue.server.conftest import Venue
from tradeengine.model.instants import instant_of
from tradeengine.venue.market import market_of_history, recorded_market
from tradeengine.venue.server import site_front
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.shipped import __file__ as shipped

DAY = dt.date(2010, 7, 1)
OPEN = instant_of(DAY, dt.time(9, 30))
AGENT = {"User-Agent": "a test test@example.com"}
FACTS = "/api/xbrl/companyfacts/CIK0000320193.json"
SUBMISSIONS = "/submissions/CIK0000320193.json"
TICKERS = "/files/company_tickers.json"
VIX = "/api/global/us_indices/daily_prices/VIX_History.csv"
RATES = "/graph/fredgraph.csv?id=DGS10"


@asynccontextmanager
async def site(day: dt.date = DAY) -> AsyncIterator[aiohttp.ClientSession]:
    """A client without keys of a venue on a day, which need not be a trading day."""
    start = instant_of(day, dt.time(9))
    async with (
        Venue(market_of_history(day), start=start) as venue,
        aiohttp.ClientSession(venue.urls.data_url, headers=AGENT) as client,
    ):
        yield client


def member(archive: str, name: str) -> bytes:
    with ZipFile(Path(shipped).parent / archive) as opened:
        return opened.read(name)


async def test_a_venue_that_trades_serves_them_beside_the_broker() -> None:
    market = recorded_market(DAY, ("SPY", "XOM"), 7)
    async with (
        Venue(market, start=OPEN) as venue,
        aiohttp.ClientSession(venue.urls.data_url, headers=AGENT) as client,
    ):
        for path in (TICKERS, FACTS, SUBMISSIONS, VIX, RATES):
            async with client.get(path) as answer:
                assert answer.status == 200, path
        async with client.get("/v2/account") as answer:
            assert answer.status == 401


async def test_facts_are_all_of_the_shipped_ones_that_were_filed_by_the_day() -> None:
    whole = json.loads(member("companyfacts.zip", "CIK0000320193.json"))
    expected = {
        (taxonomy, tag, unit, json.dumps(row))
        for taxonomy, tags in whole["facts"].items()
        for tag, told in tags.items()
        for unit, rows in told["units"].items()
        for row in rows
        if row["filed"] <= "2010-07-01"
    }
    async with site() as client, client.get(FACTS) as answer:
        told = await answer.json()

    found = {
        (taxonomy, tag, unit, json.dumps(row))
        for taxonomy, tags in told["facts"].items()
        for tag, about in tags.items()
        for unit, rows in about["units"].items()
        for row in rows
    }
    assert found == expected


@pytest.mark.parametrize(
    ("path", "column", "form", "last"),
    [
        (VIX, "DATE", "%m/%d/%Y", dt.date(2010, 6, 30)),
        (RATES, "observation_date", "%Y-%m-%d", dt.date(2010, 6, 30)),
    ],
)
async def test_series_end_with_the_day_before(
    path: str, column: str, form: str, last: dt.date
) -> None:
    async with site() as client, client.get(path) as answer:
        rows = list(csv.DictReader(StringIO(await answer.text())))
        assert answer.content_type == "text/csv"

    assert dt.datetime.strptime(rows[-1][column], form).replace(tzinfo=dt.UTC).date() == last
    assert len(rows) > 5_000


async def test_a_day_on_which_the_exchange_is_closed_has_its_news_too() -> None:
    async with site(dt.date(2010, 7, 4)) as client:
        async with client.get(VIX) as answer:
            assert (await answer.text()).splitlines()[-1].startswith("07/02/2010")
        async with client.get(TICKERS) as answer:
            assert len(await answer.json(content_type=None)) == 214


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/xbrl/companyfacts/CIK0001997711.json", id="not yet a filer"),
        pytest.param("/submissions/CIK0001997711.json", id="no filing yet"),
        pytest.param("/api/xbrl/companyfacts/CIK0000000001.json", id="unknown company"),
        pytest.param("/api/xbrl/companyfacts/CIK320193.json", id="too few digits"),
        pytest.param("/submissions/320193.json", id="no file name"),
        pytest.param("/graph/fredgraph.csv?id=NOPE", id="unknown series"),
        pytest.param(f"{RATES}&cosd=yesterday", id="no date"),
        pytest.param("/files/nothing.json", id="no such path"),
    ],
)
async def test_what_is_not_there_is_a_404(path: str) -> None:
    async with site() as client, client.get(path) as answer:
        assert answer.status == 404
        assert answer.content_type != "application/json"


async def test_before_the_first_filing_there_is_no_list_of_tickers() -> None:
    async with site(dt.date(2009, 1, 2)) as client, client.get(TICKERS) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "agent", ["", "Python/3.11 aiohttp/3.14", "python-requests/2.32", "curl/8"]
)
async def test_the_sec_refuses_who_does_not_say_who_it_is(agent: str) -> None:
    async with site() as client:
        async with client.get(FACTS, headers={"User-Agent": agent}) as answer:
            assert (answer.status, answer.content_type) == (403, "text/html")
        async with client.get(VIX, headers={"User-Agent": agent}) as answer:
            assert answer.status == 200


async def test_the_sec_grants_ten_requests_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    monkeypatch.setattr(site_front, "asyncio", machine)
    async with site() as client:
        for _ in range(ServerParameters().filings_requests_per_second):
            async with client.get(SUBMISSIONS) as answer:
                assert answer.status == 200
        async with client.get(SUBMISSIONS) as answer:
            assert (answer.status, answer.content_type) == (429, "text/html")
        async with client.get(VIX) as answer:
            assert answer.status == 200
        machine.seconds += 1
        async with client.get(SUBMISSIONS) as answer:
            assert answer.status == 200


class Machine:
    """A loop whose steady clock the test moves."""

    seconds = 0.0

    def get_running_loop(self) -> "Machine":
        return self

    def time(self) -> float:
        return self.seconds


async def test_what_the_client_knows_is_not_sent_again() -> None:
    async with site() as client:
        async with client.get(FACTS) as answer:
            tag, since = answer.headers["ETag"], answer.headers["Last-Modified"]
            assert since == "Wed, 21 Apr 2010 04:00:00 GMT"
        for known in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"other", {tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": since},
        ):
            async with client.get(FACTS, headers=known) as answer:
                assert (answer.status, await answer.read()) == (304, b""), known
                assert answer.headers["ETag"] == tag
        for stale in (
            {"If-None-Match": '"other"', "If-Modified-Since": since},
            {"If-Modified-Since": "Tue, 20 Apr 2010 04:00:00 GMT"},
        ):
            async with client.get(FACTS, headers=stale) as answer:
                assert answer.status == 200, stale


async def test_a_later_day_has_another_tag_only_if_something_was_filed() -> None:
    async def tag(day: dt.date) -> str:
        async with site(day) as client, client.get(FACTS) as answer:
            return answer.headers["ETag"]

    quiet, busy = dt.date(2010, 7, 20), dt.date(2010, 7, 21)
    assert await tag(DAY) == await tag(quiet) != await tag(busy)


async def test_documents_are_zipped_for_those_who_can_read_it() -> None:
    async with site() as client:
        async with client.get(FACTS, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            zipped = await answer.read()
            assert int(answer.headers["Content-Length"]) < len(zipped) / 5
        async with client.get(FACTS, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers
            assert await answer.read() == zipped
        short = f"{RATES}&cosd=2010-06-29&coed=2010-06-30"
        async with client.get(short) as answer:
            assert "Content-Encoding" not in answer.headers
