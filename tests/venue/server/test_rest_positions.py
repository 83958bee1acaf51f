"""Positions over REST."""

from tests.venue.server.conftest import Venue


async def test_a_position_is_read_by_symbol_and_by_asset_id(venue: Venue) -> None:
    await venue.buy("AAPL", "10")
    one = await venue.ask("GET", "/v2/positions/AAPL?symbol=AAPL")
    assert (one["qty"], one["side"], one["exchange"]) == ("10", "long", "NASDAQ")
    assert await venue.ask("GET", f"/v2/positions/{one['asset_id']}") == one
    assert await venue.ask("GET", "/v2/positions") == [one]


async def test_no_position_is_a_404_with_a_code(venue: Venue) -> None:
    body = await venue.ask("GET", "/v2/positions/AAPL", status=404)
    assert body == {"code": 40410000, "message": "position does not exist"}


async def test_a_position_is_closed_in_part_and_whole(venue: Venue) -> None:
    await venue.buy("AAPL", "10")
    part = await venue.ask("DELETE", "/v2/positions/AAPL?qty=4")
    assert (part["side"], part["qty"]) == ("sell", "4")
    venue.run_for(30)
    half = await venue.ask("DELETE", "/v2/positions/AAPL?percentage=50")
    assert half["qty"] == "3"
    venue.run_for(30)
    await venue.ask("DELETE", "/v2/positions/AAPL")
    venue.run_for(30)
    assert await venue.ask("GET", "/v2/positions") == []


async def test_closing_all_answers_each_symbol_refusals_too(venue: Venue) -> None:
    await venue.buy("AAPL", "10")
    await venue.buy("SPY", "2")
    sell = {"symbol": "SPY", "qty": "2", "side": "sell", "type": "limit", "limit_price": "400"}
    await venue.ask("POST", "/v2/orders", json={**sell, "time_in_force": "day"})
    venue.run_for(1)
    rows = await venue.ask("DELETE", "/v2/positions", status=207)
    assert [(row["symbol"], row["status"]) for row in rows] == [("AAPL", 200), ("SPY", 403)]
    assert rows[0]["body"]["side"] == "sell"
    assert rows[1]["body"]["code"] == 40310000
