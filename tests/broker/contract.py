"""
What every broker must do, played on the embedded exchange in lock-step.

A `Stage` is a broker, its exchange and its inbox. `on_stage` sets it up over
real sockets (`AlpacaBroker` and the venue's server) or in process
(`SimulatedBroker`); the scenes below are the same for both, and what they put
into the inbox must be equal, message by message.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from tests.broker.fakes import ListInbox, parameters, running
from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.courier import AlpacaBroker
from tradeengine.broker.ports import already_durable
from tradeengine.broker.simulated import SimulatedBroker
from tradeengine.clock import SimulatedClock
from tradeengine.model.commands import AskBroker, CancelOrder, Command, ReplaceOrder, SubmitOrder
from tradeengine.model.instants import NANOS, instant_of
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.quiescence import Channel, Quiescence
from tradeengine.venue.exchange import Exchange
from tradeengine.venue.market import Market
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import AccountUpdate
from tradeengine.venue.server.auth import ApiKey, VenueKeys
from tradeengine.venue.server.pace import Publisher, run_lockstep
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.server import EngineChannels, VenueServer

TEN = instant_of(dt.date(2019, 2, 13), dt.time(10))
ENGINE = ApiKey("PKENGINE", "engine-secret", "engine")
STAGES = ("sockets", "in process")


@dataclass
class Stage:
    """A broker on the exchange, and time that the scene moves."""

    exchange: Exchange
    clock: SimulatedClock
    quiescence: Quiescence
    inbox: ListInbox
    broker: AlpacaBroker | SimulatedBroker
    publisher: Publisher

    async def play(self, seconds: float) -> None:
        """Let venue time pass."""
        end = self.exchange.now + int(seconds * NANOS)
        async with asyncio.timeout(30):
            await run_lockstep(
                self.exchange,
                self.publisher,
                self.clock,
                self.quiescence,
                lambda: self.exchange.now >= end,
            )

    async def send(self, *commands: Command) -> None:
        """Send commands and let their immediate consequences happen."""
        for command in commands:
            self.broker.send(command)
        await self.play(2)

    def buy(
        self, name: str, symbol: str = "KO", quantity: str = "10", **more: object
    ) -> SubmitOrder:
        """Give an order to buy at the market."""
        fields: dict[str, object] = {
            "at": self.clock.now(),
            "client_order_id": name,
            "symbol": symbol,
            "side": Side.BUY,
            "purpose": Purpose.ENTRY,
            "quantity": Decimal(quantity),
            "order_type": OrderType.MARKET,
            "time_in_force": TimeInForce.DAY,
        }
        return SubmitOrder(**(fields | more))  # type: ignore[arg-type]  # a test's shorthand

    def rest(self, name: str, symbol: str = "KO", price: str = "10.00") -> SubmitOrder:
        """Give an order to buy far below the market."""
        return self.buy(name, symbol, order_type=OrderType.LIMIT, limit_price=Decimal(price))

    def cancel(self, name: str, order_id: str = "", symbol: str = "KO") -> CancelOrder:
        """Give a cancel."""
        return CancelOrder(
            at=self.clock.now(), client_order_id=name, order_id=order_id, symbol=symbol
        )

    def replace(self, name: str, new_name: str, order_id: str, price: str) -> ReplaceOrder:
        """Give a replacement of the limit price."""
        return ReplaceOrder(
            at=self.clock.now(),
            client_order_id=name,
            order_id=order_id,
            symbol="KO",
            new_client_order_id=new_name,
            limit_price=Decimal(price),
        )

    def ask(self, why: str = "reconcile") -> AskBroker:
        """Give a question."""
        return AskBroker(at=self.clock.now(), why=why)


@dataclass
class InProcess:
    """Tells the simulated broker what the server would send as frames."""

    broker: SimulatedBroker
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def market_events(self, events: Sequence[Message]) -> None:
        """Nobody on this stage looks at the market."""

    def update(self, update: AccountUpdate) -> None:
        self.broker.hear(update)


@asynccontextmanager
async def on_stage(kind: str, market: Market) -> AsyncIterator[Stage]:
    """Set a stage up at ten in the morning with $100,000."""
    exchange = Exchange(market, parameters=VenueParameters(), seed=7, start=TEN)
    exchange.open_account(ENGINE.account_id, cash=Decimal(100_000))
    build = _by_sockets if kind == "sockets" else _in_process
    async with build(exchange, market) as stage, running(stage.broker):
        yield stage


@asynccontextmanager
async def _by_sockets(exchange: Exchange, market: Market) -> AsyncIterator[Stage]:
    clock, quiescence, inbox = SimulatedClock(TEN), Quiescence(), ListInbox()
    channels = EngineChannels(Channel(quiescence), Channel(quiescence))
    limits = ServerParameters(trading_requests_per_minute=100_000)
    async with VenueServer(
        exchange, market, clock, VenueKeys(ENGINE), limits, channels=channels
    ) as server:
        urls = await server.start()
        access = AlpacaAccess(
            trading_url=urls.trading_url,
            stream_url=urls.trading_stream,
            key=urls.key,
            secret=urls.secret,
        )
        broker = AlpacaBroker(
            access,
            parameters(max_in_flight=1, total_timeout_seconds=5, read_timeout_seconds=5),
            inbox=inbox,
            clock=clock,
            durable=already_durable,
            quiescence=quiescence,
            channel=channels.orders,
        )
        yield Stage(exchange, clock, quiescence, inbox, broker, server.publisher)


@asynccontextmanager
async def _in_process(exchange: Exchange, market: Market) -> AsyncIterator[Stage]:
    del market
    clock, quiescence, inbox = SimulatedClock(TEN), Quiescence(), ListInbox()
    broker = SimulatedBroker(
        exchange,
        ENGINE.account_id,
        parameters(),
        inbox=inbox,
        clock=clock,
        durable=already_durable,
        quiescence=quiescence,
    )
    yield Stage(exchange, clock, quiescence, inbox, broker, InProcess(broker))
