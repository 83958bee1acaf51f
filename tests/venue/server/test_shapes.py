"""Keys and JSON types of every endpoint and stream message equal Alpaca's."""

import json
from typing import Any

import pytest

from tests.venue.server.conftest import ENGINE, OpenVenue, Venue
from tests.venue.server.shapes import SHAPES, assert_shape

DAY_SPAN = "start=2019-02-12&end=2019-02-13"


@pytest.fixture
async def traded(venue: Venue) -> Venue:
    """A venue in which something of everything has happened."""
    await venue.buy("AAPL", "10")
    await venue.buy("SPY", "3")
    venue.run_for(60)
    return venue


async def submit(venue: Venue, **order: Any) -> Any:  # noqa: ANN401 - any JSON
    body = {"symbol": "AAPL", "qty": "2", "side": "sell", "time_in_force": "day", **order}
    return await venue.ask("POST", "/v2/orders", json=body)


@pytest.mark.parametrize(
    "order",
    [
        {"type": "market"},
        {"type": "limit", "limit_price": "300"},
        {"type": "stop", "stop_price": "100"},
        {"type": "stop_limit", "stop_price": "100", "limit_price": "99", "time_in_force": "gtc"},
        {"type": "trailing_stop", "trail_price": "5"},
        {"type": "trailing_stop", "trail_percent": "5"},
        {"type": "market", "time_in_force": "ioc"},
        {"type": "market", "time_in_force": "fok"},
        {"type": "market", "time_in_force": "cls"},
        {"type": "market", "qty": None, "notional": "50", "side": "buy", "symbol": "MSFT"},
    ],
)
async def test_orders_of_every_type(traded: Venue, order: dict[str, Any]) -> None:
    made = await submit(traded, **order)
    assert_shape("order", made)
    traded.run_for(1)
    assert_shape("order", await traded.ask("GET", f"/v2/orders/{made['id']}"))


async def test_a_bracket_and_its_legs(traded: Venue) -> None:
    made = await submit(
        traded,
        side="buy",
        type="limit",
        limit_price="170",
        order_class="bracket",
        take_profit={"limit_price": "200"},
        stop_loss={"stop_price": "150"},
    )
    assert_shape("order", made)
    assert_shape("order", made["legs"])
    assert made["group_role"] == "entry"


async def test_order_lists_replaces_cancels_and_closes(traded: Venue) -> None:
    made = await submit(traded, type="limit", limit_price="300")
    traded.run_for(1)
    replaced = await traded.ask("PATCH", f"/v2/orders/{made['id']}", json={"limit_price": "301"})
    assert_shape("order", replaced)
    traded.run_for(1)
    assert_shape("order", await traded.ask("GET", "/v2/orders?status=all"))
    assert_shape("cancelled_order", await traded.ask("DELETE", "/v2/orders", status=207))
    traded.run_for(1)
    assert_shape("order", await traded.ask("DELETE", "/v2/positions/AAPL?qty=1"))
    closed = await traded.ask("DELETE", "/v2/positions?cancel_orders=true", status=207)
    assert_shape("closed_position", closed)
    assert_shape("order", [row["body"] for row in closed])


async def test_account_positions_and_activities(traded: Venue) -> None:
    assert_shape("account", await traded.ask("GET", "/v2/account"))
    assert_shape("configurations", await traded.ask("GET", "/v2/account/configurations"))
    assert_shape("position", await traded.ask("GET", "/v2/positions"))
    assert_shape("fill", await traded.ask("GET", "/v2/account/activities/FILL"))
    assert_shape("journal_entry", await traded.ask("GET", "/v2/account/activities/JNLC"))
    past = await traded.ask(
        "GET", "/v2/account/portfolio/history?period=1D&timeframe=1Min&cashflow_types=ALL"
    )
    assert_shape("portfolio_history", past)
    assert len(past["timestamp"]) == len(past["equity"]) == len(past["profit_loss_pct"]) > 0


async def test_assets_watchlists_clock_and_calendar(traded: Venue) -> None:
    assert_shape("asset", await traded.ask("GET", "/v2/assets"))
    made = await traded.ask("POST", "/v2/watchlists", json={"name": "a", "symbols": ["AAPL"]})
    assert_shape("watchlist", made)
    assert_shape("watchlist_head", await traded.ask("GET", "/v2/watchlists"))
    assert_shape("clock", await traded.ask("GET", "/v2/clock"))
    assert_shape("calendar_day", await traded.ask("GET", f"/v2/calendar?{DAY_SPAN}"))
    clocks = await traded.ask("GET", "/v3/clock")
    assert_shape("clocks", clocks)
    assert_shape("market_clock", clocks["clocks"])
    calendar = await traded.ask("GET", "/v3/calendar/NYSE")
    assert_shape("market_calendar", calendar)
    assert_shape("market_day", calendar["calendar"])
    assert_shape("market", calendar["market"])


@pytest.mark.parametrize(
    ("plural", "row"), [("bars", "bar"), ("trades", "trade"), ("quotes", "quote")]
)
async def test_historical_and_latest_data(traded: Venue, plural: str, row: str) -> None:
    query = f"{DAY_SPAN}&limit=5&timeframe=1Min"
    several = await traded.ask("GET", f"/v2/stocks/{plural}?symbols=AAPL,SPY&{query}")
    assert_shape(plural, several)
    assert_shape(row, several[plural]["AAPL"])
    one = await traded.ask("GET", f"/v2/stocks/AAPL/{plural}?{query}&currency=USD")
    assert_shape(f"{plural}_of_one", one)
    latest = await traded.ask("GET", f"/v2/stocks/{plural}/latest?symbols=AAPL")
    assert_shape(f"latest_{plural}", latest)
    assert_shape(row, latest[plural]["AAPL"])
    one = await traded.ask("GET", f"/v2/stocks/AAPL/{plural}/latest")
    assert_shape(f"latest_{row}_of_one", one)


async def test_snapshots_news_and_corporate_actions(traded: Venue) -> None:
    snapshots = await traded.ask("GET", "/v2/stocks/snapshots?symbols=AAPL,SPY")
    assert_shape("snapshot", list(snapshots.values()))
    assert snapshots["AAPL"].keys() == SHAPES["snapshot"]["keys"].keys()
    for name, row in (("latestTrade", "trade"), ("latestQuote", "quote"), ("dailyBar", "bar")):
        assert_shape(row, snapshots["AAPL"][name])
    assert_shape("snapshot_of_one", await traded.ask("GET", "/v2/stocks/SPY/snapshot"))
    assert_shape("news", await traded.ask("GET", "/v1beta1/news"))
    actions = await traded.ask(
        "GET", "/v1/corporate-actions?symbols=AAPL,SPY&start=2012-01-01&end=2019-02-12"
    )
    assert_shape("corporate_actions", actions)
    for kind, rows in actions["corporate_actions"].items():
        assert_shape(kind.removesuffix("s"), rows)


async def test_errors_of_both_hosts(traded: Venue) -> None:
    assert_shape("trading_error", await traded.ask("GET", "/v2/assets/ZZZZNOTREAL", status=404))
    bad = await traded.ask("GET", "/v2/stocks/SPY/bars?timeframe=7Weeks", status=400)
    assert bad == {"message": "invalid timeframe: 7Weeks"}
    assert_shape("data_error", bad)


async def test_trade_update_frames(open_venue: OpenVenue) -> None:
    venue = await open_venue()
    async with venue.http.ws_connect(venue.urls.trading_stream) as socket:
        await socket.send_json({"action": "auth", "key": ENGINE.key, "secret": ENGINE.secret})
        assert_shape("authorization", json.loads(await socket.receive_bytes())["data"])
        await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
        listening = json.loads(await socket.receive_bytes())
        assert_shape("trading_frame", listening)
        assert_shape("listening", listening["data"])
        await venue.buy()
        made = await submit(venue, type="limit", limit_price="300")
        venue.run_for(1)
        await venue.ask("DELETE", f"/v2/orders/{made['id']}", status=204)
        venue.run_for(1)
        events = set()
        while "canceled" not in events:
            frame = json.loads(await socket.receive_bytes())
            assert_shape("trading_frame", frame)
            assert_shape("trade_update", frame["data"])
            assert_shape("order_in_update", frame["data"]["order"])
            events.add(frame["data"]["event"])
    assert {"pending_new", "new", "fill", "pending_cancel"} <= events


async def test_market_data_frames(venue: Venue) -> None:
    async with venue.http.ws_connect(venue.urls.data_stream) as socket:
        assert_shape("stream_success", await socket.receive_json())
        await socket.receive_json()
        await socket.send_json({"action": "auth", "key": ENGINE.key, "secret": ENGINE.secret})
        assert_shape("stream_error", await socket.receive_json())
        channels = ("trades", "quotes", "bars", "dailyBars", "lulds", "statuses")
        await socket.send_json({"action": "subscribe", **{name: ["*"] for name in channels}})
        assert_shape("stream_subscription", await socket.receive_json())
        venue.run_for(1)
        venue.exchange.set_halt("AAPL", halted=True)
        venue.run_for(180)
        seen: set[str] = set()
        names = {"t": "trade", "q": "quote", "b": "bar", "d": "bar", "l": "luld", "s": "status"}
        while seen != names.keys():
            for message in await socket.receive_json(timeout=30):
                assert_shape(f"stream_{names[message['T']]}", message)
                seen.add(message["T"])
