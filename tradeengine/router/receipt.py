"""
The flat receipt, as it grows: every step of every symbol, and what closing cost.

The cost of a closing order is what it gave away against the middle of the quote
when it was sent (without a quote, against the broker's last price).
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    FlattenEnded,
    OrderEnded,
    SymbolFlattened,
)
from tradeengine.model.orders import Purpose, StopTrigger
from tradeengine.router.order import ZERO

Middle = Callable[[str], Decimal | None]
"""Gives the middle of a symbol's quote, dollars; None without a sound one."""


class Receipt:
    """The notes of one flatten."""

    def __init__(self, middle: Middle) -> None:
        self._middle = middle
        self._steps: dict[str, list[str]] = {}
        self._start: dict[str, Decimal] = {}
        self._middles: dict[str, Decimal] = {}
        self._costs: dict[str, Decimal] = {}

    def note(self, symbol: str, step: str) -> None:
        """Keep a step of a symbol; one that repeats the last is kept once."""
        steps = self._steps.setdefault(symbol, [])
        if steps[-1:] != [step]:
            steps.append(step)

    def held(self, position: BrokerPosition) -> None:
        """Keep what was there in the beginning."""
        self._start.setdefault(position.symbol, position.quantity)

    def closing(self, position: BrokerPosition) -> None:
        """Keep the price that a closing order is measured against."""
        price = self._middle(position.symbol) or position.current_price
        if price is not None:
            self._middles[position.symbol] = price

    def ended(self, order: OrderEnded) -> None:
        """Keep how an order ended, and what it cost if it closed something."""
        self.note(order.symbol, f"{order.client_order_id} {order.outcome}, filled {order.filled}")
        middle, average = self._middles.get(order.symbol), order.average_price
        if order.purpose is Purpose.FLATTEN and average is not None and middle is not None:
            cost = order.side.sign * (average - middle) * order.filled
            self._costs[order.symbol] = self._costs.get(order.symbol, ZERO) + cost

    def close(
        self,
        *,
        at: int,
        trigger: StopTrigger,
        flat: bool,
        rounds: int,
        seconds: float,
        left: Mapping[str, Decimal],
        orders: tuple[BrokerOrder, ...],
        why: Mapping[str, str],
    ) -> FlattenEnded:
        """Make the event. `left` are shares by symbol, `why` the reasons they are still there."""
        symbols = sorted(self._steps.keys() | self._start.keys() | left.keys())
        return FlattenEnded(
            at=at,
            trigger=trigger,
            flat=flat,
            rounds=rounds,
            seconds=seconds,
            symbols=tuple(
                SymbolFlattened(
                    symbol=symbol,
                    start_quantity=self._start.get(symbol, ZERO),
                    left=left.get(symbol, ZERO),
                    steps=tuple(self._steps.get(symbol, ())),
                    cost=self._costs.get(symbol, ZERO),
                    why=why.get(symbol, ""),
                )
                for symbol in symbols
            ),
            positions_left=tuple(left),
            orders_left=tuple(order.client_order_id for order in orders),
        )
