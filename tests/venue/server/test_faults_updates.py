"""Faults of trade updates, as a client sees them."""

import asyncio

from tests.venue.server.conftest import ENGINE, OTHER, Venue
from tests.venue.server.fault_clients import (
    ORDER,
    RESTING,
    arm,
    events,
    listen,
    orders,
    update,
    updates,
)


async def test_data_is_null_in_the_place_of_an_update(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "null_update")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        assert await update(socket) is None
        assert await events(socket, 1) == ["new"]


async def test_data_is_null_before_an_update_of_choice(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "null_update", instead=False, event="new")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        first, second, third = await updates(socket, 3)
        assert (first["event"], second, third["event"]) == ("pending_new", None, "new")


async def test_a_fill_comes_twice(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "duplicate_update", event="fill")
        await controlled.buy("AAPL", "1")
        *_, third, fourth = await updates(socket, 4)
        assert third["event"] == "fill"
        assert third == fourth


async def test_two_updates_change_places(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "swap_updates", event="new")
        await controlled.buy("AAPL", "1")
        assert await events(socket, 3) == ["pending_new", "fill", "new"]
        await controlled.buy("AAPL", "1")
        assert await events(socket, 3) == ["pending_new", "new", "fill"]
    assert (await controlled.ask("GET", "/control"))["faults"] == []


async def test_updates_of_two_accounts_do_not_change_places(controlled: Venue) -> None:
    async with controlled.session(OTHER) as http, http.ws_connect("/stream") as other:
        await listen(other)
        async with orders(controlled) as socket:
            await arm(controlled, "swap_updates")
            await controlled.ask("POST", "/v2/orders", json=RESTING)
            async with http.post("/v2/orders", json=RESTING) as answer:
                assert answer.status == 200
            assert await events(other, 1) == ["pending_new"]
            controlled.run_for(1)
            assert await events(socket, 2) == ["new", "pending_new"]


async def test_a_fill_comes_before_the_answer_to_its_order(controlled: Venue) -> None:
    controlled.run_for(30)
    async with orders(controlled) as socket:
        await arm(controlled, "fill_before_answer", hold=1)
        asking = asyncio.create_task(controlled.ask("POST", "/v2/orders", json=ORDER))
        assert (await events(socket, 3))[:2] == ["pending_new", "new"]
        assert not asking.done()
        async with asyncio.timeout(30):
            while not asking.done():
                controlled.run_for(1)
                await asyncio.sleep(0)
        assert asking.result()["status"] == "pending_new"
        assert asking.result()["filled_qty"] == "0"


async def test_it_is_the_next_order_only(controlled: Venue) -> None:
    controlled.run_for(30)
    await arm(controlled, "fill_before_answer")
    first = await controlled.ask("POST", "/v2/orders", json=ORDER)
    second = await controlled.ask("POST", "/v2/orders", json=ORDER)
    statuses = [
        (await controlled.ask("GET", f"/v2/orders/{order['id']}"))["status"]
        for order in (first, second)
    ]
    assert statuses == ["filled", "pending_new"]
    assert ENGINE.account_id == controlled.server.publisher.account_id
