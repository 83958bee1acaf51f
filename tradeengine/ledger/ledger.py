"""
The ledger: fills in, positions and money out.

The broker's snapshot at the start opens the books; from then on every fill is
one balanced posting set. The account is valued after each fill and at most every
`mark_seconds`; the drawdown is measured against the broker's equity at the
previous close, never against anything this process remembers.
"""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from tradeengine.ledger.executions import Executions
from tradeengine.ledger.holdings import BookedFill, Holdings
from tradeengine.ledger.marks import Marks
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.ledger.positions import Position, dollars
from tradeengine.ledger.postings import (
    ADJUSTMENTS,
    CAPITAL,
    CASH,
    REALISED,
    ZERO,
    Books,
    Entry,
    position_account,
)
from tradeengine.ledger.view import LedgerView, PositionView
from tradeengine.model.events import (
    BrokerSnapshot,
    EquityChanged,
    FillBusted,
    OrderFilled,
    PositionChanged,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Question

DRAWDOWN_GRAIN = Decimal("0.000000001")
"""Drawdown is rounded up to this fraction: the safe side of a limit."""


class Ledger:
    """Keep the books of one account."""

    def __init__(self, parameters: LedgerParameters) -> None:
        self._mark_nanos = int(parameters.mark_seconds * NANOS)
        self._executions = Executions()
        self._holdings = Holdings()
        self._books = Books()
        self._baseline: Decimal | None = None
        self._broker: BrokerSnapshot | None = None
        self._valued_at = self._opened_at = 0
        self._equity_told: Decimal | None = None
        marks = self._marks = Marks(parameters.mark_spread_max_bps)
        # Bound once: a tick costs one call and one store.
        self.on_trade, self.on_quote, self.on_bar = marks.on_trade, marks.on_quote, marks.on_bar

    def on_fill(self, fill: OrderFilled) -> Iterator[PositionChanged | EquityChanged]:
        """Book an execution, once."""
        if not self._executions.take(fill) or self._opened_with(fill):
            return
        booked = BookedFill(fill.execution_id, fill.side.sign * fill.quantity, fill.price)
        before = self._holdings.position(fill.symbol)
        after = self._holdings.book(fill.symbol, booked)
        self._post_change(fill.symbol, before, after, booked.notional)
        self._marks.suggest(fill.symbol, fill.price)
        yield self._position_changed(fill.symbol, fill.received_at)
        yield from self._value(fill.received_at)

    def _opened_with(self, fill: OrderFilled) -> bool:
        """Tell whether the opening positions already hold a fill that is told after them."""
        held = self._holdings.position(fill.symbol).quantity
        return fill.at <= self._opened_at and fill.position == held

    def on_busted(self, bust: FillBusted) -> Iterator[PositionChanged | EquityChanged]:
        """Take an execution back, or put its correction in its place."""
        busted = self._holdings.find(bust.symbol, bust.previous_execution_id)
        self._executions.bust(bust)
        if busted is None:
            return
        correction = _corrected(busted, bust)
        before = self._holdings.position(bust.symbol)
        after = self._holdings.amend(bust.symbol, busted, correction)
        replaced_by = ZERO if correction is None else correction.notional
        self._post_change(bust.symbol, before, after, replaced_by - busted.notional)
        yield self._position_changed(bust.symbol, bust.received_at)
        yield from self._value(bust.received_at)

    def on_snapshot(self, snapshot: BrokerSnapshot) -> Iterator[PositionChanged | EquityChanged]:
        """Open the books at the start; afterwards only remember the broker's numbers."""
        self._broker = snapshot
        if snapshot.why != Question.START:
            return
        self._opened_at = snapshot.received_at
        contra = CAPITAL if self._baseline is None else ADJUSTMENTS
        # A new account has no previous close; what it holds now is its baseline.
        self._baseline = snapshot.last_equity or snapshot.equity
        self._adopt_cash(snapshot.cash, contra)
        held = {row.symbol: row for row in snapshot.positions}
        for symbol in dict.fromkeys((*held, *self._holdings.symbols())):
            row = held.get(symbol)
            realised = self._holdings.position(symbol).realised
            adopted = Position(realised=realised)
            if row is not None:
                cost = dollars(row.quantity * row.average_price)
                adopted = Position(row.quantity, cost, realised)
                self._marks.suggest(symbol, row.current_price)
            if self._adopt_position(symbol, adopted, contra):
                yield self._position_changed(symbol, snapshot.received_at)
        yield from self._value(snapshot.received_at)

    def on_timer(self, timer: TimerFired) -> Iterator[EquityChanged]:
        """Value the account when it is time again and tell if it changed."""
        if timer.received_at - self._valued_at >= self._mark_nanos:
            yield from self._value(timer.received_at, even_if_equal=False)

    def view(self) -> LedgerView:
        """Give a frozen picture for people."""
        rows = tuple(self._row(symbol) for symbol in self._open_symbols())
        equity, unrealised = self._equity()
        return LedgerView(
            cash=self._books.balance(CASH),
            equity=equity,
            realised=-self._books.balance(REALISED),
            unrealised=unrealised,
            drawdown=self._drawdown(equity),
            baseline=self._baseline,
            positions=rows,
            broker_equity=None if self._broker is None else self._broker.equity,
            broker_cash=None if self._broker is None else self._broker.cash,
        )

    def _post_change(self, symbol: str, before: Position, after: Position, paid: Decimal) -> None:
        self._books.post(
            (
                Entry(CASH, -paid),
                Entry(position_account(symbol), after.cost - before.cost),
                Entry(REALISED, before.realised - after.realised),
            )
        )

    def _adopt_cash(self, cash: Decimal, contra: str) -> None:
        change = cash - self._books.balance(CASH)
        self._books.post((Entry(CASH, change), Entry(contra, -change)))

    def _adopt_position(self, symbol: str, adopted: Position, contra: str) -> bool:
        before = self._holdings.position(symbol)
        change = adopted.cost - before.cost
        self._books.post((Entry(position_account(symbol), change), Entry(contra, -change)))
        self._holdings.adopt(symbol, adopted)
        return adopted != before

    def _position_changed(self, symbol: str, at: int) -> PositionChanged:
        position = self._holdings.position(symbol)
        return PositionChanged(
            at=at,
            symbol=symbol,
            quantity=position.quantity,
            average_price=position.average_price,
            realised=position.realised,
        )

    def _value(self, at: int, *, even_if_equal: bool = True) -> Iterator[EquityChanged]:
        self._valued_at = at
        equity, unrealised = self._equity()
        if self._baseline is None or (equity == self._equity_told and not even_if_equal):
            return
        self._equity_told = equity
        yield EquityChanged(
            at=at,
            equity=equity,
            baseline=self._baseline,
            cash=self._books.balance(CASH),
            realised=-self._books.balance(REALISED),
            unrealised=unrealised,
            drawdown=self._drawdown(equity),
        )

    def _equity(self) -> tuple[Decimal, Decimal]:
        value = unrealised = ZERO
        for symbol in self._open_symbols():
            position = self._holdings.position(symbol)
            mark = self._marks.price(symbol, position.average_price)
            value += position.value(mark)
            unrealised += position.unrealised(mark)
        return self._books.balance(CASH) + value, unrealised

    def _drawdown(self, equity: Decimal) -> Decimal:
        if not self._baseline:
            return ZERO
        fraction = (self._baseline - equity) / self._baseline
        return max(ZERO, fraction.quantize(DRAWDOWN_GRAIN, ROUND_UP).normalize())

    def _open_symbols(self) -> Iterator[str]:
        holdings = self._holdings
        return (symbol for symbol in holdings.symbols() if holdings.position(symbol).quantity)

    def _row(self, symbol: str) -> PositionView:
        position = self._holdings.position(symbol)
        mark = self._marks.price(symbol, position.average_price)
        return PositionView(
            symbol=symbol,
            quantity=position.quantity,
            average_price=position.average_price,
            mark=mark,
            unrealised=position.unrealised(mark),
            realised=position.realised,
        )


def _corrected(busted: BookedFill, bust: FillBusted) -> BookedFill | None:
    if bust.price is None:
        return None
    sign = 1 if busted.shares > 0 else -1
    return BookedFill(bust.execution_id, sign * bust.quantity, bust.price)
