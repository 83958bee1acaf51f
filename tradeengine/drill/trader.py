"""
The trader of the drill: brings a situation about, and never stops wanting.

It holds some shares, lets orders for others rest below the market, and buys and
sells one symbol over and over. It asks again on every heartbeat, whatever the
engine's state: who lets one of its entries through in the wrong state is found out.
"""

from collections import defaultdict
from datetime import time
from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import (
    OrderDenied,
    OrderEnded,
    PositionChanged,
    Quote,
    RunOpened,
    TimerFired,
)
from tradeengine.model.instants import NANOS, instant_of, new_york
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.parameters import Parameters
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.strategy.port import Context, Opinions, Strategy

SHARES = Decimal(10)
"""Shares of every entry; more than that is never held."""

_ACROSS = Decimal("1.005")
_BELOW = Decimal("0.995")
_HOLD_SECONDS = 20
_PAUSE_SECONDS = 8


class TraderParameters(Parameters):
    """Which symbols the trader does what with."""

    hold: tuple[str, ...] = ()
    """Bought and kept."""

    rest: tuple[str, ...] = ()
    """Wanted at half a percent below the market."""

    churn: tuple[str, ...] = ()
    """Bought, kept for some seconds, sold, and so on."""

    flat_from: time | None = None
    """New York time from which nothing new is wanted and what churns is sold,"""

    flat_until: time | None = None
    """until this time."""


class Trader(Strategy[TraderParameters]):
    """Want, on every heartbeat, what the situation lacks."""

    parameters_class = TraderParameters

    def __init__(self, context: Context[TraderParameters]) -> None:
        super().__init__(context)
        self._quotes: dict[str, Quote] = {}
        self._held: dict[str, Decimal] = defaultdict(Decimal)
        self._since: dict[str, int] = defaultdict(int)
        self._under_way: set[str] = set()
        self._pause = (0, 0)

    def on_run_opened(self, run: RunOpened) -> Opinions:
        begin, end = self.parameters.flat_from, self.parameters.flat_until
        if begin is not None and end is not None:
            day = new_york(run.at).date()
            self._pause = instant_of(day, begin), instant_of(day, end)
        return None

    def on_quote(self, quote: Quote) -> Opinions:
        if 0 < quote.bid < quote.ask:
            self._quotes[quote.symbol] = quote
        return None

    def on_position(self, position: PositionChanged) -> Opinions:
        self._held[position.symbol] = position.quantity
        self._since[position.symbol] = position.at
        return None

    def on_order_ended(self, ended: OrderEnded) -> Opinions:
        self._under_way.discard(ended.symbol)
        return None

    def on_denied(self, denied: OrderDenied) -> Opinions:
        self._under_way.discard(denied.intent.symbol)
        return None

    def on_timer(self, timer: TimerFired) -> Opinions:
        now = timer.received_at
        wishes = [self._wish(symbol, now) for symbol in self._quotes]
        made = [wish for wish in wishes if wish is not None]
        self._under_way.update(wish.symbol for wish in made)
        return made

    def _wish(self, symbol: str, now: int) -> OrderIntent | None:
        wanted, held = self.parameters, self._held[symbol]
        if symbol in self._under_way:
            return None
        paused = self._pause[0] <= now < self._pause[1]
        if symbol in wanted.churn and held:
            due = now - self._since[symbol] >= _HOLD_SECONDS * NANOS
            return self._exit(symbol, now) if due or paused else None
        if held or paused:
            return None
        if symbol in wanted.hold:
            return self._entry(symbol, now, _ACROSS)
        if symbol in wanted.rest:
            return self._entry(symbol, now, _BELOW)
        rested = now - self._since[symbol] >= _PAUSE_SECONDS * NANOS
        return self._entry(symbol, now, _ACROSS) if symbol in wanted.churn and rested else None

    def _entry(self, symbol: str, now: int, factor: Decimal) -> OrderIntent:
        quote = self._quotes[symbol]
        price = Decimal(str(quote.ask)) * factor
        return OrderIntent(
            at=now,
            strategy=self.name,
            symbol=symbol,
            side=Side.BUY,
            purpose=Purpose.ENTRY,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            quantity=SHARES,
            limit_price=tick_up(price) if factor > 1 else tick_down(price),
            stop_distance=tick_up(price * Decimal("0.03")),
            reason="drill",
        )

    def _exit(self, symbol: str, now: int) -> OrderIntent:
        return OrderIntent(
            at=now,
            strategy=self.name,
            symbol=symbol,
            side=Side.SELL,
            purpose=Purpose.EXIT,
            order_type=OrderType.MARKET,
            time_in_force=TimeInForce.DAY,
            quantity=self._held[symbol],
            reason="drill",
        )
