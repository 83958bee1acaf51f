"""
A round of ccxt's `alpaca` exchange against a venue.

Run by `test_peers.py` in an interpreter that has ccxt; prints `ok`. Environment:
VENUE_TRADING, VENUE_DATA, VENUE_KEY, VENUE_SECRET.
"""

import os

import ccxt


def main():
    """Do the round; ccxt knows Alpaca as a crypto exchange, so shares are addressed raw."""
    exchange = ccxt.alpaca({"apiKey": os.environ["VENUE_KEY"], "secret": os.environ["VENUE_SECRET"]})
    exchange.urls["api"] = {
        "trader": os.environ["VENUE_TRADING"],
        "market": os.environ["VENUE_DATA"],
        "broker": os.environ["VENUE_TRADING"],
    }
    assert exchange.fetch_time() > 1_550_000_000_000
    balance = exchange.fetch_balance()
    assert balance["USD"]["total"] == 100_000
    print(exchange.fetch_markets())
    print(exchange.fetch_open_orders())
    print("ok")


main()
