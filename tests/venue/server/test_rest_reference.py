"""Assets, watchlists, clock and calendar over REST."""

import datetime as dt

import pytest

from tests.venue.server.conftest import OpenVenue, Venue
from tradeengine.model.instants import instant_of


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("", ["AAPL", "MSFT", "SPY"]),
        ("?status=active&asset_class=us_equity", ["AAPL", "MSFT", "SPY"]),
        ("?status=inactive", []),
        ("?asset_class=crypto", []),
        ("?exchange=ARCA", ["SPY"]),
        ("?attributes=fractional_eh_enabled", ["AAPL", "MSFT", "SPY"]),
        ("?attributes=ipo", []),
    ],
)
async def test_assets_are_filtered(venue: Venue, query: str, symbols: list[str]) -> None:
    assert [row["symbol"] for row in await venue.ask("GET", f"/v2/assets{query}")] == symbols


async def test_an_unknown_asset_is_a_404(venue: Venue) -> None:
    body = await venue.ask("GET", "/v2/assets/ZZZZNOTREAL", status=404)
    assert body == {"code": 40410000, "message": "asset not found for ZZZZNOTREAL"}


async def test_a_watchlist_lives_by_id_and_by_name(venue: Venue) -> None:
    made = await venue.ask("POST", "/v2/watchlists", json={"name": "tech", "symbols": ["AAPL"]})
    path = f"/v2/watchlists/{made['id']}"
    by_name = "/v2/watchlists:by_name?name=tech"
    assert await venue.ask("GET", by_name) == await venue.ask("GET", path) == made
    added = await venue.ask("POST", path, json={"symbol": "MSFT"})
    assert [asset["symbol"] for asset in added["assets"]] == ["AAPL", "MSFT"]
    again = await venue.ask("POST", by_name, json={"symbol": "MSFT"}, status=422)
    assert again["message"] == "duplicated asset"
    changed = await venue.ask("PUT", path, json={"name": "index", "symbols": ["SPY", "SPY"]})
    assert (changed["name"], len(changed["assets"])) == ("index", 1)
    assert (await venue.ask("PUT", path, json={"name": "other"}))["assets"] == changed["assets"]
    await venue.ask("POST", "/v2/watchlists", json={"name": "taken"})
    refused = await venue.ask("PUT", path, json={"name": "taken"}, status=422)
    assert refused["message"] == "watchlist name must be unique"
    await venue.ask("DELETE", "/v2/watchlists:by_name?name=taken", status=204)
    removed = await venue.ask("DELETE", f"{path}/SPY")
    assert removed["assets"] == []
    await venue.ask("DELETE", path, status=204)
    assert await venue.ask("GET", "/v2/watchlists") == []
    assert (await venue.ask("GET", path, status=404))["code"] == 40410000


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({}, 422, "watchlist name is required"),
        ({"name": "a", "symbols": "AAPL"}, 422, "invalid symbols"),
        ({"name": "a", "symbols": ["ZZZZ"]}, 404, "asset not found for ZZZZ"),
        ({"name": "taken"}, 422, "watchlist name must be unique"),
    ],
)
async def test_a_watchlist_that_cannot_be_is_refused(
    venue: Venue, body: dict[str, object], status: int, message: str
) -> None:
    await venue.ask("POST", "/v2/watchlists", json={"name": "taken"})
    assert (await venue.ask("POST", "/v2/watchlists", json=body, status=status))[
        "message"
    ] == message


async def test_the_clock_has_new_yorks_offset_and_nine_digits(venue: Venue) -> None:
    venue.run_for(48.601374373)
    assert await venue.ask("GET", "/v2/clock") == {
        "timestamp": "2019-02-13T10:00:48.601374373-05:00",
        "is_open": True,
        "next_open": "2019-02-14T09:30:00-05:00",
        "next_close": "2019-02-13T16:00:00-05:00",
    }


async def test_after_the_close_the_clock_says_closed_and_the_account_is_served(
    open_venue: OpenVenue,
) -> None:
    venue = await open_venue(start=instant_of(dt.date(2019, 2, 13), dt.time(15, 59, 58)))
    venue.run_for(60)
    clock = await venue.ask("GET", "/v2/clock")
    assert (clock["is_open"], clock["next_close"]) == (False, "2019-02-14T16:00:00-05:00")
    assert (await venue.ask("GET", "/v2/account"))["equity"] == "100000"


async def test_half_days_and_holidays_are_in_the_calendar(venue: Venue) -> None:
    rows = await venue.ask("GET", "/v2/calendar?start=2025-11-26&end=2025-11-28")
    assert rows == [
        {
            "date": "2025-11-26",
            "open": "09:30",
            "close": "16:00",
            "session_open": "0400",
            "session_close": "2000",
            "settlement_date": "2025-11-28",
        },
        {
            "date": "2025-11-28",
            "open": "09:30",
            "close": "13:00",
            "session_open": "0400",
            "session_close": "1700",
            "settlement_date": "2025-12-01",
        },
    ]


async def test_the_calendar_goes_by_settlement_when_asked(venue: Venue) -> None:
    query = "start=2025-11-28&end=2025-12-01&date_type=SETTLEMENT"
    rows = await venue.ask("GET", f"/v2/calendar?{query}")
    assert [row["date"] for row in rows] == ["2025-11-26", "2025-11-28"]
    assert len(await venue.ask("GET", "/v2/calendar")) > 8_900


@pytest.mark.parametrize(
    ("wall", "phase", "until"),
    [
        ("2019-02-13T03:00:00-05:00", "closed", "2019-02-13T04:00:00-05:00"),
        ("2019-02-13T09:29:59-05:00", "pre", "2019-02-13T09:30:00-05:00"),
        ("2019-02-13T09:30:00-05:00", "core", "2019-02-13T16:00:00-05:00"),
        ("2019-02-13T16:00:00-05:00", "post", "2019-02-13T20:00:00-05:00"),
        ("2019-02-15T20:00:00-05:00", "closed", "2019-02-19T04:00:00-05:00"),
        ("2019-02-16T12:00:00-05:00", "closed", "2019-02-19T04:00:00-05:00"),
    ],
)
async def test_the_phases_of_the_day(venue: Venue, wall: str, phase: str, until: str) -> None:
    body = await venue.ask("GET", "/v3/clock", params={"markets": "XNYS,IEX", "time": wall})
    assert [clock["market"]["acronym"] for clock in body["clocks"]] == ["NYSE", "IEX"]
    clock = body["clocks"][0]
    assert (clock["phase"], clock["phase_until"]) == (phase, until)


async def test_the_calendar_of_a_market_in_either_zone(venue: Venue) -> None:
    body = await venue.ask("GET", "/v3/calendar/NASDAQ?start=2019-02-13&end=2019-02-13")
    assert body["calendar"][0]["core_end"] == "2019-02-13T16:00:00-05:00"
    utc = await venue.ask("GET", "/v3/calendar/NASDAQ?timezone=UTC")
    assert utc["calendar"][0]["core_end"] == "2019-02-13T21:00:00Z"
    assert len(utc["calendar"]) == 5
    body = await venue.ask("GET", "/v3/calendar/MARS", status=400)
    assert body["message"] == "invalid market: MARS"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/calendar?date_type=x", "invalid date_type: x"),
        ("/v2/calendar?start=2019-02-13x", "invalid start: 2019-02-13x"),
        ("/v3/calendar/NYSE?timezone=x", "invalid timezone: x"),
    ],
)
async def test_a_word_that_no_calendar_knows_is_refused(
    venue: Venue, path: str, message: str
) -> None:
    assert (await venue.ask("GET", path, status=422))["message"] == message
