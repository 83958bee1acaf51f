"""
What is held and what is promised.

Exposure is reserved when an order is approved and released when the order has
ended; in between, every fill lowers the promise, and the ledger's word for the
position, which follows before any intent can, raises what is held. So at any
moment a symbol can end up anywhere between "all open sells filled" and "all
open buys filled", and limits are held against the worse end.

An order of ours has no name yet when it is approved; it is known by who wanted it,
where, which way and what for, until it is sent. Orders found at the broker at the
start have their names from there.

An order can end before its last fills are told. What is missing stays counted until
it is told, or until the broker says what is held.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tradeengine.model.commands import OrderIntent, SubmitOrder
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    OrderEnded,
    OrderFilled,
    PositionChanged,
)
from tradeengine.model.orders import OrderType, Purpose, Side

ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Reservation:
    """An open order of `quantity` shares at `price` dollars at worst."""

    strategy: str
    symbol: str
    side: Side
    purpose: Purpose
    quantity: Decimal
    price: Decimal
    filled: Decimal = ZERO
    client_order_id: str = ""
    is_found: bool = False
    """Whether it was found at the broker, and is not of this run."""
    is_heir: bool = False
    """Whether the broker has put another order in its place, which nobody here follows."""
    has_ended: bool = False
    told: set[tuple[Decimal, Decimal]] = field(default_factory=set)
    """The stretches of the order that its fills cover: shares from and to."""

    @property
    def left(self) -> Decimal:
        """Shares that may still be filled."""
        return max(ZERO, self.quantity - self.filled)

    @property
    def is_told_by_broker_only(self) -> bool:
        """Whether the broker's word is the only one that comes of its end."""
        return self.is_found or self.is_heir

    def inherit(self, client_order_id: str) -> None:
        """Become the order that takes its place, for what was left of it."""
        self.client_order_id, self.is_heir = client_order_id, True
        self.quantity, self.filled = self.left, ZERO
        self.told.clear()

    def take(self, fill: OrderFilled) -> None:
        """Lower the promise by a fill; one that is told twice lowers it once."""
        if self.is_told_by_broker_only:
            self.filled = max(self.filled, fill.cumulative)
            return
        self.told.add((fill.cumulative - fill.quantity, fill.cumulative))
        self.filled = sum((high - low for low, high in self.told), ZERO)

    def is_of(self, ended: OrderEnded) -> bool:
        """Tell whether this order may be the one that ended."""
        if self.client_order_id:
            return self.client_order_id == ended.client_order_id
        return (self.strategy, self.symbol, self.side, self.purpose) == (
            ended.strategy,
            ended.symbol,
            ended.side,
            ended.purpose,
        )


class Held(NamedTuple):
    """A position: shares (negative: short) and average price in dollars."""

    quantity: Decimal
    average_price: Decimal


FLAT = Held(ZERO, ZERO)


class ExposureBook:
    """Positions and reservations by symbol."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._open: dict[str, list[Reservation]] = {}
        # Found orders that the broker has ended, until the router's word for it has passed.
        self._ended: set[str] = set()

    def held(self, symbol: str) -> Held:
        """Give the position of a symbol."""
        return self._held.get(symbol, FLAT)

    def open_orders(self, symbol: str) -> list[Reservation]:
        """List the open orders of a symbol, oldest first."""
        return self._open.get(symbol, [])

    def left(self, symbol: str, side: Side) -> Decimal:
        """Sum up the shares that open orders of a side may still fill."""
        return sum((r.left for r in self.open_orders(symbol) if r.side is side), ZERO)

    def cost(self) -> Decimal:
        """Sum up the dollars that everything held has cost, shorts counted like longs."""
        return sum((abs(h.quantity) * h.average_price for h in self._held.values()), ZERO)

    def promised(self) -> Decimal:
        """Sum up the dollars that open entries may still cost."""
        orders = (r for rows in self._open.values() for r in rows)
        return sum((r.left * r.price for r in orders if r.purpose is Purpose.ENTRY), ZERO)

    def symbols(self) -> Iterator[str]:
        """Yield every symbol with a position or an open order, once."""
        return iter(dict.fromkeys((*self._held, *self._open)))

    def reserve(self, intent: OrderIntent, quantity: Decimal, price: Decimal) -> None:
        """Count an order from now on, filled whole, at `price` dollars a share."""
        self._add(
            Reservation(
                strategy=intent.strategy,
                symbol=intent.symbol,
                side=intent.side,
                purpose=intent.purpose,
                quantity=quantity,
                price=price,
            )
        )

    def name(self, order: SubmitOrder) -> None:
        """Give the oldest order of its kind that has no name the one it is sent under."""
        kind = (order.side, order.purpose, "")
        orders = self.open_orders(order.symbol)
        unnamed = (r for r in orders if (r.side, r.purpose, r.client_order_id) == kind)
        reservation = next(unnamed, None)
        if reservation is not None:
            reservation.client_order_id = order.client_order_id

    def fill(self, fill: OrderFilled) -> None:
        """Lower the promise of the order that was filled; a fill told twice lowers it once."""
        reservation = self._named(fill.symbol, fill.client_order_id)
        if reservation is None:
            return
        reservation.take(fill)
        if reservation.left:
            return
        if reservation.has_ended:
            self._drop(fill.symbol, reservation)
        elif reservation.is_told_by_broker_only:
            # No other word of its end may come: nobody follows the orders of others.
            self.release_found(fill.symbol, fill.client_order_id, reservation.filled)

    def missing(self, symbol: str, side: Side) -> Decimal:
        """Sum up the shares of ended orders of a side of which no fill has told yet."""
        orders = (r for r in self.open_orders(symbol) if r.has_ended and r.side is side)
        return sum((r.left for r in orders), ZERO)

    def release(self, ended: OrderEnded) -> None:
        """Stop counting an order that can no longer be filled, but for fills yet untold."""
        if ended.client_order_id in self._ended:
            self._ended.discard(ended.client_order_id)
            return  # Released by its name: an order of ours that looks like it is still open.
        orders = self.open_orders(ended.symbol)
        done = self._named(ended.symbol, ended.client_order_id)
        done = done or next((r for r in orders if not r.client_order_id and r.is_of(ended)), None)
        if done is not None:
            self._end(ended.symbol, done, ended.missing)

    def release_found(self, symbol: str, client_order_id: str, filled: Decimal) -> None:
        """Stop counting an order that is not the router's, and ended with so many filled."""
        found = self._named(symbol, client_order_id)
        if found is not None and found.is_told_by_broker_only:
            self._ended.add(client_order_id)
            self._end(symbol, found, filled - found.filled)

    def _end(self, symbol: str, done: Reservation, missing: Decimal) -> None:
        done.has_ended, done.quantity = True, done.filled + max(ZERO, missing)
        if not done.left:
            self._drop(symbol, done)

    def _named(self, symbol: str, client_order_id: str) -> Reservation | None:
        orders = (r for r in self.open_orders(symbol) if r.client_order_id)
        return next((r for r in orders if r.client_order_id == client_order_id), None)

    def _drop(self, symbol: str, done: Reservation | None) -> None:
        orders = self.open_orders(symbol)
        if done is not None:
            orders.remove(done)
        if not orders:
            self._open.pop(symbol, None)

    def rename(self, symbol: str, old: str, new: str) -> None:
        """Follow an order through a replacement."""
        if (reservation := self._named(symbol, old)) is not None:
            reservation.inherit(new)

    def position_changed(self, event: PositionChanged) -> None:
        """Take the ledger's word for a position."""
        self._set_held(event.symbol, Held(event.quantity, event.average_price))

    def hold(
        self, positions: Iterable[BrokerPosition], but_not: Collection[str] = frozenset()
    ) -> None:
        """Take the broker's word for all positions but some: what was missing is in them."""
        for symbol in [name for name in self._held if name not in but_not]:
            del self._held[symbol]
        for symbol in [name for name in self._open if name not in but_not]:
            self.forget_missing(symbol)
        for row in positions:
            if row.symbol not in but_not:
                self._set_held(row.symbol, Held(row.quantity, row.average_price))

    def forget_missing(self, symbol: str) -> None:
        """Wait for no fill of ended orders of a symbol any more: what is held has them."""
        for done in [r for r in self.open_orders(symbol) if r.has_ended]:
            self._drop(symbol, done)

    def adopt(self, orders: Iterable[BrokerOrder]) -> None:
        """Count the orders that were open at the broker when the run began."""
        self._open.clear()
        for order in orders:
            price = order.limit_price or order.stop_price or ZERO
            self._add(
                Reservation(
                    strategy="",
                    symbol=order.symbol,
                    side=order.side,
                    purpose=self._likely_purpose(order),
                    quantity=order.quantity,
                    price=price,
                    filled=order.filled,
                    client_order_id=order.client_order_id,
                    is_found=True,
                )
            )

    def _likely_purpose(self, order: BrokerOrder) -> Purpose:
        if self.held(order.symbol).quantity * order.side.sign >= 0:
            return Purpose.ENTRY
        stops = {OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP}
        return Purpose.PROTECT if order.order_type in stops else Purpose.EXIT

    def _add(self, reservation: Reservation) -> None:
        self._open.setdefault(reservation.symbol, []).append(reservation)

    def _set_held(self, symbol: str, held: Held) -> None:
        if held.quantity:
            self._held[symbol] = held
        else:
            self._held.pop(symbol, None)
