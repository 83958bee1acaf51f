"""Faults of the market, as a client sees them."""

from datetime import date, time
from typing import Any

import pytest

from tests.venue.server.conftest import OpenVenue, Venue
from tests.venue.server.fault_clients import ORDER, RESTING, all_so_far, arm, data, quotes_until
from tradeengine.model.instants import NANOS, instant_of
from tradeengine.venue.market import recorded_market


async def latest(venue: Venue, what: str, symbol: str = "AAPL") -> Any:  # noqa: ANN401 - any JSON
    """Give a symbol's latest quote or trade over REST."""
    body = await venue.ask("GET", f"/v2/stocks/{symbol}/{what}s/latest")
    return body[what]


@pytest.fixture
async def running(controlled: Venue) -> Venue:
    """A venue whose book shows quotes and prints."""
    controlled.run_for(30)
    return controlled


async def test_the_price_jumps_and_comes_back(running: Venue) -> None:
    before = (await latest(running, "trade"))["p"]
    async with data(running, trades=["AAPL"], quotes=["AAPL"]) as socket:
        await arm(running, "price_spike", symbol="AAPL", percent=-20, seconds=2)
        during = await quotes_until(running, socket, 1)
        prints = [m["p"] for m in during if m["T"] == "t"]
        assert prints[0] == round(before * 0.8, 2)
        assert all(m["ap"] < before * 0.81 for m in during if m["T"] == "q")
        assert (await latest(running, "quote"))["ap"] < before * 0.81
        after = await quotes_until(running, socket, 2)
        assert [m["p"] for m in after if m["T"] == "t"][-1] > before * 0.99
        assert (await latest(running, "quote"))["bp"] > before * 0.99


async def test_a_spike_sets_off_stops(running: Venue) -> None:
    await running.buy("AAPL", "1")
    stop = {**ORDER, "qty": "1", "side": "sell", "type": "stop", "stop_price": "150"}
    order = await running.ask("POST", "/v2/orders", json=stop)
    running.run_for(2)
    await arm(running, "price_spike", symbol="AAPL", percent=-20, seconds=2)
    running.run_for(5)
    filled = await running.ask("GET", f"/v2/orders/{order['id']}")
    assert filled["status"] == "filled"


async def test_quotes_are_crossed_for_a_while(running: Venue) -> None:
    await arm(running, "crossed_quotes", symbol="AAPL", seconds=5)
    running.run_for(1)
    shown = await latest(running, "quote")
    assert shown["bp"] > shown["ap"] > 0
    running.run_for(5)
    shown = await latest(running, "quote")
    assert shown["bp"] < shown["ap"]


@pytest.mark.parametrize(("side", "bid", "ask"), [("both", 0, 0), ("bid", 0, 1), ("ask", 1, 0)])
async def test_sides_of_quotes_are_zero_for_a_while(
    running: Venue, side: str, bid: int, ask: int
) -> None:
    await arm(running, "zero_quotes", symbol="AAPL", side=side, seconds=5)
    running.run_for(1)
    shown = await latest(running, "quote")
    assert (bool(shown["bp"]), bool(shown["bs"])) == (bool(bid), bool(bid))
    assert (bool(shown["ap"]), bool(shown["as"])) == (bool(ask), bool(ask))
    running.run_for(5)
    shown = await latest(running, "quote")
    assert shown["bp"]
    assert shown["ap"]


async def test_a_halt_in_the_middle_of_a_position_ends_by_itself(running: Venue) -> None:
    await running.buy("AAPL", "10")
    async with data(running, statuses=["AAPL"]) as socket:
        await arm(running, "halt", symbol="AAPL", seconds=60)
        running.run_for(1)
        order = await running.ask("DELETE", "/v2/positions/AAPL")
        running.run_for(50)
        assert (await running.ask("GET", f"/v2/orders/{order['id']}"))["status"] == "new"
        running.run_for(20)
        assert (await running.ask("GET", f"/v2/orders/{order['id']}"))["status"] == "filled"
        said = [(m["sc"], m["rc"]) for m in await all_so_far(socket)]
    assert said == [("H", "T1"), ("T", "")]


async def test_a_halt_lasts_until_trading_resumes(running: Venue) -> None:
    await arm(running, "halt", symbol="AAPL")
    running.run_for(600)
    assert running.exchange.halted() == {"AAPL"}
    await arm(running, "resume", symbol="AAPL")
    running.run_for(1)
    assert running.exchange.halted() == set()


async def test_a_band_and_then_a_pause(running: Venue) -> None:
    price = (await latest(running, "trade"))["p"]
    async with data(running, statuses=["AAPL"], lulds=["AAPL"]) as socket:
        await arm(running, "luld_pause", symbol="AAPL", percent=5, seconds=30)
        running.run_for(31)
        band, pause, resumption = await all_so_far(socket)
    assert (band["T"], band["u"], band["d"]) == (
        "l",
        round(price * 1.05, 2),
        round(price * 0.95, 2),
    )
    assert (pause["sc"], pause["rc"], resumption["sc"]) == ("P", "LUDP", "T")


async def test_a_split_reaches_position_orders_and_tape(running: Venue) -> None:
    await running.buy("AAPL", "10")
    resting = await running.ask("POST", "/v2/orders", json={**RESTING, "limit_price": "100.01"})
    running.run_for(1)
    before = await running.ask("GET", "/v2/positions/AAPL")
    equity = float((await running.ask("GET", "/v2/account"))["equity"])
    await arm(running, "split", symbol="AAPL", new=4)
    running.run_to(running.clock.now())
    after = await running.ask("GET", "/v2/positions/AAPL")
    assert (before["qty"], after["qty"]) == ("10", "40")
    assert float(after["avg_entry_price"]) == pytest.approx(float(before["avg_entry_price"]) / 4)
    assert float(after["lastday_price"]) == pytest.approx(float(before["lastday_price"]) / 4)
    assert float((await running.ask("GET", "/v2/account"))["equity"]) == pytest.approx(equity)
    order = await running.ask("GET", f"/v2/orders/{resting['id']}")
    assert (order["qty"], order["limit_price"]) == ("40", "25")
    running.run_for(60)
    assert (await latest(running, "trade"))["p"] < 50


@pytest.mark.parametrize(("orders", "status"), [("cancel", "canceled"), ("keep", "new")])
async def test_a_split_may_cancel_orders_or_forget_them(
    running: Venue, orders: str, status: str
) -> None:
    resting = await running.ask("POST", "/v2/orders", json=RESTING)
    running.run_for(1)
    await arm(running, "split", symbol="AAPL", new=1, old=10, orders=orders)
    running.run_for(1)
    order = await running.ask("GET", f"/v2/orders/{resting['id']}")
    assert (order["status"], order["qty"], order["limit_price"]) == (status, "10", "100")


async def test_a_split_waits_for_its_instant(running: Venue) -> None:
    await running.buy("AAPL", "10")
    await arm(running, "split", symbol="AAPL", at="10:05:00", after=1)
    running.run_to(running.market.session.open_at + 35 * 60 * NANOS)
    assert (await running.ask("GET", "/v2/positions/AAPL"))["qty"] == "10"
    running.run_for(1)
    assert (await running.ask("GET", "/v2/positions/AAPL"))["qty"] == "20"


async def test_an_unknown_symbol_is_refused_at_once_and_noted_later(running: Venue) -> None:
    for fault in ("halt", "price_spike", "split"):
        body = {"fault": fault, "symbol": "NOPE"}
        answer = await running.ask("POST", "/control", json=body, status=404)
        assert "NOPE" in answer["message"]
    await arm(running, "halt", symbol="NOPE", after=1)
    running.run_for(1)
    (note,) = (await running.ask("GET", "/control"))["failed"]
    assert note.startswith("halt: ")


async def told(open_venue: OpenVenue) -> list[Any]:
    """Give all that a client hears of a minute with faults in it."""
    venue = await open_venue(control=True)
    venue.run_for(30)
    async with data(venue, trades=["*"], quotes=["*"], statuses=["*"], lulds=["*"]) as socket:
        await arm(venue, "price_spike", symbol="AAPL", after=5)
        await arm(venue, "crossed_quotes", symbol="SPY", after=7, seconds=20)
        await arm(venue, "luld_pause", symbol="MSFT", after=10, seconds=10)
        await arm(venue, "split", symbol="SPY", after=20)
        return await quotes_until(venue, socket, 60)


async def test_equal_commands_give_equal_tapes(open_venue: OpenVenue) -> None:
    assert await told(open_venue) == await told(open_venue)


async def test_a_half_day_is_a_date_of_the_calendar() -> None:
    day = date(2018, 11, 23)
    market = recorded_market(day, ("SPY",), seed=7)
    async with Venue(market, start=instant_of(day, time(12, 55))) as venue:
        (row,) = await venue.ask("GET", f"/v2/calendar?start={day}&end={day}")
        assert (row["close"], row["session_close"]) == ("13:00", "1700")
        shown = await venue.ask("GET", "/v2/clock")
        assert (shown["is_open"], shown["next_close"]) == (True, "2018-11-23T13:00:00-05:00")
        resting = {**RESTING, "symbol": "SPY"}
        order = await venue.ask("POST", "/v2/orders", json=resting)
        venue.run_for(301)
        assert (await venue.ask("GET", "/v2/clock"))["is_open"] is False
        after = await venue.ask("GET", f"/v2/orders/{order['id']}")
        assert after["status"] == "expired"
