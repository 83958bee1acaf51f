"""
alpaca-py as a measured process: its stream, and its REST client in the handler.

    python -m benchmarks.peer STREAM_URL REST_URL KEY SECRET

The handler does the least that the comparison asks: it keeps the last quote of
each symbol and answers a marked one with the order that our strategy sends.
"""

import sys

from alpaca.data.live import StockDataStream
from alpaca.data.models import Quote
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import LimitOrderRequest

from benchmarks.usage import answer_usage
from benchmarks.words import LAST, PROVOKE, Ready, SawLast, say


class Peer:
    """Handlers and clients of alpaca-py."""

    def __init__(self, stream_url: str, rest_url: str, key: str, secret: str) -> None:
        self._stream = StockDataStream(key, secret, url_override=stream_url)
        self._client = TradingClient(key, secret, url_override=rest_url)
        self._quotes: dict[str, Quote] = {}
        self._heard = 0

    def run(self) -> None:
        # Their type allows for raw data too, which a stream gives only when it is asked for.
        self._stream.subscribe_quotes(self._on_quote, "*")  # type: ignore[arg-type]
        self._stream.subscribe_trades(self._on_other, "*")
        self._stream.subscribe_bars(self._on_other, "*")
        self._stream.run()

    async def _on_quote(self, quote: Quote) -> None:
        if not self._heard:
            say(Ready())
        self._quotes[quote.symbol] = quote
        self._heard += 1
        if quote.ask_size == PROVOKE:
            self._buy(quote)
        elif quote.ask_size == LAST:
            say(SawLast(messages=self._heard))

    async def _on_other(self, message: object) -> None:
        """Take in a trade or a bar."""

    def _buy(self, quote: Quote) -> None:
        self._client.submit_order(
            LimitOrderRequest(
                symbol=quote.symbol,
                qty=10,
                side=OrderSide.BUY,
                time_in_force=TimeInForce.IOC,
                limit_price=round(quote.bid_price - 0.10, 2),
                client_order_id=f"peer-{self._heard}",
            )
        )


if __name__ == "__main__":
    answer_usage()
    Peer(*sys.argv[1:5]).run()
