"""The unmodified alpaca-py clients, pointed at a venue of the tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from alpaca.data.historical import StockHistoricalDataClient
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    OrderStatus,
)
from alpaca.trading.requests import (
    GetOrdersRequest,
    OrderRequest,
)

from tests.venue.server.conftest import ENGINE, Venue

SPEED = 120.0


def trading(venue: Venue) -> TradingClient:
    return TradingClient(ENGINE.key, ENGINE.secret, url_override=venue.urls.trading_url)


def history(venue: Venue) -> StockHistoricalDataClient:
    return StockHistoricalDataClient(ENGINE.key, ENGINE.secret, url_override=venue.urls.data_url)


async def call(method: Callable[..., Any], *args: Any, **named: Any) -> Any:  # noqa: ANN401
    """Call a blocking client in a thread; its return types are unions with raw data."""
    return await asyncio.to_thread(method, *args, **named)


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that other tasks will bring about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the clients have no event to wait for
            await asyncio.sleep(0.01)


async def submitted(client: TradingClient, request: OrderRequest) -> Any:  # noqa: ANN401 - untyped
    return await call(client.submit_order, request)


async def settled(client: TradingClient, order_id: Any, *statuses: OrderStatus) -> Any:  # noqa: ANN401
    """Poll an order until it has one of the statuses."""
    async with asyncio.timeout(30):
        while True:
            order = await call(client.get_order_by_id, order_id)
            if order.status in statuses:
                return order
            await asyncio.sleep(0.02)


async def until_none(client: TradingClient, request: GetOrdersRequest) -> None:
    """Poll until no order fits a request."""
    async with asyncio.timeout(30):
        while await call(client.get_orders, request):  # noqa: ASYNC110 - polls REST
            await asyncio.sleep(0.02)


@asynccontextmanager
async def streaming(stream: Any) -> AsyncIterator[None]:  # noqa: ANN401 - either stream class
    """Run a stream of alpaca-py in this loop."""
    running = asyncio.create_task(stream._run_forever(), name="alpaca-py stream")
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        await stream.close()
