"""Faults are switched on over the control endpoint and seen by real clients."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from tests.venue.server.conftest import Venue
from tests.venue.server.fault_clients import AUTH, all_so_far, arm, data, orders
from tradeengine.venue.server.control import Control

ORDER = {"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}


async def test_there_is_no_control_endpoint_unless_asked_for(venue: Venue) -> None:
    assert venue.urls.control_url is None
    async with venue.http.post("/control", json={"fault": "mute_data"}) as answer:
        assert answer.status == 404


async def test_faults_in_force_are_shown_and_cleared(controlled: Venue) -> None:
    assert await arm(controlled, "mute_data", seconds=30) == {
        "faults": [{"fault": "mute_data", "seconds": 30.0}]
    }
    await arm(controlled, "data_406")
    assert len((await controlled.ask("GET", "/control"))["faults"]) == 2
    assert await arm(controlled, "clear") == {"faults": []}


async def test_a_fault_that_is_not_known_is_explained(controlled: Venue) -> None:
    body = await controlled.ask("POST", "/control", json={"fault": "rain"}, status=400)
    assert "rain" in body["message"]


async def test_an_option_that_is_not_known_is_refused(controlled: Venue) -> None:
    """A misspelt `seconds` would mute the feed for ever."""
    fault = {"fault": "mute_data", "secconds": 30}
    body = await controlled.ask("POST", "/control", json=fault, status=400)

    assert body == {"message": "Object contains unknown field `secconds`"}
    assert await controlled.ask("GET", "/control") == {"faults": []}


async def test_other_machines_are_not_heard(controlled: Venue) -> None:
    desk = controlled.server.publisher
    control = Control(desk.faults, desk, desk.clock, {})
    request = make_mocked_request("GET", "/control")
    for route in control.routes():
        with pytest.raises(aiohttp.web.HTTPForbidden):
            await route.handler(request)


async def test_the_log_tells_when_faults_begin_and_who_knocked(controlled: Venue) -> None:
    await arm(controlled, "mute_data", seconds=5, at="10:00:30")
    await arm(controlled, "handshake_429", stream="data")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await controlled.http.ws_connect(controlled.urls.data_stream)
    controlled.run_for(2)
    async with data(controlled), orders(controlled):
        log = await controlled.ask("GET", "/control/log")
    assert log["now"] == "2019-02-13T15:00:02Z"
    assert log["faults"] == [
        {"fault": "mute_data", "begins_at": "2019-02-13T15:00:30Z"},
        {"fault": "handshake_429", "begins_at": "2019-02-13T15:00:00Z"},
    ]
    assert log["streams"] == {
        "data": {
            "handshakes": 2,
            "open": 1,
            "most_open": 1,
            "asked_at": ["2019-02-13T15:00:00Z", "2019-02-13T15:00:02Z"],
        },
        "orders": {
            "handshakes": 1,
            "open": 1,
            "most_open": 1,
            "asked_at": ["2019-02-13T15:00:02Z"],
        },
    }


async def test_muted_data_is_silent_but_answers_pings(controlled: Venue) -> None:
    async with data(controlled) as socket:
        await arm(controlled, "mute_data", seconds=60)
        controlled.run_for(59)
        await socket.send_json({"action": "subscribe", "quotes": []})
        assert (await socket.receive_json())[0]["T"] == "subscription"
        controlled.run_for(30)
        assert (await socket.receive_json())[0]["T"] == "q"


async def test_one_channel_can_be_muted_alone(controlled: Venue) -> None:
    async with data(controlled, quotes=["*"], trades=["*"], bars=["*"]) as socket:
        await arm(controlled, "mute_data", channel="trades", seconds=90)
        controlled.run_for(80)
        assert {message["T"] for message in await all_so_far(socket)} == {"q", "b"}
        controlled.run_for(60)
        assert "t" in {message["T"] for message in await all_so_far(socket)}


@pytest.mark.parametrize("stream", ["data", "orders"])
async def test_a_dropped_connection_ends_without_a_close_frame(
    controlled: Venue, stream: str
) -> None:
    async with (data if stream == "data" else orders)(controlled) as socket:
        await arm(controlled, "drop_connection", stream=stream)
        message = await socket.receive(timeout=30)
        assert message.type is aiohttp.WSMsgType.CLOSED or message.data == 1006
        assert socket.close_code == 1006


async def test_an_order_answered_504_is_on_the_books(controlled: Venue) -> None:
    await arm(controlled, "next_order_504_after_accept")
    async with controlled.http.post("/v2/orders", json={**ORDER, "client_order_id": "x"}) as answer:
        assert (answer.status, answer.content_type) == (504, "text/html")
        assert "X-Request-ID" in answer.headers
    await controlled.ask("GET", "/v2/orders:by_client_order_id?client_order_id=x")
    await controlled.ask("POST", "/v2/orders", json=ORDER)


async def test_a_rejected_order_is_not_on_the_books(controlled: Venue) -> None:
    await arm(controlled, "reject_next_order", status=422, code=42210000, message="no")
    body = await controlled.ask("POST", "/v2/orders", json=ORDER, status=422)
    assert body == {"code": 42210000, "message": "no"}
    assert await controlled.ask("GET", "/v2/orders?status=all") == []


async def test_a_dropped_fill_frame_is_missing_from_the_stream_only(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "drop_fill_frame")
        filled = await controlled.buy("AAPL", "1")
        assert filled["status"] == "filled"
        await controlled.buy("AAPL", "1")
        events = []
        async with asyncio.timeout(30):
            while "fill" not in events:
                events.append(json.loads(await socket.receive_bytes())["data"]["event"])
    assert events == ["pending_new", "new", "pending_new", "new", "fill"]


async def test_data_connections_are_refused_for_a_while(controlled: Venue) -> None:
    await arm(controlled, "data_406", seconds=10)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(controlled.urls.data_stream) as socket,
    ):
        await socket.receive_json()
        await socket.send_json(AUTH)
        assert (await socket.receive_json())[0]["code"] == 406
        controlled.run_for(10)
        await socket.send_json(AUTH)
        assert (await socket.receive_json())[0]["msg"] == "authenticated"
