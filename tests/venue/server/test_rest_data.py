"""Market data over REST: history in pages, the present, and reference data."""

import datetime as dt
from typing import Any

import pytest

from tests.venue.server.conftest import DAY, OpenVenue, Venue
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.venue.market import generated_market
from tradeengine.venue.server.parameters import ServerParameters

YESTERDAY = "start=2019-02-12T14:30:00Z&end=2019-02-12T20:59:00Z"


async def all_pages(venue: Venue, path: str, key: str) -> tuple[dict[str, list[Any]], int]:
    """Follow the page tokens of an endpoint for several symbols."""
    rows: dict[str, list[Any]] = {}
    token, pages = "", 0
    while True:
        page = await venue.ask("GET", f"{path}&page_token={token}")
        pages += 1
        for symbol, part in page[key].items():
            rows.setdefault(symbol, []).extend(part)
        if page["next_page_token"] is None:
            return rows, pages
        token = page["next_page_token"]


async def test_pages_are_total_over_symbols_and_lose_nothing(venue: Venue) -> None:
    path = f"/v2/stocks/bars?symbols=SPY,AAPL&timeframe=1Min&{YESTERDAY}"
    whole = await venue.ask("GET", f"{path}&limit=10000")
    assert list(whole["bars"]) == ["AAPL", "SPY"]
    rows, pages = await all_pages(venue, f"{path}&limit=300", "bars")
    assert rows == whole["bars"]
    assert pages == 3
    first = await venue.ask("GET", f"{path}&limit=300")
    assert first["next_page_token"] == "QUFQTHxNfDE1NDk5OTk4MDAwMDAwMDAwMDA="
    backwards, _ = await all_pages(venue, f"{path}&limit=250&sort=desc", "bars")
    assert backwards["SPY"] == whole["bars"]["SPY"][::-1]


@pytest.mark.parametrize("kind", ["trades", "quotes"])
async def test_ticks_of_one_instant_are_not_lost_between_pages(venue: Venue, kind: str) -> None:
    span = "start=2019-02-12T14:30:00Z&end=2019-02-12T14:40:00Z"
    path = f"/v2/stocks/{kind}?symbols=AAPL&{span}"
    whole = await venue.ask("GET", f"{path}&limit=10000")
    rows, pages = await all_pages(venue, f"{path}&limit=7", kind)
    assert rows == whole[kind]
    assert pages > 5


async def test_the_venue_may_serve_short_pages(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(data_page_items=100))
    page = await venue.ask("GET", f"/v2/stocks/SPY/bars?{YESTERDAY}&limit=10000")
    assert len(page["bars"]) == 100
    assert page["next_page_token"]


async def test_nothing_after_now_is_told(venue: Venue) -> None:
    venue.run_for(300)
    path = "/v2/stocks/AAPL/bars?start=2019-02-13&end=2019-02-14"
    bars = (await venue.ask("GET", path))["bars"]
    assert bars[0]["t"] == "2019-02-13T14:30:00Z"
    assert bars[-1]["t"] <= "2019-02-13T15:04:00Z"
    trades = (await venue.ask("GET", "/v2/stocks/AAPL/trades?start=2019-02-13"))["trades"]
    assert trades[-1]["t"] < "2019-02-13T15:05:00.000001Z"
    assert (await venue.ask("GET", "/v2/stocks/AAPL/bars"))["bars"] == bars


@pytest.mark.parametrize(
    ("timeframe", "first", "count"),
    [
        ("1Min", "2019-02-12T14:30:00Z", 390),
        ("1T", "2019-02-12T14:30:00Z", 390),
        ("15Min", "2019-02-12T14:30:00Z", 26),
        ("1Hour", "2019-02-12T15:00:00Z", 6),
        ("2H", "2019-02-12T16:00:00Z", 3),
    ],
)
async def test_intraday_timeframes(venue: Venue, timeframe: str, first: str, count: int) -> None:
    path = f"/v2/stocks/SPY/bars?timeframe={timeframe}&{YESTERDAY}&limit=10000"
    bars = (await venue.ask("GET", path))["bars"]
    assert (bars[0]["t"], len(bars)) == (first, count)


@pytest.mark.parametrize(
    ("timeframe", "days"),
    [
        ("1Day", ["2019-01-28", "2019-01-29"]),
        ("1Week", ["2019-01-28", "2019-02-04"]),
        ("1W", ["2019-01-28", "2019-02-04"]),
        ("1Month", ["2019-02-01"]),
        ("3M", []),
    ],
)
async def test_timeframes_of_days(venue: Venue, timeframe: str, days: list[str]) -> None:
    path = f"/v2/stocks/SPY/bars?timeframe={timeframe}&start=2019-01-26&end=2019-02-09"
    bars = (await venue.ask("GET", path))["bars"]
    assert [bar["t"] for bar in bars[:2]] == [f"{day}T05:00:00Z" for day in days]


async def test_a_week_holds_its_days(venue: Venue) -> None:
    span = "start=2019-02-04T05:00:00Z&end=2019-02-08T05:00:00Z"
    days = (await venue.ask("GET", f"/v2/stocks/SPY/bars?timeframe=1Day&{span}"))["bars"]
    weeks = (await venue.ask("GET", f"/v2/stocks/SPY/bars?timeframe=1Week&{span}"))["bars"]
    assert len(days) == 5
    assert (weeks[0]["o"], weeks[0]["c"]) == (days[0]["o"], days[-1]["c"])
    assert weeks[0]["h"] == max(day["h"] for day in days)
    assert weeks[0]["v"] == sum(day["v"] for day in days)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/stocks/SPY/bars?timeframe=7Weeks", "invalid timeframe: 7Weeks"),
        ("/v2/stocks/SPY/bars?timeframe=60Min", "invalid timeframe: 60Min"),
        (
            "/v2/stocks/bars?timeframe=1Min",
            "Invalid format for parameter symbols: query parameter 'symbols' is required",
        ),
        ("/v2/stocks/SPY/bars?asof=x", "invalid asof: x"),
        ("/v2/stocks/SPY/bars?currency=EUR", "invalid currency: EUR"),
        ("/v2/stocks/quotes/latest?symbols=SPY&currency=EUR", "invalid currency: EUR"),
        ("/v2/stocks/snapshots?symbols=SPY&currency=EUR", "invalid currency: EUR"),
        ("/v2/stocks/SPY/bars?adjustment=raw,spin-off", "invalid adjustment: raw,spin-off"),
        (
            "/v2/stocks/SPY/bars?start=2019-02-13&end=2019-02-12",
            "end should not be before start",
        ),
        ("/v1beta1/news?limit=0", "invalid limit: 0"),
        ("/v1beta1/news?sort=up", "invalid sort: up"),
        ("/v1beta1/news?start=x", "invalid start: x"),
        ("/v1/corporate-actions?sort=up", "invalid sort: up"),
        ("/v2/stocks/SPY/bars?sort=up", "invalid sort: up"),
        ("/v2/stocks/SPY/bars?feed=x", "invalid feed: x"),
        (
            "/v2/stocks/SPY/bars?start=x",
            "Invalid format for parameter start: error parsing 'x' as RFC3339 or 2006-01-02 time",
        ),
        ("/v2/stocks/SPY/bars?page_token=x", "invalid page_token"),
        ("/v2/stocks/SPY/bars?page_token=QXxNfHg=", "invalid page_token"),
        ("/v2/stocks/meta/conditions/x?tape=A", "invalid ticktype: x"),
    ],
)
async def test_the_data_host_refuses_with_a_message_only(
    venue: Venue, path: str, message: str
) -> None:
    assert await venue.ask("GET", path, status=400) == {"message": message}


@pytest.mark.parametrize("start", ["0001-01-01", "9999-12-31", "9999999999999999999"])
@pytest.mark.parametrize("timeframe", ["1Min", "1Day", "1Week"])
async def test_no_start_is_too_far_away(venue: Venue, start: str, timeframe: str) -> None:
    page = await venue.ask(
        "GET", f"/v2/stocks/SPY/bars?timeframe={timeframe}&start={start}&limit=1"
    )
    assert bool(page["bars"]) == (start == "0001-01-01")


@pytest.mark.parametrize("adjustment", ["spin-off", "split,dividend,spin-off", "split,spin-off"])
async def test_every_adjustment_of_the_specification_is_known(
    venue: Venue, adjustment: str
) -> None:
    path = f"/v2/stocks/SPY/bars?{YESTERDAY}&limit=1&adjustment={adjustment}"
    assert len((await venue.ask("GET", path))["bars"]) == 1


async def test_the_present_is_known_before_the_venues_first_tick(venue: Venue) -> None:
    """A venue that began at 10:00 has told nothing yet; the tape before it is known."""
    quote = (await venue.ask("GET", "/v2/stocks/SPY/quotes/latest"))["quote"]
    trade = (await venue.ask("GET", "/v2/stocks/SPY/trades/latest"))["trade"]

    assert "2019-02-13T14:59:00Z" < quote["t"] < "2019-02-13T15:00:00Z"
    assert trade["t"] <= "2019-02-13T15:00:00Z"
    assert quote["bp"] <= quote["ap"]
    assert abs(trade["p"] - quote["ap"]) < 0.5


async def test_unknown_symbols_are_absent_from_lists_and_unknown_alone(venue: Venue) -> None:
    assert (await venue.ask("GET", f"/v2/stocks/bars?symbols=ZZZZ&{YESTERDAY}"))["bars"] == {}
    assert (await venue.ask("GET", f"/v2/stocks/ZZZZ/bars?{YESTERDAY}"))["bars"] == []
    assert await venue.ask("GET", "/v2/stocks/quotes/latest?symbols=ZZZZ") == {"quotes": {}}
    assert await venue.ask("GET", "/v2/stocks/snapshots?symbols=ZZZZ") == {}
    body = await venue.ask("GET", "/v2/stocks/ZZZZ/quotes/latest", status=404)
    assert body == {"message": "asset not found for ZZZZ"}


async def test_the_exchange_letter_depends_on_the_feed(venue: Venue) -> None:
    venue.run_for(60)
    path = "/v2/stocks/SPY/trades/latest"
    sip = (await venue.ask("GET", path))["trade"]
    iex = (await venue.ask("GET", f"{path}?feed=iex"))["trade"]
    assert (sip["x"], sip["z"]) == ("P", "B")
    assert (iex["x"], iex["z"]) == ("V", "B")


async def test_a_snapshot_has_todays_bar_so_far(venue: Venue) -> None:
    venue.run_for(200)
    snapshot = await venue.ask("GET", "/v2/stocks/SPY/snapshot")
    assert snapshot["dailyBar"]["t"] == "2019-02-13T05:00:00Z"
    assert snapshot["prevDailyBar"]["t"] == "2019-02-12T05:00:00Z"
    assert snapshot["minuteBar"]["t"] == "2019-02-13T15:02:00Z"
    assert snapshot["latestTrade"]["t"] > "2019-02-13T15:02"
    minutes = (await venue.ask("GET", "/v2/stocks/SPY/bars?start=2019-02-13"))["bars"]
    assert snapshot["dailyBar"]["o"] == minutes[0]["o"]
    assert snapshot["dailyBar"]["v"] == sum(minute["v"] for minute in minutes)


async def test_before_the_open_the_last_session_is_shown(open_venue: OpenVenue) -> None:
    venue = await open_venue(start=instant_of(DAY, dt.time(9, 0)))
    snapshot = await venue.ask("GET", "/v2/stocks/SPY/snapshot")
    assert snapshot["dailyBar"]["t"] == "2019-02-12T05:00:00Z"
    assert snapshot["prevDailyBar"]["t"] == "2019-02-11T05:00:00Z"
    assert snapshot["minuteBar"]["t"] == "2019-02-12T20:59:00Z"
    assert "2019-02-12T20:59:00Z" < snapshot["latestTrade"]["t"] <= "2019-02-12T21:00:00Z"
    assert "2019-02-12T20:59:00Z" < snapshot["latestQuote"]["t"] <= "2019-02-12T21:00:00Z"
    assert abs(snapshot["latestQuote"]["bp"] / snapshot["latestTrade"]["p"] - 1) < 0.01
    bar = await venue.ask("GET", "/v2/stocks/SPY/bars/latest")
    assert bar["bar"] == snapshot["minuteBar"]


async def test_a_snapshot_leaves_out_what_an_invented_share_has_not() -> None:
    market = generated_market(2, 5.0, 7, DAY)
    async with Venue(market, start=market.session.open_at - MINUTE) as venue:
        symbol = market.symbols[0]
        snapshot = await venue.ask("GET", f"/v2/stocks/{symbol}/snapshot")
        assert snapshot.keys() == {"symbol", "dailyBar"}
        trade = await venue.ask("GET", f"/v2/stocks/{symbol}/trades/latest", status=404)
        assert trade == {"message": f"no trade found for {symbol}"}
        trades = await venue.ask("GET", f"/v2/stocks/trades/latest?symbols={symbol}")
        assert trades == {"trades": {}}
        missing = await venue.ask("GET", f"/v2/stocks/{symbol}/bars/latest", status=404)
        assert missing == {"message": f"no bar found for {symbol}"}


async def test_corporate_actions_come_from_the_archive(venue: Venue) -> None:
    path = "/v1/corporate-actions?symbols=AAPL,SPY&start=2014-06-01&end=2019-02-12"
    rows = (await venue.ask("GET", path))["corporate_actions"]
    splits = rows.get("forward_splits", [])
    for split in splits:
        assert split["new_rate"] > split["old_rate"]
    dividends = rows["cash_dividends"]
    assert dividends == sorted(dividends, key=lambda row: (row["process_date"], row["symbol"]))
    one = await venue.ask("GET", f"/v1/corporate-actions?ids={dividends[0]['id']}")
    assert one["corporate_actions"] == {"cash_dividends": dividends[:1]}
    pages, token = [], ""
    while True:
        page = await venue.ask("GET", f"{path}&types=cash_dividend&limit=2&page_token={token}")
        pages += page["corporate_actions"]["cash_dividends"]
        token = page["next_page_token"]
        if token is None:
            break
    assert pages == dividends
    newest = await venue.ask("GET", f"{path}&sort=desc&limit=1")
    assert newest["corporate_actions"]["cash_dividends"] == dividends[-1:]
    bad = await venue.ask("GET", f"{path}&page_token=Y2F8eA==", status=400)
    assert bad == {"message": "invalid page_token"}


async def test_meta_and_news(venue: Venue) -> None:
    assert (await venue.ask("GET", "/v2/stocks/meta/exchanges"))["V"] == "IEX"
    trade = await venue.ask("GET", "/v2/stocks/meta/conditions/trade?tape=A")
    assert trade["@"] == "Regular Sale"
    assert "R" in await venue.ask("GET", "/v2/stocks/meta/conditions/quote?tape=A")
    assert await venue.ask("GET", "/v1beta1/news") == {"news": [], "next_page_token": None}
