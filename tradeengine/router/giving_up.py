"""
Giving up a position that cannot be protected: sell it.

Collared limit orders first, market orders when those have failed, each given the
retry time before the next. An order that hangs in the symbol is cancelled first.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import PositionChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.router.order import Order
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.router import Router

PROTECTION = "protection"
"""The name under which stops, and sales in their stead, are sent."""

Mark = Callable[[str, Decimal], Decimal]
"""Gives the last price of a symbol, or the price that is passed if there is none."""


class GivingUp:
    """The positions that are being sold, and how often each sale was tried."""

    def __init__(self, parameters: RouterParameters, router: Router, mark: Mark) -> None:
        self._parameters, self._router, self._mark = parameters, router, mark
        self._tries: dict[str, int] = {}
        self._not_before: dict[str, int] = {}

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._tries

    def begin(self, symbol: str) -> None:
        """Sell a position from now on, until it is gone."""
        self._tries.setdefault(symbol, 0)

    def forget(self, symbol: str) -> None:
        """Forget a position that is closed."""
        self._tries.pop(symbol, None)
        self._not_before.pop(symbol, None)

    def sell(self, position: PositionChanged, others: list[Order], now: int) -> Iterator[Message]:
        """Sell all of it when it is time; `others` are the symbol's orders that are no stops."""
        symbol = position.symbol
        if now < self._not_before.get(symbol, 0):
            return
        if others:
            for order in others:
                yield from self._router.cancel(order, now)
            return
        retry = int(self._parameters.protect_retry_seconds * NANOS)
        self._not_before[symbol] = now + retry
        self._tries[symbol] += 1
        collared = self._tries[symbol] <= self._parameters.flatten_collar_rounds
        yield self._sale(position, self._collar(position) if collared else None, now)

    def _collar(self, position: PositionChanged) -> Decimal:
        market = self._mark(position.symbol, position.average_price)
        reach = market * self._parameters.flatten_collar_percent / 100
        return tick_down(market - reach) if position.quantity > 0 else tick_up(market + reach)

    def _sale(self, position: PositionChanged, limit: Decimal | None, now: int) -> OrderIntent:
        return OrderIntent(
            at=now,
            strategy=PROTECTION,
            symbol=position.symbol,
            side=Side.SELL if position.quantity > 0 else Side.BUY,
            purpose=Purpose.EXIT,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            limit_price=limit,
            reason="without a broker-held stop for too long",
        )
