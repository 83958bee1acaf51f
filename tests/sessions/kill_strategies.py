"""Strategies that begin with the first quote: a kill needs an order soon, not a good one."""

from decimal import Decimal

from msgspec import structs

from tests.sessions.strategies import BuyOnce, _no_bar
from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import Bar, PositionChanged, Quote, TimerFired
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.strategy.port import Opinions


class BuyNow(BuyOnce):
    """Buy 10 shares of each symbol that has none, at a quote."""

    def on_bar(self, _: Bar) -> Opinions:
        return None

    def on_quote(self, quote: Quote) -> Opinions:
        super().on_quote(quote)
        if quote.symbol not in self._wanted:
            return None
        self._wanted.discard(quote.symbol)
        return [self.wish(_no_bar(quote), quote)]


class BuyMuchNow(BuyNow):
    """Like BuyNow, but far more shares than one quote shows, so that the fill is partial."""

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        return structs.replace(super().wish(bar, quote), quantity=Decimal(2_000))


class RestNow(BuyNow):
    """Like BuyNow, half a percent below the market: the order rests and is cancelled."""

    def wish(self, bar: Bar, quote: Quote) -> OrderIntent:
        price = tick_up(Decimal(str(quote.bid)) * Decimal("0.995"))
        return structs.replace(super().wish(bar, quote), limit_price=price)


class BuyThenSell(BuyNow):
    """Like BuyNow, and sell a few heartbeats later, when a stop holds the shares."""

    def __init__(self, context: "object") -> None:
        super().__init__(context)
        self._held: dict[str, Decimal] = {}
        self._beats = 0

    def on_position(self, position: PositionChanged) -> Opinions:
        self._held[position.symbol] = position.quantity
        return super().on_position(position)

    def on_timer(self, timer: TimerFired) -> Opinions:
        self._beats += any(self._held.values())
        if self._beats != 4:
            return None
        return [self._exit(timer, symbol, held) for symbol, held in self._held.items() if held]

    def _exit(self, timer: TimerFired, symbol: str, held: Decimal) -> OrderIntent:
        return OrderIntent(
            at=timer.received_at,
            strategy=self.name,
            symbol=symbol,
            side=Side.SELL,
            purpose=Purpose.EXIT,
            order_type=OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            quantity=held,
            limit_price=tick_down(Decimal(str(self._quotes[symbol].bid)) * Decimal("0.995")),
            reason="test",
        )
