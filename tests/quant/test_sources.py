import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.runs import make_home, options_for
from tradeengine.bars.store import BarStore
from tradeengine.clock import ScaledClock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.options import Options
from tradeengine.quant.daily_bars import refresh_bars
from tradeengine.quant.sources import (
    DataAccess,
    open_sources,
    real_sources,
    venue_sources,
)
from tradeengine.settings import Secrets, Settings, VenueChoice, VenueKind
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import VenueServer
from tradeengine.worlds.addresses import ACCOUNT
from tradeengine.worlds.own_market import open_own_market

ACCESS = DataAccess(url="http://127.0.0.1:9/", key="key", secret="hidden")


@pytest.fixture
def options(tmp_path: Path) -> Options:
    read = options_for(make_home(tmp_path), venue="embedded", until=None)
    return replace(read, date=date(2019, 2, 13))


async def test_the_embedded_venue_runs_meanwhile_and_serves_bars(
    options: Options, tmp_path: Path
) -> None:
    desk = Home(tmp_path).desk("embedded")

    async with open_sources(options) as sources:
        report = await refresh_bars(
            sources, desk, ["AAPL", "SPY", "LEH"], date(2019, 2, 12), lambda *_: None
        )

    assert sources.origin == "embedded"
    assert sources.today == date(2019, 2, 13)
    assert report.bars.problem == ""
    assert report.bars.silent == ("LEH",)
    bars = BarStore(desk.bars).read(["AAPL"])
    assert max(bars["date"]) == date(2019, 2, 12)
    assert bars.filter(date=date(2018, 11, 8))["dividend"].item() == pytest.approx(0.73)


async def test_a_simulated_run_has_the_same_sources(options: Options) -> None:
    simulated = replace(options, choice=VenueChoice(VenueKind.SIMULATED))

    async with open_sources(simulated) as sources:
        assert sources.data.url == sources.edgar_facts_url == sources.edgar_files_url
        assert sources.vix_url.endswith("/api/global/us_indices/daily_prices/VIX_History.csv")
        assert sources.rates_url.endswith("/graph/fredgraph.csv?id=DGS10")


async def test_the_embedded_venue_has_no_day_outside_the_calendar(options: Options) -> None:
    with pytest.raises(BadConfiguration, match="--date"):
        async with open_sources(replace(options, date=date(1980, 1, 2))):
            pass


async def test_a_day_without_a_session_has_sources_too(options: Options) -> None:
    async with open_sources(replace(options, date=date(2019, 2, 16))) as sources:
        assert sources.today == date(2019, 2, 16)


async def test_a_venue_of_its_own_process_is_asked_for_its_clock(options: Options) -> None:
    own = open_own_market(options, print)
    keys = VenueKeys(ApiKey.made_from(options.seed, ACCOUNT))
    clock = ScaledClock(own.start, 1.0)
    async with contextlib.AsyncExitStack() as stack:
        server = VenueServer(own.exchange, own.market, clock, keys, ServerParameters())
        await stack.enter_async_context(server)
        urls = await server.start()
        elsewhere = replace(options, choice=VenueChoice(VenueKind.URL, urls.data_url))
        sources = await stack.enter_async_context(open_sources(elsewhere))

        assert sources.origin == "embedded"
        assert sources.today == date(2019, 2, 13)
        assert isinstance(sources.clock, ScaledClock)


async def test_paper_without_keys_is_refused(options: Options) -> None:
    with pytest.raises(BadConfiguration, match="ALPACA_API_KEY"):
        async with open_sources(replace(options, choice=VenueChoice(VenueKind.PAPER))):
            pass


async def test_paper_with_keys_has_the_real_sites(options: Options) -> None:
    keys = Secrets(alpaca_api_key=SecretStr("AK"), alpaca_secret_key=SecretStr("hidden"))
    settings = options.settings.completed(keys, {}, "")
    paper = replace(options, settings=settings, choice=VenueChoice(VenueKind.PAPER))

    async with open_sources(paper) as sources:
        assert sources.origin == "alpaca"
        assert sources.data == DataAccess(
            url="https://data.alpaca.markets", key="AK", secret="hidden"
        )


def test_real_sources_are_the_real_sites() -> None:
    sources = real_sources(Settings(), ACCESS)

    assert sources.origin == "alpaca"
    assert sources.edgar_facts_url == "https://data.sec.gov"
    assert sources.edgar_files_url == "https://www.sec.gov"
    assert sources.vix_url.startswith("https://cdn.cboe.com/")
    assert sources.rates_url == "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10"
    assert isinstance(sources.clock, SystemClock)


def test_keys_are_not_shown() -> None:
    sources = venue_sources(Settings(), ACCESS, SystemClock())

    assert "hidden" not in repr(sources)
    assert "hidden" not in repr(sources.data.site())
    assert sources.edgar_facts_url == "http://127.0.0.1:9"
