"""
Our own market and matching without sockets: what backtests trade on.

The same exchange, the same pace, the same messages in the same order as the
embedded venue; only the bytes in between are left out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain

from tradeengine.broker.simulated import SimulatedBroker
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import ScaledClock, SimulatedClock
from tradeengine.model.commands import Command
from tradeengine.model.events import Bar, FeedConnected
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.model.message import Message
from tradeengine.options import Options
from tradeengine.quiescence import Quiescence
from tradeengine.run.edges import Durable, Edges, FoundOrder, Work, World
from tradeengine.venue.records import AccountUpdate, Refused
from tradeengine.venue.server.pace import run_free, run_lockstep
from tradeengine.venue.server.timeframes import Timeframe
from tradeengine.worlds.addresses import ACCOUNT
from tradeengine.worlds.own_market import OwnMarket, open_own_market

_MINUTES = Timeframe(1, "Min")

KILL_TRIES = 30
"""How often the kill path closes everything, a second apart, before it gives up."""

STANDSTILL_SECONDS = 1.0
"""Real seconds after which the kill path takes the market to stand still."""


@asynccontextmanager
async def simulated_world(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
    """Give the world for the length of a block."""
    say(f"preparing the market of {options.date}")
    own = open_own_market(options, say)
    clock: SimulatedClock | ScaledClock
    quiescence = None
    if options.speed is None:
        clock, quiescence = SimulatedClock(own.start), Quiescence()
    else:
        clock = ScaledClock(own.start, options.speed, held=True)

    def connect(inbox: Inbox, durable: Durable) -> Edges:
        return SimulatedEdges(options, own, clock, inbox, durable, quiescence)

    yield World(
        venue="simulated",
        run_tag=own.run_tag,
        clock=clock,
        session=own.session,
        symbols=own.symbols,
        quiescence=quiescence,
        speed=options.speed,
        connect=connect,
        fresh_account=True,
    )


class SimulatedEdges:
    """Feed and broker by function calls. Also who the pace publishes to."""

    def __init__(
        self,
        options: Options,
        own: OwnMarket,
        clock: SimulatedClock | ScaledClock,
        inbox: Inbox,
        durable: Durable,
        quiescence: Quiescence | None,
    ) -> None:
        self._own, self._clock, self._inbox = own, clock, inbox
        self._quiescence = quiescence
        self.stirred = asyncio.Event()
        """Set when a command may have given the exchange something earlier to do."""
        self._broker = SimulatedBroker(
            own.exchange,
            ACCOUNT,
            options.settings.broker,
            inbox=inbox,
            clock=clock,
            durable=durable,
            quiescence=quiescence,
            settle=None if quiescence is not None else self._settle,
        )

    def send(self, command: Message) -> None:
        assert isinstance(command, Command)
        self._broker.send(command)

    def works(self) -> Sequence[tuple[str, Work]]:
        return (("broker", self._broker.run),)

    async def connect(self) -> None:
        await self._broker.connect()
        now = self._clock.now()
        count = len(self._own.symbols)
        self._inbox.put_nowait(FeedConnected(at=now, received_at=now, symbols=count))

    async def session_hours(self) -> tuple[int, int] | None:
        return self._own.session.open_at, self._own.session.close_at

    async def warm_up(self, start: int, end: int) -> int:
        market, now = self._own.market, self._clock.now()
        bars = chain.from_iterable(
            _MINUTES.bars(market, symbol, start, end, now, "split") for symbol in self._own.symbols
        )
        complete = [_seen(bar, now) for bar in bars if bar.at + MINUTE <= end]
        complete.sort(key=lambda bar: (bar.at, bar.symbol))
        self._inbox.put_many(complete)
        return len(complete)

    async def find_order(self, client_order_id: str) -> FoundOrder | None:
        try:
            order = self._own.exchange.order_by_client_id(ACCOUNT, client_order_id)
        except Refused:
            return None
        return FoundOrder(filled=order.filled_qty)

    async def pace(self, ended: Callable[[], bool]) -> None:
        if isinstance(self._clock, SimulatedClock):
            assert self._quiescence is not None
            await run_lockstep(self._own.exchange, self, self._clock, self._quiescence, ended)
        else:
            self._clock.release()
            await run_free(self._own.exchange, self, self._clock)

    def market_events(self, events: Sequence[Message]) -> None:
        """Hear market data from the pace."""
        self._inbox.put_many(events)

    def update(self, update: AccountUpdate) -> None:
        """Hear of an order from the pace."""
        self._broker.hear(update)

    def _settle(self) -> None:
        for update in self._own.exchange.drain():
            self._broker.hear(update)
        self.stirred.set()

    def high_water(self) -> dict[str, int]:
        return {}

    async def flatten_past_core(self) -> bool:
        exchange = self._own.exchange
        for _ in range(KILL_TRIES):
            exchange.cancel_all(ACCOUNT)
            exchange.close_all(ACCOUNT, True)
            self.stirred.set()
            await self._second()
            if not exchange.positions(ACCOUNT) and not exchange.orders(ACCOUNT):
                return True
        return False

    async def _second(self) -> None:
        """Wait for a second of the market; should it stand still, move it on."""
        exchange = self._own.exchange
        end = exchange.now + NANOS
        try:
            async with asyncio.timeout(STANDSTILL_SECONDS):
                await self._clock.sleep(1)
        except TimeoutError:
            while (due := exchange.next_at()) is not None and due <= end:
                exchange.advance()

    async def close(self) -> None:
        await self._broker.close()


def _seen(bar: Bar, now: int) -> Bar:
    return Bar(
        at=bar.at,
        received_at=now,
        symbol=bar.symbol,
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
        vwap=bar.vwap,
        trade_count=bar.trade_count,
        history=True,
    )
