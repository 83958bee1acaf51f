"""The venue in a process of its own."""

import asyncio
import datetime as dt
from collections.abc import Callable

import aiohttp
import pytest

from tests.venue.server.conftest import DAY
from tradeengine.errors import BadConfiguration
from tradeengine.venue.market import Market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import VenueUrls
from tradeengine.venue.server.standalone import run_venue


def running(
    announce: Callable[[VenueUrls], None],
    *,
    market: Market | None = None,
    symbols: tuple[str, ...] = (),
    start: dt.time = dt.time(9, 30),
) -> asyncio.Task[None]:
    return asyncio.create_task(
        run_venue(
            VenueParameters(symbols=symbols),
            ServerParameters(trading_requests_per_minute=1_000_000),
            day=DAY,
            start=start,
            speed=60.0,
            seed=7,
            port=0,
            control=True,
            announce=announce,
            market=market,
        ),
        name="venue",
    )


async def test_it_announces_where_it_listens_and_serves(market: Market) -> None:
    urls: asyncio.Future[VenueUrls] = asyncio.get_running_loop().create_future()
    task = running(urls.set_result, market=market, start=dt.time(15, 59, 50))
    found = (await asyncio.wait_for(urls, 30)).as_dict()
    assert found.keys() == {
        "trading_url",
        "data_url",
        "trading_stream",
        "data_stream",
        "control_url",
        "key",
        "secret",
    }
    assert str(found["data_stream"]).endswith("/v2/iex")
    headers = {
        "APCA-API-KEY-ID": str(found["key"]),
        "APCA-API-SECRET-KEY": str(found["secret"]),
    }
    async with aiohttp.ClientSession(str(found["trading_url"]), headers=headers) as http:
        async with asyncio.timeout(30):
            while True:
                async with http.get("/v2/clock") as answer:
                    if not (await answer.json())["is_open"]:
                        break
        async with http.get("/v2/account") as answer:
            assert (await answer.json())["equity"] == "100000"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_symbol_without_data_is_a_bad_configuration() -> None:
    with pytest.raises(BadConfiguration, match=r"venue\.symbols"):
        await running(lambda _urls: None, symbols=("ZZZZ",))
