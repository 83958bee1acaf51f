"""
The desk: what every handler of the venue works with, and who tells the clients.

At a finite speed the updates a request causes go out at once, as in the world,
and may reach a client before the answer does. In lock-step they stay in the
exchange until the pace takes them out.
"""

import asyncio
from collections.abc import Sequence

from tradeengine.clock import Clock
from tradeengine.model.events import Bar
from tradeengine.model.instants import MINUTE
from tradeengine.model.message import Message
from tradeengine.quiescence import Channel
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.market.market import Market
from tradeengine.venue.records import AccountUpdate, Refused
from tradeengine.venue.server.auth import VenueKeys
from tradeengine.venue.server.data_stream import DataStreams
from tradeengine.venue.server.day_bars import DayBars
from tradeengine.venue.server.doors import Doors
from tradeengine.venue.server.faults import ArmedFaults, Stream
from tradeengine.venue.server.feeds import Tapes
from tradeengine.venue.server.parameters import ServerParameters
from tradeengine.venue.server.portfolio_history import EquityCurve
from tradeengine.venue.server.preferences import Preferences
from tradeengine.venue.server.sse import TradeEvents
from tradeengine.venue.server.trading_stream import OrderStreams
from tradeengine.venue.server.wire_trading import deposit

_DELIVERY_SECONDS = 1.0
"""How long an answer waits for a client that does not read its stream."""


class Desk:
    """One venue's exchange, market and clients. The keys' accounts must be open."""

    def __init__(
        self,
        exchange: Exchange,
        market: Market,
        clock: Clock,
        keys: VenueKeys,
        parameters: ServerParameters,
        *,
        lockstep: bool,
        data_channel: Channel | None = None,
        orders_channel: Channel | None = None,
    ) -> None:
        self.exchange, self.market, self.clock = exchange, market, clock
        self.keys, self.parameters = keys, parameters
        self.faults = ArmedFaults()
        self.tapes = Tapes(market.instruments)
        self.days = DayBars(self._minutes)
        self.data = DataStreams(
            parameters, keys, clock, self.tapes, self.days, self.faults, data_channel
        )
        self.orders = OrderStreams(parameters, keys, clock, self.faults, orders_channel)
        self.events = TradeEvents(self.orders)
        self.preferences = Preferences(legacy=parameters.legacy_account_fields)
        self.stirred = asyncio.Event()
        self.doors: Doors | None = None
        self._lockstep = lockstep
        self._by_asset_id = {i.asset_id: symbol for symbol, i in market.instruments.items()}
        self.deposits = {name: deposit(exchange.account(name)) for name in keys.account_ids}
        """The journal entries that opened the accounts."""
        self._equity = {account_id: EquityCurve() for account_id in keys.account_ids}
        self._minute = clock.now() // MINUTE

    # What handlers ask.

    def symbol_of(self, name: str) -> str:
        """Give the symbol of a symbol or asset id; an unknown name stays as it is."""
        return self._by_asset_id.get(name, name.upper())

    def instrument(self, name: str) -> Instrument:
        """Find an instrument by symbol or asset id. Raises Refused."""
        found = self.market.instruments.get(self.symbol_of(name))
        if found is None:
            raise Refused(404, 40410000, f"asset not found for {name}")
        return found

    def _minutes(self, symbol: str, start: int, end: int) -> Sequence[Bar]:
        return self.market.history(symbol, start, end, 1, self.clock.now())

    def equity_of(self, account_id: str) -> EquityCurve:
        """Give an account's equity over time."""
        return self._equity[account_id]

    def catch_up(self) -> None:
        """Let the exchange see the clock's present, so that a request carries it."""
        now, due = self.clock.now(), self.exchange.next_at()
        present = now if due is None else min(now, due)
        if present > self.exchange.now:
            self.exchange.pass_time(present)

    def settle(self) -> None:
        """After a request: tell what it caused, unless the pace does it in lock-step."""
        if not self._lockstep:
            self.tell_now()

    # What the pace tells.

    def market_events(self, events: Sequence[Message]) -> None:
        """Send market events to the data sockets, as one frame each."""
        self._note_equity()
        self.data.publish(events)

    def update(self, update: AccountUpdate) -> None:
        """Send a trade update to its account's sockets."""
        self.faults.on_told(update, self.clock.now(), self)
        self.orders.publish(update)

    def _note_equity(self) -> None:
        """Note every account's equity when a minute is over."""
        minute = self.exchange.now // MINUTE
        if minute != self._minute:
            self._minute = minute
            for account_id, curve in self._equity.items():
                curve.add(minute * MINUTE, float(self.exchange.account(account_id).equity))

    # What a fault or a stop does.

    @property
    def account_id(self) -> str:
        """The engine's account."""
        return self.keys.engine.account_id

    def drop(self, stream: Stream) -> int:
        """Cut the sockets of a stream without a close frame; give their number."""
        return self.data.cut_all() if stream == "data" else self.orders.cut_all()

    def end_slow(self) -> int:
        """End the data sockets as too slow (407); give their number."""
        return self.data.end_slow()

    def shut_doors(self, seconds: float) -> None:
        """Cut every socket and refuse new connections for `seconds` of venue time."""
        self.data.cut_all()
        self.orders.cut_all()
        if self.doors is not None:
            self.doors.shut_for(seconds)

    def tell_now(self) -> None:
        """Tell what requests have caused, in lock-step too."""
        for update in self.exchange.drain():
            self.update(update)
        self.stirred.set()

    async def delivered(self) -> None:
        """Wait until the order sockets have what was told, at most a second."""
        try:
            async with asyncio.timeout(_DELIVERY_SECONDS):
                while self.orders.waiting:  # noqa: ASYNC110 - sockets and engine have no event
                    await asyncio.sleep(0)
        except TimeoutError:
            return

    async def close(self) -> None:
        """Close every socket and stream politely."""
        self.events.close_all()
        await asyncio.gather(self.data.close_all(), self.orders.close_all())
