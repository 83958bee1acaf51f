"""Faults of the public sites, as a client sees them."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.venue.server.conftest import Venue
from tests.venue.server.fault_clients import arm
from tradeengine.clock import SimulatedClock
from tradeengine.model.instants import instant_of
from tradeengine.venue.market import market_of_history

DAY = dt.date(2010, 7, 1)
FACTS = "/api/xbrl/companyfacts/CIK0000320193.json"
VIX = "/api/global/us_indices/daily_prices/VIX_History.csv"
RATES = "/graph/fredgraph.csv?id=DGS10"


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    """A venue on a day with filings, with a control endpoint; its time stands."""
    start = instant_of(DAY, dt.time(9))
    async with Venue(market_of_history(DAY), start=start, control=True) as opened:
        opened.http.headers["User-Agent"] = "a test test@example.com"
        yield opened


async def status(venue: Venue, path: str) -> int:
    async with venue.http.get(path) as answer:
        await answer.read()
        return answer.status


async def test_a_dead_site_resets_connections_until_it_lives_again(venue: Venue) -> None:
    await arm(venue, "site_dead")
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await status(venue, FACTS)
    assert await status(venue, VIX) == 200
    await arm(venue, "clear", name="site_dead")
    assert await status(venue, FACTS) == 200


async def test_a_fault_is_of_its_site_and_path_and_as_often_as_asked(venue: Venue) -> None:
    await arm(venue, "site_html", site="rates", status=503, times=1)
    await arm(venue, "site_html", path="/submissions", status=500)
    assert await status(venue, FACTS) == 200
    assert await status(venue, VIX) == 200
    assert [await status(venue, RATES) for _ in range(2)] == [503, 200]
    assert await status(venue, "/submissions/CIK0000320193.json") == 500


async def test_a_slow_site_answers_late_in_venue_time(venue: Venue) -> None:
    await arm(venue, "site_slow", hold=30, times=1)
    assert isinstance(venue.clock, SimulatedClock)
    asked = asyncio.create_task(status(venue, FACTS))
    async with asyncio.timeout(30):
        while venue.clock.next_due() is None:  # noqa: ASYNC110 - a request has no event
            await asyncio.sleep(0)
    venue.run_for(29)
    assert await status(venue, VIX) == 200
    assert not asked.done()
    venue.run_for(1)
    assert await asked == 200


async def test_a_site_can_be_too_busy_for_some_seconds(venue: Venue) -> None:
    await arm(venue, "site_429", seconds=20, retry_after=7)
    async with venue.http.get(FACTS) as answer:
        assert (answer.status, answer.content_type) == (429, "text/html")
        assert answer.headers["Retry-After"] == "7"
    venue.run_for(20)
    assert await status(venue, FACTS) == 200


async def test_a_site_can_be_too_busy_without_saying_for_how_long(venue: Venue) -> None:
    await arm(venue, "site_429", retry_after=None)
    async with venue.http.get(FACTS) as answer:
        assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("code", [200, 403])
async def test_html_comes_instead_of_data(venue: Venue, code: int) -> None:
    await arm(venue, "site_html", status=code)
    async with venue.http.get(FACTS) as answer:
        assert (answer.status, answer.content_type) == (code, "text/html")
        assert "<html>" in await answer.text()


async def test_a_truncated_page_looks_whole_and_is_not(venue: Venue) -> None:
    async with venue.http.get(FACTS) as answer:
        whole = await answer.read()
    await arm(venue, "site_truncated", share=0.25)
    async with venue.http.get(FACTS) as answer:
        part = await answer.read()
        assert answer.status == 200
    assert part == whole[: len(whole) // 4]
    with pytest.raises(json.JSONDecodeError):
        json.loads(part)


async def test_no_fault_of_a_site_touches_the_broker(venue: Venue) -> None:
    await arm(venue, "site_dead")
    assert (await venue.ask("GET", "/v2/account"))["status"] == "ACTIVE"
