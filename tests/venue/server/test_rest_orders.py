"""Orders over REST, as the many clients send them."""

from typing import Any

import pytest

from tests.venue.server.conftest import OTHER, Venue
from tradeengine.model.instants import parse_instant

ORDER = {"symbol": "AAPL", "qty": "2", "side": "buy", "type": "limit", "time_in_force": "day"}


async def resting(venue: Venue, **terms: Any) -> Any:  # noqa: ANN401 - any JSON
    """Submit an order far below the market and let it rest."""
    body = {**ORDER, "limit_price": "100", **terms}
    made = await venue.ask("POST", "/v2/orders", json=body)
    venue.run_for(1)
    return made


async def test_a_submit_answers_pending_new_at_the_clocks_instant(venue: Venue) -> None:
    venue.run_for(90.5)
    made = await venue.ask("POST", "/v2/orders", json={**ORDER, "limit_price": 100})
    assert made["status"] == "pending_new"
    assert made["created_at"] == made["submitted_at"] == "2019-02-13T15:01:30.5Z"
    venue.run_for(1)
    routed = await venue.ask("GET", f"/v2/orders/{made['id']}")
    assert routed["status"] == "new"
    assert parse_instant(routed["submitted_at"]) > parse_instant(routed["created_at"])


async def test_plain_text_bodies_and_asset_ids_are_understood(venue: Venue) -> None:
    asset = await venue.ask("GET", "/v2/assets/AAPL")
    body = (
        f'{{"symbol":"{asset["id"]}","qty":2.0,"side":"buy","type":"market",'
        '"time_in_force":"day","extended_hours":false,"limit_price":null,"order_class":""}'
    )
    made = await venue.ask(
        "POST", "/v2/orders", data=body, headers={"Content-Type": "text/plain;charset=UTF-8"}
    )
    assert (made["symbol"], made["qty"]) == ("AAPL", "2")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"qty": "0"}, 422, "qty must be > 0"),
        ({"limit_price": None}, 422, "limit orders require a limit price"),
        ({"qty": "x"}, 422, "invalid qty"),
        ({"type": "fancy"}, 422, "invalid order type"),
        ({"symbol": "ZZZZ"}, 422, 'asset "ZZZZ" not found'),
    ],
)
async def test_refusals_have_the_brokers_words(
    venue: Venue, change: dict[str, Any], status: int, message: str
) -> None:
    body = {**ORDER, "limit_price": "100", **change}
    assert (await venue.ask("POST", "/v2/orders", json=body, status=status))["message"] == message


async def test_a_broken_body_is_refused(venue: Venue) -> None:
    body = await venue.ask("POST", "/v2/orders", data="{", status=400)
    assert body == {"code": 40010000, "message": "request body format is invalid"}


async def test_insufficient_buying_power_says_how_much_there_is(venue: Venue) -> None:
    venue.run_for(60)
    body = await venue.ask(
        "POST", "/v2/orders", json={**ORDER, "qty": "1000000", "limit_price": "170"}, status=403
    )
    assert (body["code"], body["message"]) == (40310000, "insufficient buying power")
    assert body["buying_power"] == "400000.00"


async def test_orders_are_listed_by_status_symbol_and_side(venue: Venue) -> None:
    first = await resting(venue)
    second = await resting(venue, symbol="SPY", client_order_id="mine")
    await venue.ask("DELETE", f"/v2/orders/{first['id']}", status=204)
    venue.run_for(1)

    async def ids(query: str) -> list[str]:
        return [row["id"] for row in await venue.ask("GET", f"/v2/orders{query}")]

    assert await ids("") == [second["id"]]
    assert await ids("?status=closed") == [first["id"]]
    assert await ids("?status=all") == [second["id"], first["id"]]
    assert await ids("?status=all&direction=asc&limit=1") == [first["id"]]
    assert await ids("?status=all&symbols=AAPL") == [first["id"]]
    assert await ids("?status=all&side=sell") == []
    assert await ids("?status=all&asset_class=crypto") == []
    assert await ids("?status=all&asset_class=us_equity,crypto") == [second["id"], first["id"]]
    assert await ids(f"?status=all&until={second['created_at']}") == [first["id"]]
    assert await ids(f"?status=all&after_order_id={first['id']}") == [second["id"]]
    assert await ids(f"?status=all&before_order_id={second['id']}") == [first["id"]]
    body = await venue.ask("GET", "/v2/orders?status=odd", status=422)
    assert body["message"] == "invalid status: odd"


async def test_an_order_is_found_by_its_client_order_id(venue: Venue) -> None:
    made = await resting(venue, client_order_id="mine:1")
    found = await venue.ask("GET", "/v2/orders:by_client_order_id?client_order_id=mine:1")
    assert found["id"] == made["id"]
    missing = await venue.ask("GET", "/v2/orders:by_client_order_id?client_order_id=x", status=404)
    assert missing["code"] == 40410000


async def test_an_account_does_not_see_anothers_orders(venue: Venue) -> None:
    made = await resting(venue)
    async with venue.session(OTHER) as http, http.get(f"/v2/orders/{made['id']}") as answer:
        assert answer.status == 404
        body = await answer.json()
        assert body["message"] == f"order not found for {made['id']}"


async def test_legs_are_rolled_up_when_nested(venue: Venue) -> None:
    made = await resting(
        venue,
        order_class="bracket",
        take_profit={"limit_price": "120"},
        stop_loss={"stop_price": "90"},
    )
    nested = await venue.ask("GET", "/v2/orders?nested=True")
    assert [row["id"] for row in nested] == [made["id"]]
    assert len(nested[0]["legs"]) == 2
    flat = await venue.ask("GET", "/v2/orders?nested=false")
    assert len(flat) == 3
    assert all(row["legs"] is None for row in flat)


async def test_a_replace_makes_a_new_order(venue: Venue) -> None:
    made = await resting(venue)
    new = await venue.ask("PATCH", f"/v2/orders/{made['id']}", json={"qty": 5, "limit_price": 99.5})
    assert new["replaces"] == made["id"]
    venue.run_for(1)
    old = await venue.ask("GET", f"/v2/orders/{made['id']}")
    assert (old["status"], old["replaced_by"]) == ("replaced", new["id"])
    assert (await venue.ask("GET", f"/v2/orders/{new['id']}"))["limit_price"] == "99.5"


async def test_cancel_all_answers_each_order(venue: Venue) -> None:
    ids = {(await resting(venue, limit_price=str(price)))["id"] for price in (100, 101)}
    rows = await venue.ask("DELETE", "/v2/orders", status=207)
    assert {row["id"] for row in rows} == ids
    assert {row["status"] for row in rows} == {200}
    venue.run_for(1)
    assert await venue.ask("GET", "/v2/orders") == []


async def test_a_suspended_account_submits_nothing(venue: Venue) -> None:
    await venue.ask("PATCH", "/v2/account/configurations", json={"suspend_trade": True})
    body = await venue.ask("POST", "/v2/orders", json={**ORDER, "limit_price": "1"}, status=403)
    assert body["message"] == "new orders are rejected by user request"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v2/orders?direction=up", "invalid direction: up"),
        ("/v2/orders?side=hold", "invalid side: hold"),
        ("/v2/orders?status=some", "invalid status: some"),
        (
            "/v2/orders?before_order_id=a&after_order_id=b",
            "before_order_id and after_order_id cannot be used together",
        ),
        ("/v2/orders:by_client_order_id", "client_order_id is missing"),
    ],
)
async def test_a_list_that_cannot_be_is_refused(venue: Venue, path: str, message: str) -> None:
    body = await venue.ask("GET", path, status=422)
    assert body == {"code": 40010001, "message": message}
