"""
A round of the PyPI client `alpaca-trade-api` against a venue.

Run by `test_peers.py` in an interpreter that has the client; prints `ok`.
Environment: VENUE_TRADING, VENUE_DATA, VENUE_DATA_SOCKET, VENUE_KEY, VENUE_SECRET.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

rest: Any = import_module("alpaca_trade_api.rest")
stream_module: Any = import_module("alpaca_trade_api.stream")

TRADING, DATA = os.environ["VENUE_TRADING"], os.environ["VENUE_DATA"]
SOCKETS = os.environ["VENUE_DATA_SOCKET"]
KEY, SECRET = os.environ["VENUE_KEY"], os.environ["VENUE_SECRET"]


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(condition)
        time.sleep(0.05)


def streams(heard: list[str]) -> None:
    """Start the client's streams in a thread of their own."""

    async def on_message(message: object) -> None:
        heard.append(type(message).__name__)

    async def on_update(update: Any) -> None:  # noqa: ANN401 - the client's own
        heard.append(update.event)

    def run() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        stream = stream_module.Stream(
            KEY, SECRET, base_url=TRADING, data_stream_url=SOCKETS, data_feed="iex"
        )
        stream.subscribe_quotes(on_message, "AAPL")
        stream.subscribe_bars(on_message, "*")
        stream.subscribe_trade_updates(on_update)
        stream.run()

    threading.Thread(target=run, daemon=True).start()


def main() -> None:
    """Do the round."""
    os.environ["APCA_API_DATA_URL"] = DATA
    api = rest.REST(KEY, SECRET, base_url=TRADING, api_version="v2")
    heard: list[str] = []
    streams(heard)
    assert api.get_account().cash == "100000"
    assert api.get_clock().is_open
    assert len(api.get_calendar(start="2019-02-11", end="2019-02-15")) == 5
    assert {asset.symbol for asset in api.list_assets(status="active")} >= {"AAPL", "SPY"}
    assert api.get_asset("AAPL").tradable
    wait_for(lambda: "QuoteV2" in heard or "Quote" in heard)
    order = api.submit_order("AAPL", qty=2, side="buy", type="market", time_in_force="day")
    wait_for(lambda: api.get_order(order.id).status == "filled")
    wait_for(lambda: "fill" in heard)
    assert api.get_position("AAPL").qty == "2"
    assert [p.symbol for p in api.list_positions()] == ["AAPL"]
    resting = api.submit_order(
        "SPY", 1, "buy", "limit", "gtc", limit_price=200, client_order_id="peer-1"
    )
    assert api.get_order_by_client_order_id("peer-1").id == resting.id
    wait_for(lambda: api.get_order(resting.id).status == "new")
    replaced = api.replace_order(resting.id, qty="3", limit_price=201)
    wait_for(lambda: api.get_order(replaced.id).status == "new")
    assert [o.id for o in api.list_orders(status="open")] == [replaced.id]
    api.cancel_order(replaced.id)
    wait_for(lambda: api.list_orders(status="open") == [])
    bracket = api.submit_order(
        "SPY",
        qty=1,
        side="buy",
        type="market",
        time_in_force="day",
        order_class="bracket",
        take_profit={"limit_price": 400},
        stop_loss={"stop_price": 200},
    )
    assert len(bracket.legs) == 2
    bars = api.get_bars(
        ["AAPL", "SPY"], rest.TimeFrame.Minute, "2019-02-12", "2019-02-12", limit=500
    )
    assert len(bars) == 500
    assert api.get_latest_quote("AAPL").ap > 0
    assert api.get_latest_trade("AAPL").p > 0
    assert api.get_snapshot("AAPL").daily_bar.c > 0
    assert set(api.get_snapshots(["AAPL", "SPY"])) == {"AAPL", "SPY"}
    assert len(list(api.get_trades_iter("AAPL", "2019-02-12", limit=50))) == 50
    assert api.get_activities()
    # A point a minute, and the venue has just begun.
    wait_for(lambda: api.get_portfolio_history(period="1D", timeframe="1Min").timestamp)
    try:
        api.get_position("MSFT")
    except rest.APIError as error:
        if error.code != 40410000:
            raise
    api.cancel_all_orders()
    api.close_all_positions()
    wait_for(lambda: api.list_positions() == [])
    print("ok")


if __name__ == "__main__":
    main()
