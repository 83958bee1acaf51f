"""Daily bars and corporate actions over REST: the shipped ones, whole, and none of the future."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alpaca.data.enums import Adjustment
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.requests import CorporateActionsRequest, StockBarsRequest
from alpaca.data.timeframe import TimeFrame

from tests.venue.server.alpaca_clients import call, history
from tests.venue.server.conftest import ENGINE, Venue
from tests.venue.server.test_rest_data import all_pages
from tradeengine.model.instants import instant_of
from tradeengine.venue.market import Daily, recorded_market, shipped_archive
from tradeengine.venue.market.daily import between
from tradeengine.venue.server.parameters import ServerParameters

DAY = dt.date(2010, 7, 1)
FIRST = dt.date(2004, 6, 1)
TRADED = ("SPY", "XOM")
FREE = ServerParameters(data_requests_per_minute=100_000)


@pytest.fixture(scope="module")
def market() -> Any:  # noqa: ANN401 - a market
    return recorded_market(DAY, TRADED, 7)


@pytest.fixture
async def venue(market: Any) -> AsyncIterator[Venue]:  # noqa: ANN401 - a market
    """A venue at 10:00 on 2010-07-01 on which two symbols trade."""
    start = instant_of(DAY, dt.time(10))
    async with Venue(market, start=start, parameters=FREE) as opened:
        yield opened


def shipped(symbol: str, last: dt.date = dt.date(2010, 6, 30)) -> list[Daily]:
    return list(between(shipped_archive().daily(symbol), FIRST, last))


def read(row: Any) -> tuple[float, ...]:  # noqa: ANN401 - any JSON
    return row["t"][:10], row["o"], row["h"], row["l"], row["c"], row["v"]


def kept(bar: Daily) -> tuple[object, ...]:
    return bar.date.isoformat(), bar.open, bar.high, bar.low, bar.close, bar.volume


async def test_every_share_is_served_as_it_is_shipped_whether_it_trades_or_not(
    venue: Venue,
) -> None:
    symbols = sorted(shipped_archive().traded_on(DAY))
    path = f"/v2/stocks/bars?timeframe=1Day&symbols={','.join(symbols)}"
    rows, pages = await all_pages(venue, f"{path}&start=2004-06-01&limit=10000", "bars")

    assert pages == 33
    assert list(rows) == symbols
    for symbol in symbols:
        assert [read(row) for row in rows[symbol]] == [kept(b) for b in shipped(symbol)], symbol


async def test_a_row_has_the_keys_of_any_bar(venue: Venue) -> None:
    path = "/v2/stocks/AAPL/bars?timeframe=1Day&start=2010-06-30&limit=1"
    body = await venue.ask("GET", path)

    assert body["bars"] == [
        {"t": "2010-06-30T04:00:00Z", "o": 256.71, "h": 257.97, "l": 250.01, "c": 251.53,
         "v": 26409000, "n": 0, "vw": 254.055},
    ]  # fmt: skip
    assert body["next_page_token"] is None


@pytest.mark.parametrize("limit", [1, 7, 10_000])
@pytest.mark.parametrize("sort", ["asc", "desc"])
async def test_pages_of_any_size_in_either_order_hold_the_same_bars(
    venue: Venue, limit: int, sort: str
) -> None:
    path = "/v2/stocks/bars?timeframe=1Day&symbols=XOM,KO,NOPE&start=2010-06-15&end=2010-06-28"
    rows, _ = await all_pages(venue, f"{path}&limit={limit}&sort={sort}", "bars")

    assert list(rows) == ["KO", "XOM"]
    for symbol, found in rows.items():
        expected = [kept(bar) for bar in shipped(symbol) if str(bar.date) >= "2010-06-15"]
        expected = [bar for bar in expected if str(bar[0]) <= "2010-06-28"]
        assert [read(row) for row in found] == expected[:: 1 if sort == "asc" else -1]


async def test_the_days_bar_is_out_at_the_close_and_not_before(venue: Venue) -> None:
    path = "/v2/stocks/SPY/bars?timeframe=1Day&start=2010-06-30&end=2010-12-31"

    async def days() -> list[str]:
        return [row["t"][:10] for row in (await venue.ask("GET", path))["bars"]]

    assert await days() == ["2010-06-30"]
    venue.run_to(instant_of(DAY, dt.time(16)) - 1)
    assert await days() == ["2010-06-30"]
    venue.run_to(instant_of(DAY, dt.time(16)))
    assert await days() == ["2010-06-30", "2010-07-01"]


async def test_a_start_after_midnight_leaves_that_day_out(venue: Venue) -> None:
    for start, first in (("T04:00:00Z", "2010-06-28"), ("T04:00:01Z", "2010-06-29")):
        path = f"/v2/stocks/KO/bars?timeframe=1Day&start=2010-06-28{start}"
        assert (await venue.ask("GET", path))["bars"][0]["t"][:10] == first


@pytest.mark.parametrize(
    ("adjustment", "close", "volume", "close_of_week"),
    [
        ("raw", 70.84, 2_680_100, 71.38),
        ("split", 35.42, 5_360_200, 35.69),
        ("dividend", 70.35, 2_680_100, 70.88),
        ("all", 35.17, 5_360_200, 35.44),
        ("split,dividend", 35.17, 5_360_200, 35.44),
    ],
)
async def test_history_is_adjusted_for_what_is_known(
    venue: Venue, adjustment: str, close: float, volume: int, close_of_week: float
) -> None:
    """General Mills paid 49 cents on 2010-04-08, 70.13 before, and split on 2010-06-09."""
    path = f"/v2/stocks/GIS/bars?adjustment={adjustment}&timeframe="

    day = (await venue.ask("GET", f"{path}1Day&start=2010-04-05&end=2010-04-05"))["bars"][0]
    week = (await venue.ask("GET", f"{path}1Week&start=2010-03-29&end=2010-04-03"))["bars"]

    assert (day["c"], day["v"]) == (close, volume)
    assert [bar["c"] for bar in week] == [close_of_week]


async def test_an_adjustment_that_nobody_knows_is_refused(venue: Venue) -> None:
    path = "/v2/stocks/KO/bars?timeframe={}&start=2010-06-28&adjustment=tax"
    for timeframe in ("1Day", "1Week", "1Min"):
        body = await venue.ask("GET", path.format(timeframe), status=400)
        assert body == {"message": "invalid adjustment: tax"}


async def test_corporate_actions_are_those_behind_the_adjustments(venue: Venue) -> None:
    path = "/v1/corporate-actions?symbols=GIS,AAPL,DHR&start=2010-01-01&end=2010-12-31"
    found = (await venue.ask("GET", path))["corporate_actions"]

    splits = [(row["symbol"], row["ex_date"], row["new_rate"]) for row in found["forward_splits"]]
    assert splits == [("GIS", "2010-06-09", 2), ("DHR", "2010-06-14", 2)]
    paid = [(row["symbol"], row["ex_date"], row["rate"]) for row in found["cash_dividends"]]
    expected = [
        (bar.date, symbol, bar.dividend)
        for symbol in ("AAPL", "DHR", "GIS")
        for bar in shipped(symbol, DAY)
        if bar.dividend and bar.date.year == 2010
    ]
    assert paid == [(symbol, str(day), rate) for day, symbol, rate in sorted(expected)]


async def test_actions_of_all_shares_come_in_pages_and_none_is_of_the_future(venue: Venue) -> None:
    first = "/v1/corporate-actions?start=2010-05-01&end=2011-12-31&limit=50"
    days: list[str] = []
    token: str | None = ""
    pages = 0
    while token is not None:
        body = await venue.ask("GET", f"{first}&page_token={token}")
        token, pages = body["next_page_token"], pages + 1
        days += [row["ex_date"] for rows in body["corporate_actions"].values() for row in rows]

    expected = [
        bar.date
        for symbol in shipped_archive().instruments
        for bar in between(shipped_archive().daily(symbol), dt.date(2010, 5, 1), DAY)
        if bar.dividend or bar.split != 1
    ]
    assert len(days) == len(expected) > 100
    assert pages == -(-len(expected) // 50)
    assert max(days) <= "2010-07-01"


async def test_alpaca_py_pages_through_years_of_bars(venue: Venue) -> None:
    client = history(venue)
    request = StockBarsRequest(
        symbol_or_symbols=["AAPL", "GIS", "IBM", "KO", "SPY", "XOM", "JPM"],
        timeframe=TimeFrame.Day,
        start=dt.datetime(2004, 6, 1, tzinfo=dt.UTC),
        end=dt.datetime(2010, 7, 1, tzinfo=dt.UTC),
        adjustment=Adjustment.RAW,
    )
    bars = await call(client.get_stock_bars, request)

    assert sum(map(len, bars.data.values())) == 7 * 1_532 > 10_000
    for symbol in ("AAPL", "SPY"):
        closes = [(bar.timestamp.date(), bar.close, bar.volume) for bar in bars.data[symbol]]
        assert closes == [(bar.date, bar.close, bar.volume) for bar in shipped(symbol)]
    request.adjustment = Adjustment.SPLIT
    split = await call(client.get_stock_bars, request)
    assert split.data["GIS"][0].close == pytest.approx(bars.data["GIS"][0].close / 2, abs=0.006)


async def test_alpaca_py_reads_the_actions(venue: Venue) -> None:
    client = CorporateActionsClient(ENGINE.key, ENGINE.secret, url_override=venue.urls.data_url)
    actions = await call(
        client.get_corporate_actions,
        CorporateActionsRequest(
            symbols=["GIS"], start=dt.date(2010, 1, 1), end=dt.date(2010, 7, 1)
        ),
    )

    assert [action.new_rate for action in actions.data["forward_splits"]] == [2.0]
