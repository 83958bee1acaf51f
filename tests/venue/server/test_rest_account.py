"""The account over REST: configurations, activities, equity over time."""

import pytest

from tests.venue.server.conftest import OpenVenue, Venue
from tradeengine.venue.server.parameters import ServerParameters


async def test_configurations_change_by_name_and_ignore_nulls(venue: Venue) -> None:
    changed = await venue.ask(
        "PATCH",
        "/v2/account/configurations",
        json={
            "no_shorting": True,
            "suspend_trade": None,
            "trade_confirm_email": "none",
            "max_options_trading_level": 1,
            "unknown": 5,
        },
    )
    assert (changed["no_shorting"], changed["suspend_trade"]) == (True, False)
    assert (changed["trade_confirm_email"], changed["max_options_trading_level"]) == ("none", 1)
    assert await venue.ask("GET", "/v2/account/configurations") == changed


@pytest.mark.parametrize("change", [{"no_shorting": "yes"}, {"max_margin_multiplier": True}])
async def test_a_configuration_of_the_wrong_type_is_refused(
    venue: Venue, change: dict[str, object]
) -> None:
    body = await venue.ask("PATCH", "/v2/account/configurations", json=change, status=422)
    assert body["message"] == f"invalid {next(iter(change))}"


@pytest.mark.parametrize("change", [{"trade_confirm_email": "x"}, {"max_margin_multiplier": "9"}])
async def test_a_configuration_outside_its_list_is_refused(
    venue: Venue, change: dict[str, object]
) -> None:
    body = await venue.ask("PATCH", "/v2/account/configurations", json=change, status=422)
    [(name, value)] = change.items()
    assert body["message"] == f"invalid {name}: {value}"


async def test_what_the_owner_has_switched_off_is_refused(venue: Venue) -> None:
    await venue.buy("AAPL", "2")
    off = {"no_shorting": True, "fractional_trading": False}
    await venue.ask("PATCH", "/v2/account/configurations", json=off)
    order = {"symbol": "MSFT", "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"}

    short = await venue.ask("POST", "/v2/orders", json=order, status=403)
    part = await venue.ask(
        "POST", "/v2/orders", json={**order, "symbol": "AAPL", "qty": "0.5"}, status=403
    )
    sold = await venue.ask("POST", "/v2/orders", json={**order, "symbol": "AAPL"})

    assert short == {"code": 40310000, "message": "account is not allowed to short"}
    assert part["message"] == "account is not allowed to trade fractional shares"
    assert sold["status"] == "pending_new"


async def test_the_old_shapes_are_served_when_asked_for(open_venue: OpenVenue) -> None:
    venue = await open_venue(parameters=ServerParameters(legacy_account_fields=True))
    assert (await venue.ask("GET", "/v2/account"))["daytrade_count"] == 0
    assert (await venue.ask("GET", "/v2/account/configurations"))["pdt_check"] == "entry"


async def test_activities_come_in_pages_and_end_with_the_deposit(venue: Venue) -> None:
    for qty in ("1", "2"):
        await venue.buy("AAPL", qty)
    rows = await venue.ask("GET", "/v2/account/activities")
    assert [row["activity_type"] for row in rows] == ["FILL", "FILL", "JNLC"]
    assert [row["qty"] for row in rows[:2]] == ["2", "1"]
    assert rows[2]["net_amount"] == "100000"
    pages, token = [], ""
    while page := await venue.ask("GET", f"/v2/account/activities?page_size=1&page_token={token}"):
        pages += page
        token = page[-1]["id"]
    assert pages == rows


async def test_activities_ascend_are_filtered_and_categorised(venue: Venue) -> None:
    await venue.buy("AAPL", "1")
    path = "/v2/account/activities"
    rows = await venue.ask("GET", f"{path}?direction=asc")
    assert [row["activity_type"] for row in rows] == ["JNLC", "FILL"]
    token = rows[0]["id"]
    after_first = await venue.ask("GET", f"{path}?direction=asc&page_token={token}")
    assert after_first == rows[1:]
    assert await venue.ask("GET", f"{path}?category=trade_activity") == rows[1:]
    assert await venue.ask("GET", f"{path}?category=non_trade_activity") == rows[:1]
    assert await venue.ask("GET", f"{path}?activity_types=FILL,DIV") == rows[1:]
    assert await venue.ask("GET", f"{path}?order_id={rows[1]['order_id']}") == rows[1:]
    assert await venue.ask("GET", f"{path}?date=2019-02-13&direction=asc") == rows
    assert await venue.ask("GET", f"{path}?date=2019-02-12") == []
    assert await venue.ask("GET", f"{path}?until=2019-02-13T14:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("category=x", "invalid category: x"),
        (
            "category=trade_activity&activity_types=FILL",
            "activity_types and category cannot be used together",
        ),
        ("page_size=0", "invalid page_size: 0"),
        ("direction=up", "invalid direction: up"),
        ("date=2019-02-13x", "invalid date: 2019-02-13x"),
    ],
)
async def test_activities_refuse_what_cannot_be(venue: Venue, query: str, message: str) -> None:
    body = await venue.ask("GET", f"/v2/account/activities?{query}", status=422)
    assert body["message"] == message


async def test_equity_is_sampled_each_minute(venue: Venue) -> None:
    await venue.buy("AAPL", "100")
    venue.run_for(600)
    path = "/v2/account/portfolio/history"
    past = await venue.ask("GET", f"{path}?period=1D&timeframe=1Min")
    assert past["timestamp"][0] == 1550070000
    assert past["timestamp"][1] - past["timestamp"][0] == 60
    assert past["base_value"] == 100_000
    assert past["profit_loss"][-1] == pytest.approx(past["equity"][-1] - 100_000)
    assert "cashflow" not in past
    five = await venue.ask("GET", f"{path}?period=1D&timeframe=5Min&cashflow_types=ALL")
    assert len(five["timestamp"]) == 2
    assert five["equity"][1] == past["equity"][9]
    assert five["cashflow"] == {}
    assert (await venue.ask("GET", f"{path}?period=1W"))["timeframe"] == "15Min"
    assert (await venue.ask("GET", f"{path}?period=1D"))["timeframe"] == "1Min"
    assert (await venue.ask("GET", path))["timeframe"] == "1D"
    later = await venue.ask("GET", f"{path}?start=2019-02-13T15:05:00Z&timeframe=1Min")
    assert later["timestamp"][0] == 1550070240


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("period=1X", "invalid period: 1X"),
        ("intraday_reporting=x", "invalid intraday_reporting: x"),
        ("pnl_reset=x", "invalid pnl_reset: x"),
        ("timeframe=2Min", "invalid timeframe: 2Min"),
        (
            "period=1D&start=2019-02-12&end=2019-02-13",
            "only two of start, end and period can be specified",
        ),
    ],
)
async def test_a_history_that_cannot_be_is_refused(venue: Venue, query: str, message: str) -> None:
    body = await venue.ask("GET", f"/v2/account/portfolio/history?{query}", status=422)
    assert body["message"] == message


async def test_no_day_is_too_far_to_be_asked_about(venue: Venue) -> None:
    assert await venue.ask("GET", "/v2/account/activities?date=9999-12-31") == []
    days = await venue.ask("GET", "/v3/calendar/NYSE?start=9999-12-31")
    assert days["calendar"] == []
    await venue.ask("GET", "/v3/clock?time=9999999999999999999", status=422)


async def test_announcements_need_their_parameters(venue: Venue) -> None:
    path = "/v2/corporate_actions/announcements"
    body = await venue.ask("GET", f"{path}?ca_types=dividend", status=422)
    assert body["message"] == "since is required"
    query = "ca_types=dividend&since=2019-01-01&until=2019-02-01"
    assert await venue.ask("GET", f"{path}?{query}") == []
