"""
Flatten: cancel everything, close everything, until the broker says flat.

A round is: ask what the broker holds; cancel what is open; close what is held
and not already being closed. Only the broker's own answer ends it: no positions,
no orders, and none of ours still on its way there. The first rounds close with
limit orders collared around the last price, later ones with market orders. Every
step is kept for the receipt. It can be asked for again: a stop during or after the
flatten of SAFETY begins a new one.
"""

from collections.abc import Iterator

from tradeengine.model.commands import AskBroker, CancelOrder, FlattenAll, OrderIntent
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    BrokerUnreachable,
    FlattenEnded,
    OrderDenied,
    OrderEnded,
    SymbolFlattened,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Question, Side, StopTrigger, TimeInForce
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.router.order import ZERO
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.router import Router

FLATTEN = "flatten"
"""The name under which closing orders are sent."""

_LOST_AFTER = 20 * NANOS


class Flattener:
    """Drive the account to flat and report it once."""

    def __init__(self, parameters: RouterParameters, router: Router) -> None:
        self._parameters = parameters
        self._router = router
        self._trigger: StopTrigger | None = None
        self._began = self._asked_at = 0
        self._rounds = 0
        self._asking = self._ended = False
        # Symbols with an order that ended since the broker was asked.
        self._moved: set[str] = set()
        self._steps: dict[str, list[str]] = {}
        self._start: dict[str, BrokerPosition] = {}
        self._last: BrokerSnapshot | None = None

    @property
    def active(self) -> bool:
        """Whether a flatten is under way."""
        return self._trigger is not None and not self._ended

    def on_flatten_all(self, command: FlattenAll) -> Iterator[Message]:
        """Begin, or begin again: cancel what we know of at once, and ask for the rest."""
        self._trigger, self._began = command.trigger, command.at
        self._ended = False
        self._asking = self._asking and self._asked_at == command.at
        self._rounds, self._last = 0, None
        self._steps, self._start = {}, {}
        for order in list(self._router.book.open_orders()):
            self._note(order.symbol, f"cancel {order.client_order_id}")
            yield from self._router.cancel(order, command.at)
        yield from self._ask(command.at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Act on what the broker holds, or finish."""
        if not self.active or snapshot.why != Question.FLATTEN:
            return
        if snapshot.asked_at not in (0, self._asked_at):
            return  # The answer to an earlier question: what it read may have been sold since.
        self._asking = False
        self._last = snapshot
        for position in snapshot.positions:
            self._start.setdefault(position.symbol, position)
        if self._is_flat(snapshot):
            yield self._end(snapshot.received_at, flat=True)
            return
        yield from self._round(snapshot)

    def _is_flat(self, snapshot: BrokerSnapshot) -> bool:
        # A row that cannot be read may be a position: it is not flat until all are read.
        if snapshot.positions or snapshot.orders or snapshot.unreadable_rows:
            return False
        # An entry may still be on its way to the broker, and be filled when it gets there.
        return next(self._router.book.open_orders(), None) is None

    def _round(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        now = snapshot.received_at
        busy = {order.symbol for order in snapshot.orders}
        for order in snapshot.orders:
            yield from self._cancel(order, now)
        # What was read before an order ended may have been sold by it: sold again, it is short.
        busy |= self._moved
        closing = [
            position
            for position in snapshot.positions
            if position.symbol not in busy and not self._router.book.open_in(position.symbol)
        ]
        if closing:
            self._rounds += 1
        for position in closing:
            yield self._close(position, now)
        if self._moved and not closing:
            yield from self._ask(now)

    def _cancel(self, held: BrokerOrder, now: int) -> Iterator[Message]:
        ours = self._router.book.get(held.client_order_id)
        if ours is not None and not ours.state.ended:
            if not self._is_closing(held):
                yield from self._router.cancel(ours, now)
            return
        self._note(held.symbol, f"cancel {held.client_order_id} (shown open by the broker)")
        yield CancelOrder(
            at=now,
            client_order_id=held.client_order_id,
            order_id=held.order_id,
            symbol=held.symbol,
        )

    def _is_closing(self, held: BrokerOrder) -> bool:
        """A closing order of ours is given until the next poll before it is cancelled."""
        order = self._router.book.get(held.client_order_id)
        poll = int(self._parameters.flatten_poll_seconds * NANOS)
        return (
            order is not None
            and order.purpose is Purpose.FLATTEN
            and self._asked_at - order.sent_at < poll
        )

    def _close(self, position: BrokerPosition, now: int) -> OrderIntent:
        side = Side.SELL if position.quantity > 0 else Side.BUY
        collared = self._rounds <= self._parameters.flatten_collar_rounds
        price = position.current_price if collared else None
        limit = None
        if price is not None:
            reach = price * self._parameters.flatten_collar_percent / 100
            limit = tick_down(price - reach) if side is Side.SELL else tick_up(price + reach)
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        quantity = abs(position.quantity)
        self._note(position.symbol, f"round {self._rounds}: {side.value} {quantity} {kind.value}")
        return OrderIntent(
            at=now,
            strategy=FLATTEN,
            symbol=position.symbol,
            side=side,
            purpose=Purpose.FLATTEN,
            order_type=kind,
            time_in_force=TimeInForce.DAY,
            quantity=quantity,
            limit_price=limit,
            reason=f"flatten, round {self._rounds}",
        )

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        """The question failed; the next heartbeat asks again."""
        if event.why == Question.FLATTEN:
            self._asking = False

    def on_order_ended(self, ended: OrderEnded) -> Iterator[Message]:
        """Something changed: ask at once instead of waiting for the poll."""
        if not self.active:
            return
        self._note(ended.symbol, f"{ended.client_order_id} {ended.outcome}, filled {ended.filled}")
        self._moved.add(ended.symbol)
        if next(self._router.book.open_orders(), None) is None:
            yield from self._ask(ended.at)

    def on_denied(self, denied: OrderDenied) -> None:
        """Keep a refusal of our own gate in the receipt; the next round tries again."""
        if denied.intent.purpose is Purpose.FLATTEN:
            self._note(denied.intent.symbol, f"denied: {denied.reason.name} {denied.actual}")

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        """Ask again at the poll interval; give up at the deadline."""
        if not self.active:
            return
        now = timer.received_at
        if now - self._began >= self._parameters.flatten_deadline_seconds * NANOS:
            yield self._end(now, flat=False)
        elif now - self._asked_at >= self._parameters.flatten_poll_seconds * NANOS:
            # An answer that never came must not end the asking.
            self._asking = self._asking and now - self._asked_at < _LOST_AFTER
            yield from self._ask(now)

    def _ask(self, now: int) -> Iterator[Message]:
        if not self._asking:
            self._asking, self._asked_at = True, now
            self._moved.clear()
            yield AskBroker(at=now, why=Question.FLATTEN)

    def _note(self, symbol: str, step: str) -> None:
        self._steps.setdefault(symbol, []).append(step)

    def _end(self, now: int, *, flat: bool) -> FlattenEnded:
        assert self._trigger is not None
        self._ended = True
        left = {} if self._last is None else {p.symbol: p for p in self._last.positions}
        orders = () if self._last is None else self._last.orders
        symbols = sorted(self._steps.keys() | self._start.keys())
        return FlattenEnded(
            at=now,
            trigger=self._trigger,
            flat=flat,
            rounds=self._rounds,
            seconds=(now - self._began) / NANOS,
            symbols=tuple(
                SymbolFlattened(
                    symbol=symbol,
                    start_quantity=self._start[symbol].quantity if symbol in self._start else ZERO,
                    left=left[symbol].quantity if symbol in left else ZERO,
                    steps=tuple(self._steps.get(symbol, ())),
                )
                for symbol in symbols
            ),
            positions_left=tuple(left),
            orders_left=tuple(order.client_order_id for order in orders),
        )
