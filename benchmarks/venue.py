"""
The venue of the benchmarks: the real server and exchange, with ticks on request.

    python -m benchmarks.venue        asked by lines on standard input, see words.py

Its market is still, so that every tick is one that was asked for. Ticks leave by
the venue's own publisher, and an order's arrival is taken down by a middleware
before everything else, when its whole body has been read.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler

from benchmarks.scene import ACCOUNT, DAY, SEED, START, SYMBOLS
from benchmarks.words import (
    LAST,
    PROVOKE,
    QUIET,
    Burst,
    Knock,
    Laps,
    Pace,
    Provoke,
    Sent,
    VenueReady,
    Word,
    read,
    say,
)
from tradeengine.clock import ScaledClock
from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.model.instants import MINUTE, instant_of
from tradeengine.model.sessions import Session, session_on
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.daily import Daily
from tradeengine.venue.market.instruments import Instrument, asset_id_of
from tradeengine.venue.market.market import Market
from tradeengine.venue.market.messages import MarketMessage
from tradeengine.venue.market.symbol_day import SymbolDay
from tradeengine.venue.market.tape import Tape
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.pace import run_free
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import VenueServer

PRICE, SPREAD = 100.0, 0.02
BREATH = 64
"""Frames put out before the writer gets its turn."""

LOST_AFTER_SECONDS = 2.0

_PARAMETERS = VenueParameters(
    start_cash_dollars=Decimal(10_000_000), accept_latency_ms=1, fill_latency_ms=1
)
_SERVER_PARAMETERS = ServerParameters(
    trading_requests_per_minute=1_000_000,
    data_requests_per_minute=1_000_000,
    data_connections_per_key=100,
    send_queue_bytes=256 * 1024 * 1024,
)


class StillDays:
    """A market in which nothing happens by itself."""

    def daily(self, symbol: str) -> Sequence[Daily]:  # noqa: ARG002  # all symbols are alike
        return (Daily(DAY, PRICE, PRICE, PRICE, PRICE, 1_000_000),)

    def day(self, symbol: str, on: date) -> SymbolDay | None:  # noqa: ARG002
        return None

    def tapes(self, symbols: Sequence[str], session: Session, start: int) -> Iterator[Tape]:  # noqa: ARG002
        return iter(())


class Wire:
    """When the last bytes left and came, noted at the edge of aiohttp."""

    def __init__(self) -> None:
        self.left = self.came = 0.0
        self._send, self._receive = web.WebSocketResponse.send_frame, RequestHandler.data_received

    def tap(self) -> None:
        """Note every frame sent and everything received from now on."""

        async def send_frame(
            socket: web.WebSocketResponse,
            message: bytes,
            opcode: WSMsgType,
            compress: int | None = None,
        ) -> None:
            self.left = time.perf_counter()
            await self._send(socket, message, opcode, compress)

        def data_received(handler: RequestHandler, data: bytes) -> None:
            self.came = time.perf_counter()
            self._receive(handler, data)

        # For mypy a method stays what its class says, in its number of type parameters too.
        web.WebSocketResponse.send_frame = send_frame  # type: ignore[method-assign, assignment]
        RequestHandler.data_received = data_received  # type: ignore[method-assign, assignment]


class TimedServer(VenueServer):
    """The venue's server, which notes when orders arrive."""

    def _app(self) -> web.Application:
        self.wire = Wire()
        self.arrivals: asyncio.Queue[float] = asyncio.Queue()
        app = super()._app()
        app.middlewares.insert(0, self._timed)
        return app

    @web.middleware
    async def _timed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method == "POST":
            await request.read()
            self.arrivals.put_nowait(self.wire.came - self.wire.left)
        return await handler(request)


class Ticker:
    """Sends what it is asked for."""

    def __init__(self, server: TimedServer, clock: ScaledClock) -> None:
        self._server, self._clock = server, clock
        self._data = server.publisher.data
        self._turn = 0

    async def obey(self, word: Word | None) -> None:
        """Carry out one word and tell the outcome."""
        match word:
            case Knock():
                self._data.publish([*map(self._bar, SYMBOLS), *map(self._quote, SYMBOLS)])
            case Burst(messages=messages, per_frame=per_frame):
                await self._burst(messages, per_frame)
                say(Sent())
            case Pace(ticks=ticks, per_second=per_second):
                await self._pace(ticks, per_second)
                say(Sent())
            case Provoke(orders=orders, gap_seconds=gap_seconds):
                say(await self._provoke(orders, gap_seconds))
            case _:
                raise ValueError(f"not for the venue: {word}")

    async def _burst(self, messages: int, per_frame: int) -> None:
        mixed = self._mixed(messages - 1)
        frames = 0
        while frame := list(islice(mixed, per_frame)):
            self._data.publish(frame)
            frames += 1
            if frames % BREATH == 0:
                await asyncio.sleep(0)
        self._data.publish([self._quote(SYMBOLS[0], LAST)])

    async def _pace(self, ticks: int, per_second: float) -> None:
        began = time.perf_counter()
        for number in range(ticks):
            ahead = began + number / per_second - time.perf_counter()
            await asyncio.sleep(max(0.0, ahead))
            mark = LAST if number == ticks - 1 else QUIET
            self._data.publish([self._quote(SYMBOLS[number % len(SYMBOLS)], mark)])

    async def _provoke(self, orders: int, gap_seconds: float) -> Laps:
        laps: list[float] = []
        for _ in range(orders):
            await asyncio.sleep(gap_seconds)
            self._turn += 1
            tick = self._quote(SYMBOLS[self._turn % len(SYMBOLS)], PROVOKE)
            self._data.publish([tick])
            try:
                async with asyncio.timeout(LOST_AFTER_SECONDS):
                    laps.append(await self._server.arrivals.get())
            except TimeoutError:
                continue
        return Laps(seconds=laps, lost=orders - len(laps))

    def _mixed(self, total: int) -> Iterator[MarketMessage]:
        """Give seven quotes, two trades and a bar, over and over."""
        for number in range(total):
            symbol = SYMBOLS[number * 7 % len(SYMBOLS)]
            if number % 10 < 7:
                yield self._quote(symbol)
            elif number % 10 < 9:
                yield self._trade(symbol, number)
            else:
                yield self._bar(symbol)

    def _quote(self, symbol: str, mark: int = QUIET) -> Quote:
        now = self._clock.now()
        return Quote(
            at=now,
            received_at=now,
            symbol=symbol,
            bid=PRICE,
            bid_size=100,
            ask=PRICE + SPREAD,
            ask_size=mark,
        )

    def _trade(self, symbol: str, number: int) -> Trade:
        now = self._clock.now()
        return Trade(
            at=now,
            received_at=now,
            symbol=symbol,
            price=PRICE + 0.01,
            size=100.0,
            trade_id=number,
            conditions="@",
        )

    def _bar(self, symbol: str) -> Bar:
        now = self._clock.now()
        return Bar(
            at=now // MINUTE * MINUTE - MINUTE,
            received_at=now,
            symbol=symbol,
            open=PRICE,
            high=PRICE + 0.5,
            low=PRICE - 0.5,
            close=PRICE,
            volume=12_345.0,
            vwap=PRICE + 0.07,
            trade_count=57,
        )


def still_market() -> Market:
    """Make the market of the benchmarks."""
    session = session_on(DAY)
    assert session is not None
    instruments = {
        name: Instrument(name, asset_id_of(name), f"Share {name}", "NYSE") for name in SYMBOLS
    }
    return Market(session, instruments, StillDays())


async def main() -> None:
    start = instant_of(DAY, START)
    market = still_market()
    exchange = Exchange(market, parameters=_PARAMETERS, seed=SEED, start=start)
    exchange.open_account(ACCOUNT)
    clock = ScaledClock(start, 1.0)
    keys = VenueKeys(ApiKey.made_from(SEED, ACCOUNT))
    async with TimedServer(exchange, market, clock, keys, _SERVER_PARAMETERS) as server:
        server.wire.tap()
        urls = await server.start()
        moving = asyncio.create_task(run_free(exchange, server.publisher, clock), name="pace")
        say(
            VenueReady(
                rest=urls.trading_url, stream=urls.data_stream, key=urls.key, secret=urls.secret
            )
        )
        ticker = Ticker(server, clock)
        async for line in lines():
            await ticker.obey(read(line))
        moving.cancel()


async def lines() -> AsyncIterator[bytes]:
    """Yield the lines of standard input."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line


if __name__ == "__main__":
    asyncio.run(main())
