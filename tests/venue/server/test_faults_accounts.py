"""Faults of the account, as a client sees them."""

import pytest

from tests.venue.server.conftest import OTHER, Venue
from tests.venue.server.fault_clients import ORDER, RESTING, arm, events, orders, updates


@pytest.fixture
async def running(controlled: Venue) -> Venue:
    """A venue whose book shows quotes and prints."""
    controlled.run_for(30)
    return controlled


async def test_an_order_is_filled_in_part_and_cancelled(running: Venue) -> None:
    async with orders(running) as socket:
        await arm(running, "partial_fill_then_cancel", share=0.3)
        order = await running.buy("AAPL", "10")
        assert (order["status"], order["filled_qty"]) == ("canceled", "3")
        assert await events(socket, 4) == ["pending_new", "new", "partial_fill", "canceled"]
    assert (await running.ask("GET", "/v2/positions/AAPL"))["qty"] == "3"
    assert (await running.buy("AAPL", "10"))["status"] == "filled"


async def test_an_order_is_accepted_and_then_rejected(running: Venue) -> None:
    await arm(running, "reject_after_accept")
    order = await running.buy("AAPL", "10")
    assert (order["status"], order["filled_qty"]) == ("rejected", "0")


async def test_a_replace_is_answered_200_and_refused(running: Venue) -> None:
    async with orders(running) as socket:
        order = await running.ask("POST", "/v2/orders", json=RESTING)
        running.run_for(1)
        await arm(running, "reject_replace")
        await running.ask("PATCH", f"/v2/orders/{order['id']}", json={"limit_price": "101"})
        running.run_for(1)
        heard = await events(socket, 4)
    assert heard == ["pending_new", "new", "pending_replace", "order_replace_rejected"]
    after = await running.ask("GET", f"/v2/orders/{order['id']}")
    assert (after["status"], after["limit_price"]) == ("new", "100")


async def test_a_cancel_is_stuck_until_asked_again(running: Venue) -> None:
    order = await running.ask("POST", "/v2/orders", json=RESTING)
    running.run_for(1)
    await arm(running, "stuck_cancel")
    statuses = []
    for _ in range(2):
        await running.ask("DELETE", f"/v2/orders/{order['id']}", status=204)
        running.run_for(600)
        statuses.append((await running.ask("GET", f"/v2/orders/{order['id']}"))["status"])
    assert statuses == ["pending_cancel", "canceled"]


async def test_the_next_fill_is_taken_back_a_while_later(running: Venue) -> None:
    await arm(running, "bust_next_fill", delay=60)
    cash = (await running.ask("GET", "/v2/account"))["cash"]
    async with orders(running) as socket:
        await running.buy("AAPL", "1")
        assert (await running.ask("GET", "/v2/positions/AAPL"))["qty"] == "1"
        running.run_for(60)
        *_, fill, bust = await updates(socket, 4)
    assert bust["event"] == "trade_bust"
    assert bust["previous_execution_id"] == fill["execution_id"]
    assert bust["position_qty"] == "0"
    assert (await running.ask("GET", "/v2/account"))["cash"] == cash


async def test_the_last_fill_of_a_symbol_is_taken_back_at_once(running: Venue) -> None:
    await running.buy("AAPL", "1")
    await running.buy("SPY", "2")
    await arm(running, "bust_last_fill", symbol="AAPL")
    assert [row["symbol"] for row in await running.ask("GET", "/v2/positions")] == ["SPY"]
    await arm(running, "bust_last_fill")
    assert await running.ask("GET", "/v2/positions") == []
    body = {"fault": "bust_last_fill"}
    assert await running.ask("POST", "/control", json=body, status=404) == {
        "message": "no execution stands"
    }


async def test_a_fill_that_was_taken_back_already_stays_so(running: Venue) -> None:
    await arm(running, "bust_next_fill", delay=60)
    await running.buy("AAPL", "1")
    await arm(running, "bust_last_fill")
    running.run_for(60)
    assert await running.ask("GET", "/v2/positions") == []


async def test_a_stranger_trades_in_the_account(running: Venue) -> None:
    async with orders(running) as socket:
        await arm(running, "stranger_trades", symbol="SPY", qty="5", client_order_id="manual-1")
        await arm(running, "stranger_trades", symbol="MSFT", side="buy", limit_price="50")
        running.run_for(30)
        heard = await updates(socket, 5)
    assert {each["order"]["symbol"] for each in heard} == {"SPY", "MSFT"}
    assert "manual-1" in {each["order"]["client_order_id"] for each in heard}
    (position,) = await running.ask("GET", "/v2/positions")
    assert (position["symbol"], position["qty"]) == ("SPY", "5")
    (order,) = await running.ask("GET", "/v2/orders")
    assert (order["symbol"], order["status"], order["limit_price"]) == ("MSFT", "new", "50")


async def test_a_stranger_keeps_the_rules(running: Venue) -> None:
    body = {"fault": "stranger_trades", "symbol": "SPY", "qty": "1000000"}
    answer = await running.ask("POST", "/control", json=body, status=403)
    assert answer == {"message": "insufficient buying power"}


async def test_a_fault_can_be_of_another_account(running: Venue) -> None:
    await arm(running, "reject_after_accept", account=OTHER.account_id)
    assert (await running.buy("AAPL", "1"))["status"] == "filled"
    async with running.session(OTHER) as http, http.post("/v2/orders", json=ORDER) as answer:
        order = await answer.json()
        running.run_for(1)
    async with running.session(OTHER) as http, http.get(f"/v2/orders/{order['id']}") as answer:
        assert (await answer.json())["status"] == "rejected"


async def test_an_unknown_account_is_refused(running: Venue) -> None:
    body = {"fault": "stuck_cancel", "account": "nobody"}
    answer = await running.ask("POST", "/control", json=body, status=404)
    assert answer == {"message": "account not found for nobody"}


async def test_a_fault_waits_for_its_instant_and_is_shown_before(running: Venue) -> None:
    shown = await arm(running, "mute_orders", after=10, seconds=5)
    assert shown["faults"] == [{"fault": "mute_orders", "after": 10.0, "seconds": 5.0}]
    async with orders(running) as socket:
        for _ in range(3):
            await running.ask("POST", "/v2/orders", json=RESTING)
            running.run_for(8)
        heard = await events(socket, 4)
    assert heard == ["pending_new", "new", "pending_new", "new"]


async def test_cash_comes_and_leaves_and_is_listed_as_what_it_is(running: Venue) -> None:
    await running.buy("AAPL", "1")
    before = await running.ask("GET", "/v2/account")
    await arm(running, "cash_transfer", amount="5000")
    running.run_for(1)
    await arm(running, "cash_transfer", amount="-1250.5")
    running.run_for(1)
    after = await running.ask("GET", "/v2/account")
    assert float(after["cash"]) - float(before["cash"]) == 3749.5
    assert after["last_equity"] == before["last_equity"] == "100000"
    path = "/v2/account/activities"
    rows = await running.ask("GET", f"{path}?direction=asc")
    assert [row["activity_type"] for row in rows] == ["JNLC", "FILL", "CSD", "CSW"]
    assert [row["net_amount"] for row in rows[2:]] == ["5000", "-1250.5"]
    assert set(rows[2]) == set(rows[0])
    assert await running.ask("GET", f"{path}/CSW") == rows[3:]
    assert await running.ask("GET", f"{path}?category=non_trade_activity") == [
        rows[3], rows[2], rows[0],
    ]  # fmt: skip
    pages, token = [], ""
    while page := await running.ask("GET", f"{path}?page_size=1&page_token={token}"):
        pages += page
        token = page[-1]["id"]
    assert pages == rows[::-1]


@pytest.mark.parametrize("amount", ["0", "NaN", "Infinity"])
async def test_no_cash_is_no_transfer(running: Venue, amount: str) -> None:
    body = await running.ask(
        "POST", "/control", json={"fault": "cash_transfer", "amount": amount}, status=422
    )
    assert "invalid amount" in body["message"]
