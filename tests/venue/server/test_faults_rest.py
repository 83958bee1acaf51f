"""Faults of REST answers, as a client sees them."""

import asyncio

import aiohttp
import pytest

from tests.venue.server.conftest import Venue
from tests.venue.server.fault_clients import ORDER, RESTING, arm


async def by_client_id(venue: Venue, name: str) -> str:
    found = await venue.ask("GET", f"/v2/orders:by_client_order_id?client_order_id={name}")
    return str(found["client_order_id"])


async def test_a_new_order_is_accepted_and_called_a_duplicate(controlled: Venue) -> None:
    await arm(controlled, "next_order_422_after_accept")
    order = {**ORDER, "client_order_id": "x"}
    body = await controlled.ask("POST", "/v2/orders", json=order, status=422)
    assert body == {"code": 40010001, "message": "client_order_id must be unique"}
    assert await by_client_id(controlled, "x") == "x"
    await controlled.ask("POST", "/v2/orders", json={**ORDER, "client_order_id": "y"})


@pytest.mark.parametrize("carried_out", [False, True])
async def test_a_bad_gateway_is_a_page(controlled: Venue, carried_out: bool) -> None:
    await arm(controlled, "bad_gateway", path="/v2/orders", carried_out=carried_out)
    await controlled.ask("GET", "/v2/account")
    async with controlled.http.post("/v2/orders", json=ORDER) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert "502 Bad Gateway" in await answer.text()
        assert "X-Request-ID" not in answer.headers
    found = await controlled.ask("GET", "/v2/orders?status=all")
    assert len(found) == int(carried_out)


async def test_an_answer_can_be_empty(controlled: Venue) -> None:
    await arm(controlled, "empty_body", method="GET")
    async with controlled.http.post("/v2/orders", json=ORDER) as answer:
        assert await answer.read() != b""
    async with controlled.http.get("/v2/positions") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert "X-Request-ID" in answer.headers


async def test_too_many_requests_with_the_headers(controlled: Venue) -> None:
    await arm(controlled, "too_many_requests", retry_after=3)
    async with controlled.http.post("/v2/orders", json=ORDER) as answer:
        assert answer.status == 429
        assert answer.headers["X-Ratelimit-Remaining"] == "0"
        assert "X-Ratelimit-Reset" in answer.headers
        assert answer.headers["Retry-After"] == "3"
    assert await controlled.ask("GET", "/v2/orders?status=all") == []


async def test_too_many_requests_without_any_header(controlled: Venue) -> None:
    await arm(controlled, "too_many_requests", headers=False, path="/v2/account")
    async with controlled.http.get("/v2/account") as answer:
        assert answer.status == 429
        assert (await answer.json())["code"] == 42910000
        assert [name for name in answer.headers if name.lower().startswith(("x-", "retry"))] == []


async def test_an_answer_comes_later_than_the_client_waits(controlled: Venue) -> None:
    await arm(controlled, "delay_answer", method="POST", hold=10)
    waits = aiohttp.ClientTimeout(total=0.05)
    with pytest.raises(TimeoutError):
        await controlled.ask(
            "POST", "/v2/orders", json={**RESTING, "client_order_id": "x"}, timeout=waits
        )
    assert await by_client_id(controlled, "x") == "x"
    controlled.run_for(10)


async def test_a_late_answer_still_comes(controlled: Venue) -> None:
    controlled.run_for(30)
    await arm(controlled, "delay_answer", method="POST", hold=10)
    asking = asyncio.create_task(controlled.ask("POST", "/v2/orders", json=ORDER))
    while not await controlled.ask("GET", "/v2/orders?status=all"):
        pass
    controlled.run_for(9)
    await controlled.ask("GET", "/v2/account")
    assert not asking.done()
    controlled.run_for(1)
    assert (await asking)["status"] == "pending_new"
    assert (await controlled.ask("GET", "/v2/orders?status=all"))[0]["status"] == "filled"


async def test_one_order_of_a_list_has_a_status_nobody_knows(controlled: Venue) -> None:
    await controlled.ask("POST", "/v2/orders", json=RESTING)
    await controlled.ask("POST", "/v2/orders", json=RESTING)
    await arm(controlled, "unknown_enum", where="rest")
    statuses = [row["status"] for row in await controlled.ask("GET", "/v2/orders")]
    assert statuses == ["quantum", "pending_new"]
    statuses = [row["status"] for row in await controlled.ask("GET", "/v2/orders")]
    assert statuses == ["pending_new", "pending_new"]


async def test_a_position_has_an_asset_class_nobody_knows(controlled: Venue) -> None:
    await controlled.buy("AAPL", "1")
    await arm(
        controlled,
        "unknown_enum",
        where="rest",
        path="/v2/positions",
        field="asset_class",
        value="ipo",
    )
    rows = await controlled.ask("GET", "/v2/positions")
    assert rows[0]["asset_class"] == "ipo"


async def test_an_answer_has_a_field_more_and_a_field_less(controlled: Venue) -> None:
    plain = await controlled.ask("GET", "/v2/account")
    await arm(controlled, "unknown_field", where="rest", path="/v2/account", field="karma", value=1)
    await arm(controlled, "missing_field", where="rest", path="/v2/account", field="multiplier")
    body = await controlled.ask("GET", "/v2/account")
    assert body.keys() - plain.keys() == {"karma"}
    assert plain.keys() - body.keys() == {"multiplier"}
    assert await controlled.ask("GET", "/v2/account") == plain
