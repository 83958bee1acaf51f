"""
Protection: every position has a resting stop at the broker.

Looked at on every heartbeat instead of on every fill: whatever led to a
share without a stop (a fill, even one told late, an exit that filled in part, an
adoption, a refusal), the next heartbeat mends it. The gate cuts the order down
to what no other stop covers. An entry that is still working is given
its time first, because a stop beside an open buy is refused as a wash trade.
"""

from collections.abc import Iterator
from decimal import Decimal

from tradeengine.model.commands import ApprovedOrder, OrderIntent
from tradeengine.model.events import (
    AlertRaised,
    OrderEnded,
    PositionChanged,
    StateChanged,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Severity,
    Side,
    TimeInForce,
)
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.router.order import ZERO, OrderBook
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.states import OrderState

PROTECTION = "protection"
"""The name under which the stops are sent."""

_ACTIVE = frozenset({EngineState.TRADING, EngineState.REDUCING})


class Protector:
    """Ask for a broker-held stop wherever a share has none."""

    def __init__(self, parameters: RouterParameters, book: OrderBook) -> None:
        self._book = book
        self._fraction = parameters.adopted_stop_percent / 100
        self._retry = int(parameters.protect_retry_seconds * NANOS)
        self._state = EngineState.STARTING
        self._positions: dict[str, PositionChanged] = {}
        self._distances: dict[str, Decimal] = {}
        self._not_before: dict[str, int] = {}

    def on_state(self, change: StateChanged) -> None:
        self._state = change.after

    def on_approved(self, approved: ApprovedOrder) -> None:
        """Remember how far from the entry the stop belongs."""
        intent = approved.intent
        if intent.purpose is Purpose.ENTRY and intent.stop_distance is not None:
            self._distances[intent.symbol] = intent.stop_distance

    def on_position(self, position: PositionChanged) -> None:
        if position.quantity:
            self._positions[position.symbol] = position
        else:
            self._positions.pop(position.symbol, None)
            self._distances.pop(position.symbol, None)

    def on_order_ended(self, ended: OrderEnded) -> Iterator[Message]:
        """After a refusal wait a little, and tell a person: the position is naked."""
        if ended.purpose is Purpose.PROTECT and ended.outcome == OrderState.REJECTED:
            self._not_before[ended.symbol] = ended.at + self._retry
            text = f"{ended.symbol}: the broker refused the protective stop; position unprotected"
            yield AlertRaised(at=ended.at, severity=Severity.CRITICAL, code="NAKED", text=text)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        if self._state not in _ACTIVE:
            return
        now = timer.received_at
        for symbol, position in self._positions.items():
            if now >= self._not_before.get(symbol, 0) and not self._is_covered(position):
                yield self._stop(position, now)

    def _is_covered(self, position: PositionChanged) -> bool:
        """Tell whether stops hold every share, or another order must end first."""
        orders = self._book.open_in(position.symbol)
        if any(order.purpose is not Purpose.PROTECT for order in orders):
            return True
        return sum((order.left for order in orders), ZERO) >= abs(position.quantity)

    def _stop(self, position: PositionChanged, now: int) -> OrderIntent:
        default = position.average_price * self._fraction
        distance = self._distances.get(position.symbol, default)
        long = position.quantity > 0
        price = (
            tick_down(position.average_price - distance)
            if long
            else tick_up(position.average_price + distance)
        )
        return OrderIntent(
            at=now,
            strategy=PROTECTION,
            symbol=position.symbol,
            side=Side.SELL if long else Side.BUY,
            purpose=Purpose.PROTECT,
            order_type=OrderType.STOP,
            time_in_force=TimeInForce.GTC,
            quantity=abs(position.quantity),
            stop_price=price,
            reason="broker-held disaster stop",
        )
