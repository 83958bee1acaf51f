"""
A round of ccxt's `alpaca` exchange against a venue.

Run by `test_peers.py` in an interpreter that has ccxt; prints `ok`. Environment:
VENUE_TRADING, VENUE_DATA, VENUE_KEY, VENUE_SECRET.
"""

import os
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

ccxt: Any = import_module("ccxt")


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition is true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(condition)
        time.sleep(0.05)


def refused(call: Callable[[], object], words: str) -> None:
    """Make a call that the venue must refuse."""
    try:
        call()
    # From 4.5.90 a 403 whose words ccxt does not know counts as the exchange not being there.
    except (ccxt.ExchangeError, ccxt.ExchangeNotAvailable) as error:
        if words in str(error):
            return
        raise
    raise RuntimeError(f"not refused: {words}")


def main() -> None:
    """Do the round. ccxt asks for crypto unless told that shares are wanted."""
    exchange = ccxt.alpaca(
        {"apiKey": os.environ["VENUE_KEY"], "secret": os.environ["VENUE_SECRET"]}
    )
    exchange.urls["api"] = {
        "trader": os.environ["VENUE_TRADING"],
        "market": os.environ["VENUE_DATA"],
    }
    exchange.load_markets(params={"asset_class": "us_equity"})
    assert {"AAPL/USD", "SPY/USD"} <= exchange.markets.keys()
    assert exchange.fetch_time() > 1_550_000_000_000
    assert exchange.fetch_balance()["USD"]["total"] == 100_000
    bought = exchange.create_order("AAPL/USD", "market", "buy", 2)
    wait_for(lambda: exchange.fetch_order(bought["id"])["status"] == "closed")
    assert exchange.fetch_order(bought["id"])["filled"] == 2
    resting = exchange.create_order(
        "SPY/USD", "limit", "buy", 1, 200.25, {"clientOrderId": "peer-2"}
    )
    wait_for(lambda: exchange.fetch_order(resting["id"])["info"]["status"] == "new")
    assert resting["clientOrderId"] == "peer-2"
    assert [o["id"] for o in exchange.fetch_open_orders("SPY/USD")] == [resting["id"]]
    edited = exchange.edit_order(resting["id"], "SPY/USD", "limit", "buy", 2, 201.5)
    wait_for(lambda: exchange.fetch_order(edited["id"])["info"]["status"] == "new")
    exchange.cancel_order(edited["id"])
    wait_for(lambda: exchange.fetch_order(edited["id"])["status"] == "canceled")
    assert len(exchange.fetch_closed_orders()) == 3
    assert exchange.fetch_my_trades("AAPL/USD")[0]["amount"] == 2
    exchange.create_order("AAPL/USD", "limit", "sell", 1, 400)
    exchange.cancel_all_orders()
    wait_for(lambda: exchange.fetch_open_orders() == [])
    refused(lambda: exchange.fetch_order("00000000-0000-0000-0000-000000000000"), "40410000")
    refused(lambda: exchange.create_order("AAPL/USD", "limit", "buy", 100_000, 160), "buying power")
    print("ok")


if __name__ == "__main__":
    main()
