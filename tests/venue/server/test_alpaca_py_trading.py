"""The unmodified alpaca-py trading clients do a full round over real sockets."""

import datetime as dt
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.enums import (
    AssetClass,
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    QueryOrderStatus,
    TimeInForce,
)
from alpaca.trading.models import TradeUpdate
from alpaca.trading.requests import (
    ClosePositionRequest,
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetOrderByIdRequest,
    GetOrdersRequest,
    GetPortfolioHistoryRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)
from alpaca.trading.stream import TradingStream

from tests.venue.server.alpaca_clients import (
    SPEED,
    call,
    settled,
    streaming,
    submitted,
    trading,
    until,
    until_none,
)
from tests.venue.server.conftest import ENGINE, OpenVenue, Venue


@pytest.fixture
async def running(open_venue: OpenVenue) -> Venue:
    """A venue that runs free, two minutes a second."""
    return await open_venue(speed=SPEED)


async def test_account_clock_calendar_and_assets(running: Venue) -> None:
    client = trading(running)
    account = await call(client.get_account)
    assert (account.cash, account.buying_power, account.status.value) == (
        "100000",
        "400000",
        "ACTIVE",
    )
    clock = await call(client.get_clock)
    assert clock.is_open
    assert clock.next_close.isoformat() == "2019-02-13T16:00:00-05:00"
    days = await call(
        client.get_calendar,
        GetCalendarRequest(start=dt.date(2019, 2, 13), end=dt.date(2019, 2, 19)),
    )
    assert [str(day.date) for day in days] == [
        "2019-02-13",
        "2019-02-14",
        "2019-02-15",
        "2019-02-19",
    ]
    assets = await call(client.get_all_assets, GetAssetsRequest(asset_class=AssetClass.US_EQUITY))
    assert [asset.symbol for asset in assets] == ["AAPL", "MSFT", "SPY"]
    apple = await call(client.get_asset, "AAPL")
    assert await call(client.get_asset, apple.id) == apple
    with pytest.raises(APIError, match="asset not found for ZZZZ"):
        await call(client.get_asset, "ZZZZ")


async def test_configurations_portfolio_history_and_watchlists(running: Venue) -> None:
    client = trading(running)
    configurations = await call(client.get_account_configurations)
    configurations.no_shorting = True
    changed = await call(client.set_account_configurations, configurations)
    assert changed.no_shorting
    await until(lambda: len(running.server.publisher.equity_of("engine").window(0, 2**63)) > 1)
    past = await call(
        client.get_portfolio_history, GetPortfolioHistoryRequest(period="1D", timeframe="1Min")
    )
    assert past.equity[0] == 100_000
    made = await call(
        client.create_watchlist, CreateWatchlistRequest(name="mine", symbols=["AAPL"])
    )
    await call(client.add_asset_to_watchlist_by_id, made.id, "SPY")
    kept = await call(client.get_watchlist_by_id, made.id)
    assert [asset.symbol for asset in kept.assets] == ["AAPL", "SPY"]
    await call(client.remove_asset_from_watchlist_by_id, made.id, "AAPL")
    assert len(await call(client.get_watchlists)) == 1
    await call(client.delete_watchlist_by_id, made.id)
    assert await call(client.get_watchlists) == []


async def test_every_order_type_is_accepted(running: Venue) -> None:
    client = trading(running)
    await until(lambda: running.exchange.quote("AAPL") is not None)
    price = running.exchange.quote("AAPL").ask  # type: ignore[union-attr] # waited for
    day: dict[str, Any] = {"symbol": "AAPL", "time_in_force": TimeInForce.DAY}
    market = await submitted(client, MarketOrderRequest(qty=10, side=OrderSide.BUY, **day))
    filled = await settled(client, market.id, OrderStatus.FILLED)
    assert (filled.filled_qty, filled.type) == ("10", OrderType.MARKET)
    notional = await submitted(client, MarketOrderRequest(notional=500, side=OrderSide.BUY, **day))
    assert (await settled(client, notional.id, OrderStatus.FILLED)).qty is None
    sell = {**day, "qty": 1, "side": OrderSide.SELL}
    away = {
        OrderType.LIMIT: LimitOrderRequest(limit_price=round(price * 1.1, 2), **sell),
        OrderType.STOP: StopOrderRequest(stop_price=round(price * 0.9, 2), **sell),
        OrderType.STOP_LIMIT: StopLimitOrderRequest(
            stop_price=round(price * 0.9, 2), limit_price=round(price * 0.89, 2), **sell
        ),
        OrderType.TRAILING_STOP: TrailingStopOrderRequest(trail_percent=5, **sell),
    }
    for kind, request in away.items():
        order = await submitted(client, request)
        assert (await settled(client, order.id, OrderStatus.NEW)).type == kind
    for force in (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK):
        order = await submitted(
            client, MarketOrderRequest(symbol="SPY", qty=1, side=OrderSide.BUY, time_in_force=force)
        )
        assert (await settled(client, order.id, OrderStatus.FILLED)).time_in_force == force
    close = await submitted(
        client,
        MarketOrderRequest(symbol="SPY", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.CLS),
    )
    assert close.status in (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW)
    await call(client.cancel_orders)
    open_orders = GetOrdersRequest(status=QueryOrderStatus.OPEN)
    await until_none(client, open_orders)


async def test_replace_cancel_and_look_up(running: Venue) -> None:
    client = trading(running)
    resting = LimitOrderRequest(
        symbol="SPY",
        qty=3,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.DAY,
        limit_price=200.5,
        client_order_id="mine-1",
    )
    order = await submitted(client, resting)
    with pytest.raises(APIError, match="client_order_id must be unique"):
        await submitted(client, resting)
    await settled(client, order.id, OrderStatus.NEW)
    replacement = await call(
        client.replace_order_by_id, order.id, ReplaceOrderRequest(qty=2, limit_price=201)
    )
    assert (replacement.replaces, replacement.qty) == (order.id, "2")
    await settled(client, order.id, OrderStatus.REPLACED)
    await settled(client, replacement.id, OrderStatus.NEW)
    found = await call(client.get_order_by_client_id, "mine-1")
    assert found.replaced_by == replacement.id
    await call(client.cancel_order_by_id, replacement.id)
    await settled(client, replacement.id, OrderStatus.CANCELED)
    closed = await call(
        client.get_orders, GetOrdersRequest(status=QueryOrderStatus.CLOSED, symbols=["SPY"])
    )
    assert [row.id for row in closed] == [replacement.id, order.id]
    with pytest.raises(APIError, match="order is already in"):
        await call(client.cancel_order_by_id, replacement.id)


async def test_a_bracket_and_its_end(running: Venue) -> None:
    client = trading(running)
    await until(lambda: running.exchange.quote("MSFT") is not None)
    price = running.exchange.quote("MSFT").ask  # type: ignore[union-attr] # waited for
    bracket = await submitted(
        client,
        MarketOrderRequest(
            symbol="MSFT",
            qty=4,
            side=OrderSide.BUY,
            time_in_force=TimeInForce.DAY,
            order_class=OrderClass.BRACKET,
            take_profit=TakeProfitRequest(limit_price=round(price * 1.2, 2)),
            stop_loss=StopLossRequest(stop_price=round(price * 0.8, 2)),
        ),
    )
    assert [leg.status for leg in bracket.legs] == [OrderStatus.HELD, OrderStatus.HELD]
    await settled(client, bracket.id, OrderStatus.FILLED)
    nested = await call(client.get_order_by_id, bracket.id, GetOrderByIdRequest(nested=True))
    profit = next(leg for leg in nested.legs if leg.type == OrderType.LIMIT)
    await settled(client, profit.id, OrderStatus.NEW)
    rows = await call(client.get_orders, GetOrdersRequest(status=QueryOrderStatus.ALL, nested=True))
    assert [row.id for row in rows] == [bracket.id]
    closing = await call(client.close_all_positions, cancel_orders=True)
    assert [(row.symbol, row.status) for row in closing] == [("MSFT", 200)]
    await settled(client, profit.id, OrderStatus.CANCELED)


async def test_positions_are_read_and_closed(running: Venue) -> None:
    client = trading(running)
    order = await submitted(
        client,
        MarketOrderRequest(
            symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
        ),
    )
    await settled(client, order.id, OrderStatus.FILLED)
    position = await call(client.get_open_position, "AAPL")
    assert (position.qty, position.side.value) == ("10", "long")
    part = await call(client.close_position, "AAPL", ClosePositionRequest(percentage="50"))
    await settled(client, part.id, OrderStatus.FILLED)
    left = await call(client.get_all_positions)
    assert [row.qty for row in left] == ["5"]
    rest = await call(client.close_position, "AAPL")
    await settled(client, rest.id, OrderStatus.FILLED)
    with pytest.raises(APIError, match="position does not exist"):
        await call(client.get_open_position, "AAPL")


async def test_trade_updates_arrive(running: Venue) -> None:
    heard: list[TradeUpdate] = []

    async def on_update(update: TradeUpdate) -> None:
        heard.append(update)

    stream = TradingStream(ENGINE.key, ENGINE.secret, url_override=running.urls.trading_stream)
    stream.subscribe_trade_updates(on_update)
    async with streaming(stream):
        connections = running.server.publisher.orders
        await until(lambda: connections.listening == 1)
        await submitted(
            trading(running),
            MarketOrderRequest(
                symbol="AAPL", qty=10, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
            ),
        )
        await until(lambda: any(update.event == "fill" for update in heard))
    assert [update.event for update in heard][:2] == ["pending_new", "new"]
    assert heard[-1].position_qty == 10
