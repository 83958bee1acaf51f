"""
Protection: every position has a resting stop at the broker.

A stop is asked for as soon as a share without one is known of: a fill, even one
told late, a stop that was cancelled, an adoption. Every heartbeat looks again, so
that whatever was overlooked is mended within a second. The gate cuts the order
down to what no other stop covers.

A stop beside an open buy is refused as a wash trade. So an entry that was filled in
part does not go on working: the next heartbeat cancels its rest, and its end brings
the stop.

Stops that do not fit are cancelled and made again: more shares than are held, the
wrong side, or what a split has left behind. Where a stop would be through the market
the broker is asked first, because after a split it is our own numbers that are wrong.
"""

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal

from tradeengine.model.commands import ApprovedOrder, AskBroker, OrderIntent
from tradeengine.model.events import (
    AlertRaised,
    BrokerPosition,
    BrokerSnapshot,
    NakedLimitReached,
    OrderEnded,
    PositionChanged,
    PositionSplit,
    StateChanged,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import (
    EngineState,
    OrderType,
    Purpose,
    Question,
    Severity,
    Side,
    TimeInForce,
)
from tradeengine.router.giving_up import PROTECTION, GivingUp, Mark
from tradeengine.router.levels import StopLevels
from tradeengine.router.order import ZERO, Order
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.patience import Patience
from tradeengine.router.router import Router
from tradeengine.router.splits import is_beyond, split_of
from tradeengine.router.states import OrderState

_ACTIVE = frozenset({EngineState.CLOSED, EngineState.TRADING, EngineState.REDUCING})


class Protector:
    """Ask for a broker-held stop wherever a share has none."""

    def __init__(self, parameters: RouterParameters, router: Router, mark: Mark) -> None:
        self._parameters, self._router, self._mark = parameters, router, mark
        self._levels = StopLevels(parameters.adopted_stop_percent / 100)
        self._patience = Patience(parameters.protect_retry_seconds)
        self._state = EngineState.STARTING
        self._positions: dict[str, PositionChanged] = {}
        self._unfit: set[str] = set()
        """Symbols whose stops must go before a right one can be placed."""

        self._asked: dict[str, int] = {}
        """When the broker was asked about a stop that is, or would be, through the market."""

        self._given_up = GivingUp(parameters, router, mark)

    def on_state(self, change: StateChanged) -> Iterator[Message]:
        self._state = change.after
        yield from self._mend_all(change.at)

    def on_approved(self, approved: ApprovedOrder) -> None:
        """Remember how far from the entry the stop belongs."""
        intent = approved.intent
        if intent.purpose is Purpose.ENTRY and intent.stop_distance is not None:
            self._levels.ask(intent.symbol, intent.stop_distance)

    def on_position(self, position: PositionChanged) -> Iterator[Message]:
        """Cover new shares at once; leave no stop behind for shares that are gone."""
        symbol = position.symbol
        if position.quantity:
            self._positions[symbol] = position
            yield from self._mend(symbol, position.at)
            return
        self._positions.pop(symbol, None)
        self._given_up.forget(symbol)
        self._unfit.discard(symbol)
        self._levels.forget(symbol)
        self._patience.forget(symbol)
        yield from self._cancel(self._stops(symbol), position.at)

    def on_order_ended(self, ended: OrderEnded) -> Iterator[Message]:
        """Mend what the order leaves open; after a refusal tell a person and wait."""
        symbol, outcome = ended.symbol, ended.outcome
        if outcome == OrderState.FILLED:
            return  # The position follows, and with it the mending.
        is_stop = ended.purpose is Purpose.PROTECT
        # A stop that gave way to an exit of ours has not failed.
        if is_stop and len(self._stops(symbol)) == len(self._router.book.open_in(symbol)):
            self._patience.failed(symbol, ended.at)
        if is_stop and outcome == OrderState.REJECTED:
            text = f"{symbol}: the protective stop was not placed; position unprotected"
            yield AlertRaised(at=ended.at, severity=Severity.CRITICAL, code="NAKED", text=text)
            return
        yield from self._mend(symbol, ended.at)

    def on_naked(self, event: NakedLimitReached) -> Iterator[Message]:
        """Close a position that could not be protected in time."""
        self._given_up.begin(event.symbol)
        yield from self._mend(event.symbol, event.at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Compare stops with what the broker holds: at the start, and when it was asked."""
        now = snapshot.received_at
        for row in snapshot.positions:
            if snapshot.why == Question.START:
                yield from self._judge(row, now)
            elif snapshot.why not in {Question.FLATTEN, Question.RESUME}:
                yield from self._compare(row, now)

    def _judge(self, row: BrokerPosition, now: int) -> Iterator[Message]:
        stops = self._stops(row.symbol)
        if not self._levels.adopt(row, stops):
            self._unfit.add(row.symbol)
            found = ", ".join(f"{stop.left} at {stop.price}" for stop in stops)
            yield self._misfit(f"{row.symbol}: {row.quantity} held, but stop {found}", now)

    def _compare(self, row: BrokerPosition, now: int) -> Iterator[Message]:
        ours = self._positions.get(row.symbol)
        ratio = None if ours is None else split_of(ours.quantity, ours.average_price, row)
        if ours is None or ratio is None:
            return
        self._levels.split(row.symbol, ratio)
        if self._stops(row.symbol):
            self._unfit.add(row.symbol)
        yield PositionSplit(
            at=now,
            symbol=row.symbol,
            ratio=ratio,
            quantity=row.quantity,
            average_price=row.average_price,
        )
        yield self._misfit(f"{row.symbol}: split, {ours.quantity} shares are {row.quantity}", now)

    def _misfit(self, what: str, now: int) -> AlertRaised:
        text = f"{what}; a stop that fits is placed"
        return AlertRaised(at=now, severity=Severity.CRITICAL, code="STOP_MISFIT", text=text)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        now = timer.received_at
        yield from self._mend_all(now)
        if self._state in _ACTIVE:
            yield from self._cut_entries(now)
            yield from self._doubt_stops(now)

    def _cut_entries(self, now: int) -> Iterator[Message]:
        """Let no entry go on while shares of it lie without a stop."""
        for symbol in self._positions:
            orders = self._router.book.open_in(symbol)
            yield from self._cancel([o for o in orders if o.purpose is Purpose.ENTRY], now)

    def _doubt_stops(self, now: int) -> Iterator[Message]:
        """Ask about stops that should have triggered: perhaps a split has moved them."""
        for symbol, position in self._positions.items():
            resting = [o for o in self._stops(symbol) if o.state is OrderState.WORKING]
            if any(stop.price and self._is_through(stop.price, position) for stop in resting):
                yield from self._ask(symbol, now)

    def cover(self, now: int) -> Iterator[Message]:
        """
        Ask for every stop that is missing, whatever the engine's state.

        Of what was given up too: the run ends, and with it whoever would sell it.
        """
        for symbol in list(self._positions):
            self._given_up.forget(symbol)
            yield from self._mend_position(symbol, now)

    def is_covered(self) -> bool:
        """Tell whether every share held is covered by a stop that the broker has taken."""
        protected = self._router.book.protected
        return all(protected(p.symbol) >= abs(p.quantity) for p in self._positions.values())

    def held(self) -> dict[str, Decimal]:
        """Give the shares by symbol, by our own books."""
        return {symbol: position.quantity for symbol, position in self._positions.items()}

    def _mend_all(self, now: int) -> Iterator[Message]:
        for symbol in list(self._positions):
            yield from self._mend(symbol, now)

    def _mend(self, symbol: str, now: int) -> Iterator[Message]:
        if self._state in _ACTIVE and symbol in self._positions:
            yield from self._mend_position(symbol, now)

    def _mend_position(self, symbol: str, now: int) -> Iterator[Message]:
        position, stops = self._positions[symbol], self._stops(symbol)
        others = [o for o in self._router.book.open_in(symbol) if o not in stops]
        covered = sum((stop.left for stop in stops), ZERO)
        is_wrong = any(stop.side.sign * position.quantity > 0 for stop in stops)
        if symbol in self._given_up:
            yield from self._given_up.sell(position, others, now)
        elif others:
            return  # An order that may still change the position, or takes it away.
        elif symbol in self._unfit or is_wrong or covered > abs(position.quantity):
            self._unfit.discard(symbol)
            yield from self._cancel(stops, now)
        elif any(stop.state is OrderState.CANCELLING for stop in stops):
            return  # Its end brings the next one; until then the broker keeps its shares.
        elif covered < abs(position.quantity) and self._patience.allows(symbol, now):
            yield from self._place(position, abs(position.quantity) - covered, now)

    def _place(self, position: PositionChanged, missing: Decimal, now: int) -> Iterator[Message]:
        price = self._levels.of(position)
        if self._is_through(price, position) and self._may_ask(position.symbol, now):
            yield from self._ask(position.symbol, now)
            return
        asked = self._asked.get(position.symbol)
        if asked is not None and self._is_through(price, position) and now - asked < NANOS:
            return  # The answer is under way: it says whether our numbers are right.
        self._patience.tried(position.symbol, now)
        # The broker takes a fraction of a share for the day only: it gets a stop of its own.
        whole = missing.to_integral_value(ROUND_FLOOR)
        yield self._stop(position, whole or missing, price, now)

    def _is_through(self, price: Decimal, position: PositionChanged) -> bool:
        market = self._mark(position.symbol, position.average_price)
        return is_beyond(price, market, position.quantity)

    def _may_ask(self, symbol: str, now: int) -> bool:
        asked, retry = self._asked.get(symbol), self._parameters.protect_retry_seconds
        return asked is None or now - asked >= retry * NANOS

    def _ask(self, symbol: str, now: int) -> Iterator[Message]:
        if self._may_ask(symbol, now):
            self._asked[symbol] = now
            yield AskBroker(at=now, why=Question.PROTECT)

    def _stops(self, symbol: str) -> list[Order]:
        orders = self._router.book.open_in(symbol)
        return [order for order in orders if order.purpose is Purpose.PROTECT]

    def _cancel(self, orders: list[Order], now: int) -> Iterator[Message]:
        for order in orders:
            yield from self._router.cancel(order, now)

    def _stop(
        self, position: PositionChanged, shares: Decimal, price: Decimal, now: int
    ) -> OrderIntent:
        return OrderIntent(
            at=now,
            strategy=PROTECTION,
            symbol=position.symbol,
            side=Side.SELL if position.quantity > 0 else Side.BUY,
            purpose=Purpose.PROTECT,
            order_type=OrderType.STOP,
            time_in_force=TimeInForce.GTC if shares >= 1 else TimeInForce.DAY,
            quantity=shares,
            stop_price=price,
            reason="broker-held disaster stop",
        )
