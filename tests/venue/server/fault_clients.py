"""Raw clients that see what faults do: no engine, nothing but aiohttp."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.venue.server.conftest import ENGINE, Venue

AUTH = {"action": "auth", "key": ENGINE.key, "secret": ENGINE.secret}
ORDER = {"symbol": "AAPL", "qty": "10", "side": "buy", "type": "market", "time_in_force": "day"}
RESTING = {**ORDER, "type": "limit", "limit_price": "100"}

Socket = aiohttp.ClientWebSocketResponse


async def arm(venue: Venue, fault: str, **options: object) -> Any:  # noqa: ANN401 - any JSON
    """Switch a fault on over the control endpoint."""
    return await venue.ask("POST", "/control", json={"fault": fault, **options})


@asynccontextmanager
async def data(venue: Venue, **channels: object) -> AsyncIterator[Socket]:
    """A data socket that hears every quote, or the channels asked for."""
    async with venue.http.ws_connect(venue.urls.data_stream) as socket:
        await socket.receive_json()
        await socket.receive_json()
        await socket.send_json({"action": "subscribe", **(channels or {"quotes": ["*"]})})
        await socket.receive_json()
        yield socket


@asynccontextmanager
async def orders(venue: Venue) -> AsyncIterator[Socket]:
    """A socket that hears trade updates."""
    async with venue.http.ws_connect(venue.urls.trading_stream) as socket:
        await listen(socket)
        yield socket


async def listen(socket: Socket) -> None:
    """Listen for trade updates; the acknowledgement is the next frame."""
    await socket.send_json({"action": "listen", "data": {"streams": ["trade_updates"]}})
    await socket.receive()


async def update(socket: Socket) -> Any:  # noqa: ANN401 - any JSON
    """Give the data of the next trade update."""
    return json.loads(await socket.receive_bytes(timeout=30))["data"]


async def updates(socket: Socket, number: int) -> list[Any]:
    """Give the data of the next trade updates."""
    return [await update(socket) for _ in range(number)]


async def events(socket: Socket, number: int) -> list[str]:
    """Give the events of the next trade updates."""
    return [each["event"] for each in await updates(socket, number)]


async def quotes_until(venue: Venue, socket: Socket, seconds: float) -> list[Any]:
    """Give all data messages that come while venue time moves on."""
    venue.run_for(seconds)
    return await all_so_far(socket)


async def all_so_far(socket: Socket) -> list[Any]:
    """Give the messages up to the answer to a request that changes nothing."""
    await socket.send_json({"action": "subscribe", "quotes": []})
    heard: list[Any] = []
    while True:
        messages = await socket.receive_json(timeout=30)
        if messages[0]["T"] == "subscription":
            return heard
        heard += messages


def anonymous() -> aiohttp.ClientSession:
    """A session without credentials in its headers."""
    return aiohttp.ClientSession()
