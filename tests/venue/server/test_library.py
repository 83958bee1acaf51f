"""The venue as a library: everything of a day can be read, and nothing trades."""

import datetime as dt

import aiohttp
import pytest

from tradeengine.model.instants import instant_of
from tradeengine.model.sessions import OutsideCalendar
from tradeengine.venue.server.library import open_library


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(dt.date(2010, 7, 1), id="a session"),
        pytest.param(dt.date(2010, 7, 4), id="a Sunday"),
        pytest.param(dt.date(2025, 7, 1), id="a day without a market"),
    ],
)
async def test_bars_and_sites_of_a_day_are_served(day: dt.date) -> None:
    async with (
        open_library(instant_of(day, dt.time(8)), speed=1_000) as library,
        aiohttp.ClientSession(library.urls.data_url) as client,
    ):
        keys = {"APCA-API-KEY-ID": library.urls.key, "APCA-API-SECRET-KEY": library.urls.secret}
        path = "/v2/stocks/bars?symbols=XOM,SPY&timeframe=1Day&start=2010-06-01&end=2010-06-30"
        async with client.get(path, headers=keys) as answer:
            bars = (await answer.json())["bars"]
        assert [len(rows) for rows in bars.values()] == [22, 22]
        agent = {"User-Agent": "a test test@example.com"}
        async with client.get("/submissions/CIK0000019617.json", headers=agent) as answer:
            filed = (await answer.json())["filings"]["recent"]["filingDate"]
        assert max(filed) <= day.isoformat()
        async with client.get("/v2/assets", headers=keys) as answer:
            assert await answer.json() == []
        assert library.clock.now() > instant_of(day, dt.time(8))


async def test_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(OutsideCalendar):
        async with open_library(instant_of(dt.date(1980, 1, 2), dt.time(8))):
            pass
