"""
Reconciliation: does the broker hold what our books say?

The broker is asked every `reconcile_seconds`, after each reconnect of a stream, and
shortly before the run's end. Its edge first tells what the order stream may have lost,
then reads positions and cash. A difference counts when two readings in a row show the
same one and nothing was told of the symbol between them: a fill may be under way.

Then the broker is right: the books take over what it holds, so that a flatten closes
it and no share is sold that is not there. Where it came from is for a person to find
out; the breaker freezes the symbol meanwhile.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from tradeengine.ledger.ledger import Ledger
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.commands import AskBroker, FlattenAll
from tradeengine.model.events import (
    BrokerPosition,
    BrokerSnapshot,
    BrokerUnreachable,
    CashDiffers,
    CashMoved,
    FeedConnected,
    FillBusted,
    HoldingsAgree,
    HoldingsDiffer,
    OrderFilled,
    OrderStreamReady,
    RunOpened,
    StrangerSeen,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.names import is_ours
from tradeengine.model.orders import ForeignPolicy, Question

ZERO = Decimal(0)
CENT = Decimal("0.01")
"""The broker tells cash in cents; our books keep what a fill cost to the last digit."""

_LOOK_AGAIN = 4 * NANOS
"""
Time between a reading that differs and the one that has to confirm it.

Longer than what the edge leaves to the order stream: what was lost is found in between.
"""

_CASH_STANDS = 60 * NANOS
"""How long cash must differ: a broker moves it before it lists the transfer that explains it."""

_LOST_AFTER = 60 * NANOS
"""How long an answer is waited for: the broker's edge gives up long before."""

_BEFORE_THE_END = 40 * NANOS
"""How long before the run's end the books are compared for the last time."""

Pair = tuple[Decimal, Decimal]


class Theirs(NamedTuple):
    """Shares of others in the account, and what one cost in dollars."""

    quantity: Decimal
    average_price: Decimal


NOTHING = Theirs(ZERO, ZERO)


class Reconciler:
    """Ask what the broker holds and compare."""

    def __init__(self, parameters: LedgerParameters, ledger: Ledger) -> None:
        self._every = int(parameters.reconcile_seconds * NANOS)
        self._policy = parameters.foreign
        self._ledger = ledger
        self._due: int | None = None
        self._asked_at: int | None = None
        self._moved: set[str] = set()
        """Symbols of which something was told since the question."""

        self._suspected: dict[str, Pair] = {}
        """Differences that one reading has shown: ours and the broker's."""

        self._suspected_cash: tuple[Decimal, int] | None = None
        """Dollars that the broker has more than our books, and since when."""

        self._theirs: dict[str, Theirs] = {}
        """Shares that others hold here and that are none of our business (policy `ignore`)."""

        self._disagreed = self._is_outdated = False
        """Whether something was not alike; whether a stranger came since the question."""

        self._strangers: tuple[str, ...] = ()
        self._last_look = 0

    def on_run_opened(self, run: RunOpened) -> None:
        self._last_look = run.until - _BEFORE_THE_END

    def on_order_stream_ready(self, event: OrderStreamReady) -> None:
        self._look_by(event.received_at)

    def on_feed_connected(self, event: FeedConnected) -> None:
        self._look_by(event.received_at)

    def on_cash_moved(self, _: CashMoved) -> None:
        """Look at the cash anew: a transfer explains what was suspected."""
        self._suspected_cash = None

    def on_filled(self, fill: OrderFilled) -> None:
        self._moved.add(fill.symbol)

    def on_busted(self, bust: FillBusted) -> None:
        self._moved.add(bust.symbol)

    def on_stranger(self, event: StrangerSeen) -> None:
        """Look soon whether broker and books are alike with what the stranger has done."""
        self._disagreed = self._is_outdated = True
        self._look_by(event.at + _LOOK_AGAIN)

    def on_timer(self, timer: TimerFired) -> Iterator[Message]:
        """Ask when it is time; not before the books were opened."""
        now = timer.received_at
        waits = self._asked_at is not None and now - self._asked_at < _LOST_AFTER
        if self._due is None or waits:
            return
        if now >= self._due or now >= self._last_look > 0:
            self._last_look = 0 if now >= self._last_look else self._last_look
            self._asked_at, self._moved, self._is_outdated = now, set(), False
            yield AskBroker(at=now, why=Question.RECONCILE)

    def on_flatten_all(self, command: FlattenAll) -> Iterator[Message]:
        """Take over what was left to others: a flatten closes the whole account."""
        ours, theirs, self._theirs = self._ledger.quantities(), self._theirs, {}
        for symbol, (quantity, average_price) in theirs.items():
            recorded = ours.get(symbol, ZERO)
            yield HoldingsDiffer(
                at=command.at,
                symbol=symbol,
                recorded=recorded,
                held=recorded + quantity,
                average_price=average_price,
                taken_over=True,
            )

    def on_unreachable(self, event: BrokerUnreachable) -> None:
        if event.why == Question.RECONCILE:
            self._asked_at = None
            self._due = event.received_at + self._every

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        """Begin when the books are open; compare what was asked for."""
        now = snapshot.received_at
        if snapshot.why == Question.START:
            self._due = now + self._every
        if snapshot.why != Question.RECONCILE or self._asked_at is None:
            return
        self._asked_at = None
        self._due = now + self._every
        if not snapshot.unreadable_rows:
            yield from self._compare(snapshot)

    def _compare(self, snapshot: BrokerSnapshot) -> Iterator[Message]:
        found = self._differences(snapshot)
        confirmed = {
            symbol: pair
            for symbol, pair in found.items()
            if symbol not in self._moved and self._suspected.get(symbol) == pair
        }
        self._suspected = {symbol: found[symbol] for symbol in found.keys() - confirmed.keys()}
        rows = {row.symbol: row for row in snapshot.positions}
        for symbol, pair in confirmed.items():
            yield self._differs(symbol, pair, rows.get(symbol), snapshot)
        yield from self._compare_cash(snapshot, quiet=not found and not self._moved)
        yield from self._settle(snapshot, confirmed=bool(confirmed))

    def _differences(self, snapshot: BrokerSnapshot) -> dict[str, Pair]:
        """Give ours and the broker's shares wherever they are not alike."""
        ours = self._ledger.quantities()
        held = {row.symbol: row.quantity for row in snapshot.positions}
        pairs = {
            symbol: (ours.get(symbol, ZERO), held.get(symbol, ZERO))
            for symbol in sorted(ours.keys() | held.keys() | self._theirs.keys())
        }
        return {
            symbol: (recorded, shares)
            for symbol, (recorded, shares) in pairs.items()
            if shares != recorded + self._theirs.get(symbol, NOTHING).quantity
        }

    def _differs(
        self, symbol: str, pair: Pair, row: BrokerPosition | None, snapshot: BrokerSnapshot
    ) -> HoldingsDiffer:
        recorded, held = pair
        average_price = ZERO if row is None else row.average_price
        if others := self._is_none_of_ours(recorded, held):
            self._theirs[symbol] = Theirs(held - recorded, average_price)
        else:
            self._theirs.pop(symbol, None)
        return HoldingsDiffer(
            at=snapshot.received_at,
            symbol=symbol,
            recorded=recorded,
            held=held,
            average_price=average_price,
            taken_over=not others,
            read_at=snapshot.asked_at,
        )

    def _is_none_of_ours(self, recorded: Decimal, held: Decimal) -> bool:
        """Tell whether all of ours are there, and the rest is that of others we ignore."""
        ignores = self._policy is ForeignPolicy.IGNORE
        return ignores and abs(held) >= abs(recorded) and recorded * held >= 0

    def _compare_cash(self, snapshot: BrokerSnapshot, *, quiet: bool) -> Iterator[Message]:
        recorded, now = self._ledger.cash, snapshot.received_at
        difference = snapshot.cash - recorded
        if abs(difference) < CENT or self._theirs:
            self._suspected_cash = None
        elif not quiet:
            return  # Something is under way; what was suspected goes on standing.
        elif self._suspected_cash is None or self._suspected_cash[0] != difference:
            self._suspected_cash = (difference, now)
        elif now - self._suspected_cash[1] >= _CASH_STANDS:
            self._suspected_cash = None
            yield CashDiffers(at=now, recorded=recorded, held=snapshot.cash)

    def _settle(self, snapshot: BrokerSnapshot, *, confirmed: bool) -> Iterator[Message]:
        """Look again soon while something is unsettled; say when all is alike again."""
        now = snapshot.received_at
        names = {o.symbol for o in snapshot.orders if not is_ours(o.client_order_id)}
        strangers = tuple(sorted(names)) if self._policy is ForeignPolicy.FREEZE else ()
        if confirmed or self._suspected or self._is_outdated:
            self._disagreed = self._disagreed or confirmed
            self._look_by(now + _LOOK_AGAIN)
        elif self._disagreed or strangers != self._strangers:
            self._disagreed, self._strangers = False, strangers
            yield HoldingsAgree(at=now, strangers=strangers)

    def _look_by(self, instant: int) -> None:
        if self._due is not None:
            self._due = min(self._due, instant)
