"""
Whatever happens in whatever order, the core keeps its promises.

Orders are accepted, refused, lost and found again, filled in pieces told late, twice
and out of order, cancelled too late, replaced by hand and busted; streams are lost,
time passes, prices move, the operator halts and the process dies and starts again.
What must hold when an order leaves is in `world.py`; the rest is here.
"""

from decimal import Decimal
from typing import TypedDict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.risk.world import SYMBOLS
from tests.whole_core import puppet
from tests.whole_core.model_broker import Head, shares
from tests.whole_core.world import World
from tradeengine.model.commands import OrderIntent, RequestStop
from tradeengine.model.events import (
    BrokerUnreachable,
    FeedConnected,
    FeedLost,
    FeedMuted,
    FeedStable,
    OrderAccepted,
    OrderNotFound,
    OrderStreamLost,
    OrderStreamReady,
    OrderUnresolved,
)
from tradeengine.model.orders import EngineState, OrderType, Purpose, Side, StopTrigger, TimeInForce

QUANTITIES = st.sampled_from((None, 1, 10, 101, 150, 190, 199, 200, 100_000))
PIECES = st.sampled_from((1, 7, 50, 1000))
SYMBOL = st.sampled_from(SYMBOLS)
FIRST = st.integers(0, 0) | st.integers(0, 9)
"""A place in a queue: mostly the oldest."""


class _Now(TypedDict):
    at: int
    received_at: int


class WholeCore(RuleBasedStateMachine):
    """Any interleaving of what the world can do."""

    def __init__(self) -> None:
        super().__init__()
        puppet.WISHES.clear()

    @initialize(held=st.sampled_from((0, 0, 90, 150)))
    def the_account_holds_something_or_nothing(self, held: int) -> None:
        self.world = World(shares(AAA=held, CCC=held // 10))

    @property
    def now(self) -> int:
        return self.world.broker.now

    # Wishes.

    @rule(symbol=SYMBOL, quantity=QUANTITIES)
    def enter(self, symbol: str, quantity: int | None) -> None:
        self._want(symbol, Side.BUY, Purpose.ENTRY, quantity, OrderType.LIMIT)

    @rule(symbol=SYMBOL, quantity=QUANTITIES, at_market=st.booleans())
    def leave(self, symbol: str, quantity: int | None, at_market: bool) -> None:
        kind = OrderType.MARKET if at_market else OrderType.LIMIT
        self._want(symbol, Side.SELL, Purpose.EXIT, quantity, kind)

    def _want(
        self, symbol: str, side: Side, purpose: Purpose, quantity: int | None, kind: OrderType
    ) -> None:
        price = self.world.middle + side.sign * Decimal("0.01")
        puppet.WISHES.append(
            OrderIntent(
                at=self.now,
                strategy="test",
                symbol=symbol,
                side=side,
                purpose=purpose,
                order_type=kind,
                time_in_force=TimeInForce.DAY,
                quantity=None if quantity is None else Decimal(quantity),
                limit_price=None if kind is OrderType.MARKET else price,
                stop_distance=Decimal("1.5"),
            )
        )
        self.world.show(symbol)

    # The wire to the broker.

    @precondition(lambda self: self.world.submits)
    @rule(place=FIRST, how=st.sampled_from(("taken", "taken", "taken", "refused", "lost")))
    def an_order_arrives(self, place: int, how: str) -> None:
        submits, broker = self.world.submits, self.world.broker
        order = submits.pop(min(place, len(submits) - 1))
        if how == "refused":
            broker.refuse(order)
        elif broker.take(order):
            if how == "taken":
                broker.accepted(order.client_order_id)
            else:
                self._unresolved(order.client_order_id, order.symbol, there=True)

    @precondition(lambda self: self.world.submits)
    @rule()
    def an_order_is_lost_on_its_way(self) -> None:
        order = self.world.submits.pop(0)
        self._unresolved(order.client_order_id, order.symbol, there=False)

    def _unresolved(self, name: str, symbol: str, *, there: bool) -> None:
        self.world.unresolved[name] = there
        self.world.step(OrderUnresolved(**self._head(name, symbol), reason="no answer"))

    @precondition(lambda self: self.world.unresolved)
    @rule()
    def an_order_is_looked_up(self) -> None:
        name = next(iter(self.world.unresolved))
        there = self.world.unresolved.pop(name)
        symbol = self.world.sent[name].symbol
        head = self._head(name, symbol)
        if there:
            head["order_id"] = f"id-of-{name}"
            self.world.step(OrderAccepted(**head, status="new"))
        else:
            self.world.step(OrderNotFound(**head, lookups=5))

    def _head(self, name: str, symbol: str) -> Head:
        now = self.now
        return Head(at=now, received_at=now, client_order_id=name, order_id="", symbol=symbol)

    @precondition(lambda self: self.world.cancels)
    @rule(place=FIRST)
    def a_cancel_arrives(self, place: int) -> None:
        cancels = self.world.cancels
        command = cancels.pop(min(place, len(cancels) - 1))
        # One that overtakes its order on the way waits for it.
        if any(o.client_order_id == command.client_order_id for o in self.world.submits):
            cancels.append(command)
        else:
            self.world.broker.cancel(command)

    @rule()
    def all_that_is_on_the_wire_arrives_and_is_answered(self) -> None:
        self._all_arrives()
        self.all_news_is_told()
        while self.world.questions:
            self.world.answer()

    def _all_arrives(self) -> None:
        while self.world.submits:
            self.an_order_arrives(0, "taken")
        while self.world.cancels:
            self.world.broker.cancel(self.world.cancels.pop(0))

    @rule(symbol=SYMBOL, quantity=QUANTITIES, pieces=PIECES)
    def shares_are_bought(self, symbol: str, quantity: int | None, pieces: int) -> None:
        """The plain way, so that there is something to sell."""
        self.enter(symbol, quantity)
        self._all_arrives()
        for order in self.world.orders():
            if order.side is Side.BUY and order.symbol == symbol:
                self.world.broker.fill(order, min(order.left, Decimal(pieces)), self.world.middle)
        self.all_news_is_told()

    # What the broker does by itself.

    @precondition(lambda self: self.world.broker.open)
    @rule(data=st.data(), pieces=PIECES)
    def an_order_is_filled(self, data: st.DataObject, pieces: int) -> None:
        order = data.draw(st.sampled_from(self.world.orders()))
        price = order.price or self.world.middle
        # Exits that wait are cut to what our own fills left: a person's sale is not known there.
        if not order.is_sale_by_hand:
            self.world.broker.fill(order, min(order.left, Decimal(pieces)), price)

    @precondition(lambda self: self.world.broker.open)
    @rule(data=st.data(), by_hand=st.booleans())
    def an_order_expires_or_is_replaced(self, data: st.DataObject, by_hand: bool) -> None:
        order = data.draw(st.sampled_from(self.world.orders()))
        if by_hand:
            self.world.broker.replace(order)
        else:
            self.world.broker.expire(order)

    @precondition(lambda self: self.world.told_fills)
    @rule(data=st.data())
    def an_execution_is_busted(self, data: st.DataObject) -> None:
        fill = data.draw(st.sampled_from(list(self.world.told_fills.values())))
        broker = self.world.broker
        pending = {getattr(event, "previous_execution_id", "") for event in broker.news}
        left = broker.available(fill.symbol) - fill.side.sign * fill.quantity
        if left >= 0 and fill.execution_id not in pending:
            broker.bust(fill)

    # What the broker says.

    @precondition(lambda self: self.world.broker.news)
    @rule(place=FIRST)
    def news_is_told(self, place: int) -> None:
        self.world.tell(min(place, len(self.world.broker.news) - 1))

    @rule()
    def all_news_is_told(self) -> None:
        while self.world.broker.news:
            self.world.tell(0)

    @precondition(lambda self: self.world.broker.open)
    @rule(data=st.data(), pieces=PIECES)
    def the_end_of_an_order_overtakes_its_fill(self, data: st.DataObject, pieces: int) -> None:
        """
        The frame with the fill is lost and told by the next sweep.

        Not so for an order with a bust: its sums no longer tell what is missing.
        """
        broker, order = self.world.broker, data.draw(st.sampled_from(self.world.orders()))
        if order.has_bust or order.is_sale_by_hand:
            return
        broker.fill(order, min(order.left, Decimal(pieces)), order.price or self.world.middle)
        if order.left:
            broker.expire(order)
            self.world.tell(len(broker.news) - 1)

    @precondition(lambda self: self.world.told_fills)
    @rule(data=st.data())
    def a_fill_is_told_twice(self, data: st.DataObject) -> None:
        fill = data.draw(st.sampled_from(list(self.world.told_fills.values())))
        self.world.step(fill)

    @precondition(lambda self: self.world.questions)
    @rule(is_reached=st.sampled_from((True, True, False)))
    def a_question_is_answered(self, is_reached: bool) -> None:
        if is_reached:
            self.world.answer()
        else:
            asked = self.world.questions.pop(0)
            self.world.step(
                BrokerUnreachable(at=self.now, received_at=self.now, why=asked.why, reason="off")
            )

    # The world around.

    @rule(seconds=st.sampled_from((0.1, 1.0, 1.0, 3.0, 6.0)))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @rule(symbol=SYMBOL, cents=st.integers(-40, 40))
    def the_price_moves(self, symbol: str, cents: int) -> None:
        moved = self.world.middle + Decimal(cents) / 100
        self.world.middle = min(max(moved, Decimal(48)), Decimal(52))
        self.world.show(symbol)

    @rule(
        what=st.sampled_from(("orders", "feed", "mute", "death", "death", "halt", "well", "well"))
    )
    def something_happens_to_us(self, what: str) -> None:
        now = self.now
        head = _Now(at=now, received_at=now)
        match what:
            case "orders":
                self.world.step(OrderStreamLost(**head, reason="cut"))
            case "feed":
                self.world.step(FeedLost(**head, reason="cut"))
            case "mute":
                said = "REST knows a trade"
                self.world.step(
                    FeedMuted(**head, silent_seconds=61.0, last_event_at=now, probe=said)
                )
            case "halt":
                self.world.step(RequestStop(**head, trigger=StopTrigger.HALT_FILE))
            case "well":
                self.world.step(OrderStreamReady(**head))
                self.world.step(FeedConnected(**head, symbols=len(SYMBOLS)))
                self.world.step(FeedStable(**head, evidence="bars on time"))
            case _:
                self._die_and_start_again()

    def _die_and_start_again(self) -> None:
        """What was on the wire arrives before the next run looks, or never does."""
        if self.now % 2:
            self._all_arrives()
        self.world.pass_time(1.000000001)
        self.world.open_run()

    @precondition(lambda self: self.world.core.breaker.state is EngineState.STOPPED)
    @rule()
    def a_run_that_has_stopped_is_followed_by_another(self) -> None:
        self.world.open_run()

    # What must hold at any time.

    @invariant()
    def the_books_are_balanced(self) -> None:
        books = self.world.core.ledger._books  # the sum is nobody's business but a test's
        assert books.total() == 0

    @invariant()
    def the_ledger_holds_what_was_told(self) -> None:
        held = {s: n for s, n in self.world.ledger_positions().items() if n}
        assert held == {s: n for s, n in self.world.told.items() if n}

    @invariant()
    def told_everything_the_ledger_holds_what_the_broker_holds(self) -> None:
        if not self.world.broker.news:
            held = {s: n for s, n in self.world.ledger_positions().items() if n}
            assert held == {s: n for s, n in self.world.broker.held.items() if n}

    @invariant()
    def nothing_is_short(self) -> None:
        assert all(held >= 0 for held in self.world.broker.held.values())

    @invariant()
    def the_gate_counts_at_least_what_may_still_be_bought(self) -> None:
        book = self.world.core.gate.view.exposure
        for symbol in SYMBOLS:
            may = sum(
                (
                    order.left
                    for order in self.world.orders()
                    if order.symbol == symbol and order.side is Side.BUY
                    if order.name in self.world.sent
                ),
                Decimal(0),
            )
            held = self.world.told[symbol]
            counted = book.held(symbol).quantity + book.left(symbol, Side.BUY)
            assert self.world.broker.news or counted >= held + may


TestWholeCore = WholeCore.TestCase
TestWholeCore.settings = settings(
    max_examples=300, stateful_step_count=60, deadline=None, derandomize=True
)
