"""The unmodified alpaca-py data clients do a full round over real sockets."""

import datetime as dt
from typing import Any

import pytest
from alpaca.data.historical import NewsClient
from alpaca.data.historical.corporate_actions import CorporateActionsClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import (
    CorporateActionsRequest,
    NewsRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit

from tests.venue.server.alpaca_clients import SPEED, call, history, streaming, until
from tests.venue.server.conftest import ENGINE, OpenVenue, Venue


@pytest.fixture
async def running(open_venue: OpenVenue) -> Venue:
    """A venue that runs free, two minutes a second."""
    return await open_venue(speed=SPEED)


async def test_bars_with_paging_trades_and_quotes(running: Venue) -> None:
    client = history(running)
    request = StockBarsRequest(
        symbol_or_symbols=["AAPL", "SPY"],
        timeframe=TimeFrame.Minute,
        start=dt.datetime(2019, 2, 12, 14, 30, tzinfo=dt.UTC),
        end=dt.datetime(2019, 2, 12, 21, 0, tzinfo=dt.UTC),
    )
    bars = await call(client.get_stock_bars, request)
    assert {symbol: len(rows) for symbol, rows in bars.data.items()} == {"AAPL": 390, "SPY": 390}
    request.timeframe = TimeFrame(5, TimeFrameUnit.Minute)
    fives = await call(client.get_stock_bars, request)
    assert len(fives.data["SPY"]) == 78
    assert fives.data["SPY"][0].volume == sum(bar.volume for bar in bars.data["SPY"][:5])
    span = {
        "symbol_or_symbols": "AAPL",
        "start": dt.datetime(2019, 2, 12, 14, 30, tzinfo=dt.UTC),
        "end": dt.datetime(2019, 2, 12, 14, 45, tzinfo=dt.UTC),
    }
    trades = await call(client.get_stock_trades, StockTradesRequest(**span))
    assert len(trades.data["AAPL"]) > 30
    quotes = await call(client.get_stock_quotes, StockQuotesRequest(**span))
    assert all(quote.ask_price >= quote.bid_price for quote in quotes.data["AAPL"])


async def test_latest_snapshots_news_and_corporate_actions(running: Venue) -> None:
    client = history(running)
    await until(lambda: running.exchange.last_trade("AAPL") is not None)
    quote = await call(
        client.get_stock_latest_quote, StockLatestQuoteRequest(symbol_or_symbols="AAPL")
    )
    assert quote["AAPL"].ask_price >= quote["AAPL"].bid_price > 100
    trade = await call(
        client.get_stock_latest_trade, StockLatestTradeRequest(symbol_or_symbols=["AAPL"])
    )
    assert trade["AAPL"].size > 0
    bar = await call(client.get_stock_latest_bar, StockLatestBarRequest(symbol_or_symbols="SPY"))
    assert bar["SPY"].volume > 0
    snapshot = await call(client.get_stock_snapshot, StockSnapshotRequest(symbol_or_symbols="SPY"))
    assert snapshot["SPY"].previous_daily_bar is not None
    news = await call(
        NewsClient(ENGINE.key, ENGINE.secret, url_override=running.urls.data_url).get_news,
        NewsRequest(symbols="AAPL"),
    )
    assert news.data["news"] == []
    actions = await call(
        CorporateActionsClient(
            ENGINE.key, ENGINE.secret, url_override=running.urls.data_url
        ).get_corporate_actions,
        CorporateActionsRequest(
            symbols=["AAPL"], start=dt.date(2018, 11, 1), end=dt.date(2019, 2, 12)
        ),
    )
    assert "cash_dividends" in actions.data


@pytest.mark.parametrize("feed", ["iex", "sip"])
async def test_bars_quotes_and_trades_stream(running: Venue, feed: str) -> None:
    heard: dict[str, int] = {}

    async def on_message(message: Any) -> None:  # noqa: ANN401 - three models
        heard[type(message).__name__] = heard.get(type(message).__name__, 0) + 1

    url = running.urls.data_stream.replace("iex", feed)
    stream = StockDataStream(ENGINE.key, ENGINE.secret, url_override=url)
    stream.subscribe_bars(on_message, "AAPL", "SPY")
    stream.subscribe_quotes(on_message, "AAPL")
    stream.subscribe_trades(on_message, "*")
    async with streaming(stream):
        await until(lambda: {"Bar", "Quote", "Trade"} <= heard.keys())
