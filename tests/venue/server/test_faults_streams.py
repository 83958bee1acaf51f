"""Faults of frames and of what is in them, as a client sees them."""

import json
from typing import Any

import aiohttp
import msgpack  # type: ignore[import-untyped] # ships no types
import pytest

from tests.venue.server.conftest import Venue
from tests.venue.server.fault_clients import (
    RESTING,
    all_so_far,
    arm,
    data,
    events,
    orders,
    quotes_until,
    update,
)


async def test_one_data_frame_is_lost(controlled: Venue) -> None:
    async with data(controlled) as socket:
        whole = len(controlled.market.quotes("AAPL", controlled.clock.now(), 2**62))
        assert whole
        await arm(controlled, "drop_frame", stream="data")
        shown = await quotes_until(controlled, socket, 60)
    sent = [
        quote
        for symbol in controlled.market.symbols
        for quote in controlled.market.quotes(
            symbol, controlled.clock.now() - 60 * 10**9, controlled.clock.now()
        )
    ]
    assert len(shown) == len(sent) - 1


async def test_a_frame_that_nobody_would_hear_is_not_the_lost_one(controlled: Venue) -> None:
    async with data(controlled, statuses=["*"]) as socket:
        await arm(controlled, "drop_frame", stream="data")
        controlled.run_for(60)
        controlled.exchange.set_halt("AAPL", True)
        controlled.run_for(1)
        controlled.exchange.set_halt("AAPL", False)
        controlled.run_for(1)
        assert [m["sc"] for m in await all_so_far(socket)] == ["T"]


async def test_a_data_frame_ends_too_early(controlled: Venue) -> None:
    async with data(controlled) as socket:
        await arm(controlled, "truncated_frame", stream="data", share=0.5)
        controlled.run_for(60)
        frame = await socket.receive_str(timeout=30)
        assert frame.startswith('[{"T":"q"')
        with pytest.raises(json.JSONDecodeError):
            json.loads(frame)
        assert (await all_so_far(socket))[0]["T"] == "q"


async def test_a_data_frame_is_no_message(controlled: Venue) -> None:
    async with data(controlled) as socket:
        await arm(controlled, "malformed_frame", stream="data")
        controlled.run_for(60)
        assert await socket.receive_str(timeout=30) == '[{"T":"q",}'
        assert (await all_so_far(socket))[0]["T"] == "q"


async def test_update_frames_are_lost_cut_and_replaced(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "drop_frame", stream="orders")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        assert await events(socket, 1) == ["new"]
        await arm(controlled, "truncated_frame", stream="orders")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        with pytest.raises(json.JSONDecodeError):
            json.loads(await socket.receive_bytes(timeout=30))
        await arm(controlled, "malformed_frame", stream="orders", text="\x01")
        controlled.run_for(1)
        assert await socket.receive_bytes(timeout=30) == b"\x01"


@pytest.mark.parametrize(
    ("field", "place"), [("status", "order"), ("asset_class", "order"), ("event", None)]
)
async def test_an_update_has_a_value_nobody_knows(
    controlled: Venue, field: str, place: str | None
) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "unknown_enum", field=field, value="ipo", kind="new")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        first, second = await update(socket), await update(socket)
        assert first["event"] == "pending_new"
        assert (second[place] if place else second)[field] == "ipo"


async def test_an_update_has_a_field_more_and_a_field_less(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "unknown_field", times=2)
        await arm(controlled, "missing_field", field="event_id")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        first, second = await update(socket), await update(socket)
        assert first["order"]["quantum_state"] == second["order"]["quantum_state"] == "both"
        assert "event_id" not in first
        assert "event_id" in second


async def test_two_faults_may_strike_one_update(controlled: Venue) -> None:
    async with orders(controlled) as socket:
        await arm(controlled, "missing_field", field="event")
        await arm(controlled, "missing_field", field="order")
        await arm(controlled, "unknown_field")
        await arm(controlled, "duplicate_update")
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        controlled.run_for(1)
        first, second = await update(socket), await update(socket)
    assert first == second
    assert not {"event", "order"} & first.keys()
    assert first["quantum_state"] == "both"


async def test_data_messages_of_unknown_type_and_shape(controlled: Venue) -> None:
    async with data(controlled, quotes=["AAPL"], trades=["AAPL"]) as socket:
        await arm(controlled, "unknown_enum", where="data", kind="t", field="T", value="zz")
        await arm(controlled, "unknown_field", where="data", kind="q")
        await arm(controlled, "missing_field", where="data", kind="q", field="bp")
        shown = await quotes_until(controlled, socket, 60)
    assert [m["T"] for m in shown].count("zz") == 1
    quotes = [m for m in shown if m["T"] == "q"]
    assert "quantum_state" in quotes[0]
    assert "bp" not in quotes[0]
    assert "bp" in quotes[1]


async def test_msgpack_lacks_the_instant_too(controlled: Venue) -> None:
    headers = {"Content-Type": "application/msgpack"}
    async with controlled.http.ws_connect(controlled.urls.data_stream, headers=headers) as socket:
        for _ in range(2):
            await socket.receive_bytes()
        await socket.send_json({"action": "subscribe", "quotes": ["AAPL"]})
        await socket.receive_bytes()
        await arm(controlled, "missing_field", where="data", field="t")
        controlled.run_for(60)
        first, second = [await unpacked(socket) for _ in range(2)]
    assert "t" not in first
    assert "t" in second


async def unpacked(socket: aiohttp.ClientWebSocketResponse) -> Any:  # noqa: ANN401 - any msgpack
    return msgpack.unpackb(await socket.receive_bytes(timeout=30), timestamp=3)[0]


async def test_the_clocks_go_wrong_together(controlled: Venue) -> None:
    async with data(controlled, quotes=["AAPL"]) as feed, orders(controlled) as news:
        await arm(controlled, "clock_skew", skew=-3600, seconds=60)
        shown = await controlled.ask("GET", "/v2/clock")
        assert shown["timestamp"] == "2019-02-13T09:00:00-05:00"
        assert shown["is_open"] is False
        await controlled.ask("POST", "/v2/orders", json=RESTING)
        assert (await update(news))["timestamp"] == "2019-02-13T14:00:00Z"
        heard = await quotes_until(controlled, feed, 59)
        assert heard[0]["t"].startswith("2019-02-13T14:00:")
        controlled.run_for(1)
        assert (await controlled.ask("GET", "/v2/clock"))["is_open"] is True


async def test_one_clock_goes_wrong_alone(controlled: Venue) -> None:
    await arm(controlled, "clock_skew", skew=90, where="data")
    shown = await controlled.ask("GET", "/v2/clock")
    assert shown["timestamp"] == "2019-02-13T10:00:00-05:00"
