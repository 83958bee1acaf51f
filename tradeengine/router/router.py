"""
The router: approved orders become commands, and every order is followed to its end.

An exit waits while the symbol's broker-held stop is being cancelled, because the stop
holds the shares (403 "insufficient qty available"). An entry that is not filled in time
is cancelled, so that the stop can be placed without looking like a wash trade.
"""

from collections.abc import Iterator

from msgspec import structs

from tradeengine.model.commands import ApprovedOrder, CancelOrder, SubmitOrder
from tradeengine.model.events import (
    BrokerSnapshot,
    CancelRejected,
    FillBusted,
    HoldingsDiffer,
    OrderAccepted,
    OrderCancelled,
    OrderEnded,
    OrderEvent,
    OrderExpired,
    OrderFilled,
    OrderNotFound,
    OrderRejected,
    OrderReplaced,
    OrderStale,
    OrderUnresolved,
    PositionChanged,
    PositionSplit,
    RunOpened,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.names import is_ours
from tradeengine.model.orders import Purpose, Question
from tradeengine.router.identity import OrderNames
from tradeengine.router.order import ZERO, Order, OrderBook, adopted_order
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.shares_held import SharesHeld
from tradeengine.router.states import LIFE, Happening, OrderState

_HAPPENINGS: dict[type[OrderEvent], Happening] = {
    OrderAccepted: Happening.ACCEPTED,
    OrderRejected: Happening.REJECTED,
    OrderCancelled: Happening.CANCELLED,
    OrderExpired: Happening.EXPIRED,
    OrderReplaced: Happening.REPLACED,
    OrderUnresolved: Happening.UNRESOLVED,
    OrderNotFound: Happening.NOT_FOUND,
    CancelRejected: Happening.CANCEL_REJECTED,
}
"""What an order event means in the table of life. Fills depend on the quantity."""

_SIGNS_OF_LIFE = frozenset({Happening.ACCEPTED, Happening.PART_FILLED})


class Router:
    """Send approved orders, once each, and keep the book of them."""

    def __init__(self, parameters: RouterParameters) -> None:
        self.book = OrderBook()
        self._names = OrderNames()
        self._patience = int(parameters.entry_patience_seconds * NANOS)
        # Exits that wait for the end of the orders that hold their shares.
        self._parked: dict[str, list[Order]] = {}
        self._commands: dict[str, SubmitOrder] = {}
        self._shares = SharesHeld()

    def on_run_opened(self, run: RunOpened) -> None:
        self._names.run_tag = run.run_tag

    def on_approved(self, approved: ApprovedOrder) -> Iterator[Message]:
        """Name the order and send it, or park it until its shares are free."""
        order, command = self._make(approved)
        blockers = self._blockers(order)
        self.book.add(order)
        if blockers:
            self._parked.setdefault(order.symbol, []).append(order)
            self._commands[order.client_order_id] = command
            yield from (c for b in blockers for c in self.cancel(b, approved.at))
        else:
            yield command

    def _make(self, approved: ApprovedOrder) -> tuple[Order, SubmitOrder]:
        intent = approved.intent
        name = self._names.next_name(intent.strategy, intent.symbol, intent.purpose)
        order = Order(
            client_order_id=name,
            strategy=intent.strategy,
            symbol=intent.symbol,
            side=intent.side,
            purpose=intent.purpose,
            quantity=approved.quantity,
            sent_at=approved.at,
            order_type=intent.order_type,
            price=intent.limit_price if intent.limit_price is not None else intent.stop_price,
        )
        command = SubmitOrder(
            at=approved.at,
            client_order_id=name,
            symbol=intent.symbol,
            side=intent.side,
            purpose=intent.purpose,
            quantity=approved.quantity,
            order_type=intent.order_type,
            time_in_force=intent.time_in_force,
            limit_price=intent.limit_price,
            stop_price=intent.stop_price,
            extended_hours=intent.extended_hours,
        )
        return order, command

    def _blockers(self, order: Order) -> list[Order]:
        """Open orders that must end before this one can be sent."""
        if order.purpose not in {Purpose.EXIT, Purpose.FLATTEN}:
            return []
        return self.book.open_in(order.symbol)

    def cancel(self, order: Order, at: int) -> Iterator[Message]:
        """Ask for an order's cancellation, unless that is already under way."""
        if order.state is OrderState.CANCELLING or order.state.ended:
            return
        if self._commands.pop(order.client_order_id, None) is not None:
            self._parked[order.symbol].remove(order)
            yield from self._apply(order, Happening.NOT_FOUND, at)
            return
        yield from self._apply(order, Happening.CANCEL_ASKED, at)
        yield self._cancel_order(order, at)

    def _cancel_order(self, order: Order, at: int) -> CancelOrder:
        return CancelOrder(
            at=at,
            client_order_id=order.client_order_id,
            order_id=order.order_id,
            symbol=order.symbol,
        )

    def on_order_event(self, event: OrderEvent) -> Iterator[Message]:
        """Move the order that a broker's event is about."""
        order = self.book.get(event.client_order_id)
        if order is None:
            yield self._stranger(event)
            return
        happening = _HAPPENINGS[type(event)]
        if happening is Happening.NOT_FOUND and order.order_id:
            # The stream has shown it: even one that is being cancelled is still alive.
            note = LIFE[OrderState.WORKING][happening].note
            yield self._stale(order, order.state, happening, note, event.received_at)
            return
        order.order_id = event.order_id or order.order_id
        if isinstance(event, OrderCancelled | OrderExpired):
            order.filled_by_broker = event.cumulative
        yield from self._apply(order, happening, event.received_at)

    def on_filled(self, fill: OrderFilled) -> Iterator[Message]:
        """Count an execution, once, and move its order."""
        order = self.book.get(fill.client_order_id)
        if order is None:
            yield self._stranger(fill)
            return
        order.order_id = fill.order_id or order.order_id
        if not order.take_execution(fill.execution_id, fill.quantity, fill.price):
            return
        self._shares.on_filled(order, fill)
        order.filled_by_broker = max(order.filled_by_broker, fill.cumulative)
        # The broker's word ends it: after a bust the fills never sum up to it.
        happening = Happening.FILLED if fill.complete or order.left <= 0 else Happening.PART_FILLED
        yield from self._apply(order, happening, fill.received_at)

    def on_busted(self, bust: FillBusted) -> None:
        """Take an execution back, or put its correction in its place."""
        order = self.book.get(bust.client_order_id)
        if order is None:
            return
        before = order.filled
        if order.bust_execution(bust.previous_execution_id) and bust.price is not None:
            order.take_execution(bust.execution_id, bust.quantity, bust.price)
        self._shares.on_busted(order, bust, order.filled - before)

    def on_position(self, position: PositionChanged) -> None:
        self._shares.on_position(position)

    def on_split(self, split: PositionSplit) -> None:
        self._shares.on_split(split)

    def on_holdings(self, differ: HoldingsDiffer) -> None:
        if differ.taken_over:
            self._shares.on_taken_over(differ)
            self.book.forget_missing(differ.symbol)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        """Cancel late entries, and what an exit waits for: a cancel may have been refused."""
        now = timer.received_at
        late = [
            order
            for order in self.book.open_orders()
            if order.purpose is Purpose.ENTRY and now - order.sent_at >= self._patience
        ]
        for symbol, parked in self._parked.items():
            if parked:
                late += [order for order in self.book.open_in(symbol) if order not in parked]
        for order in late:
            yield from self.cancel(order, now)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """At start, adopt our own open orders of an earlier run; keep only their stops."""
        if snapshot.why != Question.START:
            return
        self._shares.on_start(snapshot)
        for held in snapshot.orders:
            if is_ours(held.client_order_id) and self.book.get(held.client_order_id) is None:
                order = adopted_order(held, snapshot.received_at)
                self.book.add(order)
                if order.purpose is not Purpose.PROTECT:
                    yield from self.cancel(order, snapshot.received_at)

    def _apply(self, order: Order, happening: Happening, at: int) -> Iterator[Message]:
        was = order.state
        row = order.happens(happening)
        self.book.settle(order)
        if row.note:
            yield self._stale(order, was, happening, row.note, at)
        if was is OrderState.NEVER_SENT and happening in _SIGNS_OF_LIFE:
            yield self._cancel_order(order, at)
        if order.state.ended and not was.ended:
            yield self._ended(order, order.state.value, at)
            yield from self._unpark(order.symbol, at)

    def _unpark(self, symbol: str, at: int) -> Iterator[Message]:
        """Send the parked exit of a symbol once nothing else of it is open."""
        parked = self._parked.get(symbol, [])
        waiting = [order for order in self.book.open_in(symbol) if order not in parked]
        if not parked or waiting:
            return
        for order in self._parked.pop(symbol):
            command = self._commands.pop(order.client_order_id)
            # A parked exit never sells more than is held by then.
            held = -order.side.sign * self._shares.of(symbol)
            held -= self.book.missing_in(symbol, order.side)
            order.quantity = min(order.quantity, max(ZERO, held))
            if order.quantity > 0:
                yield structs.replace(command, quantity=order.quantity)
            else:
                yield from self._apply(order, Happening.NOT_FOUND, at)

    def _ended(self, order: Order, outcome: str, at: int) -> OrderEnded:
        return OrderEnded(
            at=at,
            client_order_id=order.client_order_id,
            strategy=order.strategy,
            symbol=order.symbol,
            side=order.side,
            purpose=order.purpose,
            outcome=outcome,
            filled=order.filled,
            average_price=order.average_price,
            missing=order.missing,
        )

    def _stale(
        self, order: Order, was: OrderState, happening: Happening, note: str, at: int
    ) -> OrderStale:
        return OrderStale(
            at=at,
            client_order_id=order.client_order_id,
            state=was.value,
            event=happening.value,
            note=note,
        )

    def _stranger(self, event: OrderEvent) -> OrderStale:
        return OrderStale(
            at=event.received_at,
            client_order_id=event.client_order_id,
            state="unknown",
            event=type(event).__name__,
            note="not an order of this run: another program or person trades this account",
        )
