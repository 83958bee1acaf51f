"""
Flatten: cancel everything, close everything, until the broker says flat.

A round is: ask what the broker holds; cancel what is open; close what is held and not
already being closed. Stops go last: until the broker has said what it holds, nothing can
be sold, and they are all that protects it. Only the broker's own answer ends it: no
positions, no orders, and none of ours still on its way there. `closing.py` says how a
position is closed, `receipt.py` keeps every step. A stop begins a new flatten.

When the deadline passes, what is left gets its stops back (`standing_down.py`); only
SAFETY, which begins again at once, goes on without.
"""

from collections.abc import Iterator
from decimal import Decimal

from tradeengine.model.commands import CancelOrder, FlattenAll, OrderIntent
from tradeengine.model.events import (
    BrokerOrder,
    BrokerPosition,
    BrokerSnapshot,
    BrokerUnreachable,
    FlattenEnded,
    OrderDenied,
    OrderEnded,
    OrderRejected,
    RunOpened,
    TimerFired,
    TradingStatus,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose, StopTrigger
from tradeengine.router.asking import Asking
from tradeengine.router.closing import Closing
from tradeengine.router.missed_ends import MissedEnds
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.protection import Protector
from tradeengine.router.receipt import Middle, Receipt
from tradeengine.router.router import Router
from tradeengine.router.standing_down import StandingDown


class Flattener:
    """Drive the account to flat and report it once."""

    def __init__(
        self, parameters: RouterParameters, router: Router, protector: Protector, middle: Middle
    ) -> None:
        self._poll = int(parameters.flatten_poll_seconds * NANOS)
        self._patience = int(parameters.flatten_deadline_seconds * NANOS)
        self._router, self._protector, self._middle = router, protector, middle
        self._asking = Asking(self._poll)
        self._closing = Closing(parameters)
        self._standing_down = StandingDown(parameters, router, protector)
        self._missed_ends = MissedEnds(router)
        self._receipt = Receipt(middle)
        self._trigger: StopTrigger | None = None
        self._began = self._rounds = 0
        self._ended = False
        self._is_last_look = False
        """Whether the question that is under way is the last one."""

        self._moved: set[str] = set()
        """Symbols with an order that ended since the broker was asked."""

    @property
    def active(self) -> bool:
        """Whether a flatten is under way."""
        return self._trigger is not None and not self._ended

    def on_run_opened(self, run: RunOpened) -> None:
        self._closing.on_run_opened(run)

    def on_status(self, status: TradingStatus) -> None:
        self._closing.on_status(status)

    def on_flatten_all(self, command: FlattenAll) -> Iterator[Message]:
        """Begin, or begin again: cancel what we know of but the stops, and ask for the rest."""
        self._trigger, self._began = command.trigger, command.at
        self._ended, self._rounds = False, 0
        self._asking.begin(command.at)
        self._receipt = Receipt(self._middle)
        self._closing.begin()
        self._standing_down.reset()
        self._missed_ends.reset()
        yield from self._cancel_ours(command.at, stops=False)
        yield from self._ask(command.at)

    def _cancel_ours(self, now: int, *, stops: bool) -> Iterator[Message]:
        ours = self._router.book.open_orders()
        for order in [each for each in ours if (each.purpose is Purpose.PROTECT) is stops]:
            if asked := list(self._router.cancel(order, now)):
                self._receipt.note(order.symbol, f"cancel {order.client_order_id}")
            yield from asked

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Act on what the broker holds, or finish."""
        if not self.active or not self._asking.hear(snapshot):
            return
        for position in snapshot.positions:
            self._receipt.held(position)
        yield from self._act(snapshot)

    def _act(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        now = snapshot.received_at
        yield from self._missed_ends.look(snapshot, self._asking.asked_at)
        if self._is_flat(snapshot):
            yield self._end(now, flat=True)
            return
        if self._standing_down.active:
            if self._is_last_look:
                yield self._end(now, flat=False)
            return
        yield from self._round(snapshot)
        if self._is_settled(snapshot):
            yield self._end(now, flat=False)

    def _is_flat(self, snapshot: BrokerSnapshot) -> bool:
        # A row that cannot be read may be a position: it is not flat until all are read.
        if snapshot.positions or snapshot.orders or snapshot.unreadable_rows:
            return False
        # An entry may still be on its way to the broker, and be filled when it gets there.
        return not self._missed_ends.waits and next(self._router.book.open_orders(), None) is None

    def _is_settled(self, snapshot: BrokerSnapshot) -> bool:
        """Whether all that is left waits for an open that this flatten does not live to see."""
        now, end = snapshot.received_at, self._began + self._patience
        if self._trigger is StopTrigger.SAFETY or not self._closing.is_queued(now):
            return False
        waiting = {order.symbol for order in snapshot.orders if self._is_closing(order)}
        held = {position.symbol for position in snapshot.positions}
        is_rest_clear = not snapshot.unreadable_rows and all(
            self._is_closing(order) for order in snapshot.orders
        )
        return is_rest_clear and held <= waiting and not self._closing.opens_within(now, end)

    def _round(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        now = snapshot.received_at
        busy = {order.symbol for order in snapshot.orders}
        yield from self._cancel_ours(now, stops=True)
        for order in snapshot.orders:
            yield from self._cancel(order, now)
        # What was read before an order ended may have been sold by it: sold again, it is short.
        busy |= self._moved
        closing = [
            position
            for position in snapshot.positions
            if position.symbol not in busy and self._may_close(position.symbol, now)
        ]
        self._rounds += bool(closing)
        for position in closing:
            yield self._close(position, now)
        if self._moved and not closing:
            yield from self._ask(now)

    def _may_close(self, symbol: str, now: int) -> bool:
        is_free = not self._router.book.open_in(symbol)
        return is_free and self._closing.may_close(symbol, now)

    def _cancel(self, held: BrokerOrder, now: int) -> Iterator[Message]:
        ours = self._router.book.get(held.client_order_id)
        if ours is None or ours.state.ended:
            yield from self._cancel_shown(held, now)
        elif self._is_closing(held) and (reason := self._closing.waits_for(held.symbol, now)):
            self._receipt.note(held.symbol, f"{reason}: its order waits at the broker")
        elif self._is_closing(held) and self._asking.asked_at - ours.sent_at < self._poll:
            return  # A closing order of ours is given until the next poll.
        else:
            yield from self._router.cancel(ours, now)

    def _cancel_shown(self, held: BrokerOrder, now: int) -> Iterator[Message]:
        step = f"cancel {held.client_order_id} (shown open by the broker)"
        self._receipt.note(held.symbol, step)
        yield CancelOrder(
            at=now,
            client_order_id=held.client_order_id,
            order_id=held.order_id,
            symbol=held.symbol,
        )

    def _is_closing(self, held: BrokerOrder) -> bool:
        order = self._router.book.get(held.client_order_id)
        return order is not None and order.purpose is Purpose.FLATTEN

    def _close(self, position: BrokerPosition, now: int) -> OrderIntent:
        wish = self._closing.wish(position, self._rounds, now)
        self._receipt.closing(position)
        how = wish.order_type.value + (" for extended hours" if wish.extended_hours else "")
        step = f"round {self._rounds}: {wish.side.value} {wish.quantity} {how}"
        self._receipt.note(position.symbol, step)
        return wish

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        """The question failed; the next heartbeat asks again."""
        self._asking.on_unreachable(event)

    def on_rejected(self, event: OrderRejected) -> None:
        """Let the symbol wait before the next try, and keep the reason."""
        order = self._router.book.get(event.client_order_id)
        if self.active and order is not None and order.purpose is Purpose.FLATTEN:
            self._closing.refused(event.symbol, event.reason, event.received_at)
            self._receipt.note(event.symbol, f"refused: {event.reason}")

    def on_order_ended(self, ended: OrderEnded) -> Iterator[Message]:
        """Something changed: ask at once instead of waiting for the poll."""
        if not self.active:
            return
        self._receipt.ended(ended)
        if ended.purpose is Purpose.FLATTEN and ended.filled:
            self._closing.filled(ended.symbol)
        self._moved.add(ended.symbol)
        if self._standing_down.active:
            yield from self._standing_down.go_on(ended.at)
        elif next(self._router.book.open_orders(), None) is None:
            yield from self._ask(ended.at)

    def on_denied(self, denied: OrderDenied) -> None:
        """Keep a refusal of our own gate in the receipt; the next round tries again."""
        if denied.intent.purpose is Purpose.FLATTEN:
            step = f"denied: {denied.reason.name} {denied.actual}"
            self._receipt.note(denied.intent.symbol, step)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        """Ask again at the poll interval; give up at the deadline."""
        if not self.active:
            return
        now = timer.received_at
        is_late = now - self._began >= self._patience
        if self._standing_down.active:
            yield from self._standing_down.go_on(now)
        elif is_late and self._trigger is not StopTrigger.SAFETY:
            yield from self._standing_down.begin(now)
        if self._standing_down.is_over(now) or (is_late and not self._standing_down.active):
            yield self._end(now, flat=False)
        elif self._asking.is_due(now):
            yield from self._ask(now)

    def _ask(self, now: int) -> Iterator[Message]:
        if question := self._asking.ask(now):
            self._is_last_look = self._standing_down.active and self._standing_down.is_done(now)
            self._moved.clear()
            yield question

    def _end(self, now: int, *, flat: bool) -> FlattenEnded:
        assert self._trigger is not None
        self._ended = True
        left = self._left(flat=flat)
        for symbol in left if self._standing_down.active else ():
            covered = self._router.book.protected(symbol)
            words = f"stop back at the broker for {covered}" if covered else "no stop at the broker"
            self._receipt.note(symbol, words)
        return self._receipt.close(
            at=now,
            trigger=self._trigger,
            flat=flat,
            rounds=self._rounds,
            seconds=(now - self._began) / NANOS,
            left=left,
            orders=() if self._asking.answer is None else self._asking.answer.orders,
            why={symbol: self._why(symbol, now) for symbol in left},
        )

    def _left(self, *, flat: bool) -> dict[str, Decimal]:
        """Give what is still held: by the broker's last word, without one by our own books."""
        if flat:
            return {}
        if self._asking.answer is None:
            return self._protector.held()
        return {row.symbol: row.quantity for row in self._asking.answer.positions}

    def _why(self, symbol: str, now: int) -> str:
        if self._asking.silence:
            return f"no answer from the broker: {self._asking.silence}"
        if self._asking.answer is None:
            return "no answer from the broker; the shares are those of our own books"
        return self._closing.why_held(symbol, now)
