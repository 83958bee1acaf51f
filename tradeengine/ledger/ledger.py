"""
The ledger: fills in, positions and money out.

The broker's snapshot at the start opens the books; from then on every fill is
one balanced posting set. The account is valued after each fill and at most every
`mark_seconds`; the drawdown is measured against the broker's equity at the
previous close, net of deposits and withdrawals since (`baseline.py`).
"""

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from tradeengine.ledger.baseline import Baseline
from tradeengine.ledger.executions import Executions
from tradeengine.ledger.holdings import BookedFill, Holdings
from tradeengine.ledger.marks import Marks
from tradeengine.ledger.opening import Opening
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
from tradeengine.model.commands import KeepBaseline
from tradeengine.model.events import (
    AlertRaised,
    BrokerSnapshot,
    CashDiffers,
    CashMoved,
    EquityChanged,
    FillBusted,
    HoldingsDiffer,
    OrderFilled,
    PositionChanged,
    PositionSplit,
    RunOpened,
    TimerFired,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import Question, Severity

DRAWDOWN_GRAIN = Decimal("0.000000001")
"""Drawdown is rounded up to this fraction: the safe side of a limit."""


class Ledger:
    """Keep the books of one account."""

    def __init__(self, parameters: LedgerParameters) -> None:
        self._mark_nanos = int(parameters.mark_seconds * NANOS)
        self._cash_tolerance = parameters.cash_tolerance_dollars
        self._executions = Executions()
        self._holdings = Holdings()
        self._books = Books()
        self._baseline = Baseline()
        self._broker: BrokerSnapshot | None = None
        self._opening = Opening()
        self._valued_at = 0
        self._equity_told: Decimal | None = None
        self._taken_over_at: dict[str, int] = {}
        marks = self._marks = Marks(parameters.mark_spread_max_bps)
        # Bound once: a tick costs one call and one store.
        self.on_trade, self.on_quote, self.on_bar = marks.on_trade, marks.on_quote, marks.on_bar
        self.mark = marks.price

    def on_fill(self, fill: OrderFilled) -> Iterator[PositionChanged | EquityChanged]:
        """Book an execution, once."""
        if not self._executions.take(fill) or self._opening.holds(fill):
            return
        if fill.at < self._taken_over_at.get(fill.symbol, self._opening.read_from):
            yield self._position_changed(fill.symbol, fill.received_at)
            return  # Told too late: what was taken over from the broker holds it already.
        booked = BookedFill(fill.execution_id, fill.side.sign * fill.quantity, fill.price)
        before = self._holdings.position(fill.symbol)
        after = self._holdings.book(fill.symbol, booked)
        self._post_change(fill.symbol, before, after, booked.notional)
        self._marks.suggest(fill.symbol, fill.price)
        yield self._position_changed(fill.symbol, fill.received_at)
        yield from self._value(fill.received_at)

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

    def on_run_opened(self, run: RunOpened) -> None:
        """Take the baseline that an earlier run of the session kept."""
        self._baseline.keep(run.baseline, run.session_open)

    def on_cash_moved(self, moved: CashMoved) -> Iterator[EquityChanged]:
        """Book a deposit or withdrawal, which is neither profit nor loss."""
        if (change := self._baseline.move(moved.flow)) is not None:
            self._books.post((Entry(CASH, change), Entry(CAPITAL, -change)))
            yield from self._value(moved.received_at)

    def on_snapshot(
        self, snapshot: BrokerSnapshot
    ) -> Iterator[KeepBaseline | PositionChanged | EquityChanged]:
        """Open the books at the start, or by a flatten before it; else remember the numbers."""
        self._broker = snapshot
        for told in snapshot.positions:
            self._marks.suggest(told.symbol, told.current_price)
        is_start = snapshot.why == Question.START
        if not is_start and (snapshot.why != Question.FLATTEN or self._opening.has_read):
            return
        self._opening.read(snapshot)
        contra = CAPITAL if self._baseline.value is None else ADJUSTMENTS
        # Only the start's reading has the flows without which there is no baseline.
        if is_start and (first := self._baseline.open(snapshot)) is not None:
            number = snapshot.account_number
            yield KeepBaseline(at=snapshot.received_at, account_number=number, baseline=first)
        self._adopt_cash(snapshot.cash, contra)
        held = {row.symbol: row for row in snapshot.positions}
        for symbol in dict.fromkeys((*held, *self._holdings.symbols())):
            row = held.get(symbol)
            realised = self._holdings.position(symbol).realised
            adopted = Position(realised=realised)
            if row is not None:
                cost = dollars(row.quantity * row.average_price)
                adopted = Position(row.quantity, cost, realised)
            if self._adopt_position(symbol, adopted, contra):
                yield self._position_changed(symbol, snapshot.received_at)
        yield from self._value(snapshot.received_at)

    def on_split(self, split: PositionSplit) -> Iterator[PositionChanged | EquityChanged]:
        """Hold more shares, or fewer, that cost what the old ones did."""
        before = self._holdings.position(split.symbol)
        after = Position(split.quantity, before.cost, before.realised)
        self._holdings.adopt(split.symbol, after)
        yield self._position_changed(split.symbol, split.at)
        yield from self._value(split.at)

    def on_holdings(self, differ: HoldingsDiffer) -> Iterator[PositionChanged | EquityChanged]:
        """Take over what the broker holds of a symbol."""
        if not differ.taken_over:
            return
        before = self._holdings.position(differ.symbol)
        adopted = Position(differ.held, differ.held * differ.average_price, before.realised)
        self._marks.suggest(differ.symbol, differ.average_price)
        mark = self._marks.price(differ.symbol, before.average_price)
        self._pay(before.price_of_becoming(adopted, mark))
        self._adopt_position(differ.symbol, adopted, ADJUSTMENTS)
        since = self._taken_over_at.get(differ.symbol, self._opening.read_from)
        self._taken_over_at[differ.symbol] = max(since, differ.read_at)
        yield self._position_changed(differ.symbol, differ.at)
        yield from self._value(differ.at)

    def on_cash(self, differ: CashDiffers) -> Iterator[AlertRaised | EquityChanged]:
        """
        Take over the broker's cash.

        What is there and cannot be explained counts as paid in, so that it hides no loss;
        what is missing counts as lost, until a transfer that is told late explains it.
        """
        change = differ.held - self._books.balance(CASH)
        self._adopt_cash(differ.held, ADJUSTMENTS)
        self._baseline.unexplained(change)
        if abs(change) > self._cash_tolerance:
            text = f"the broker has {differ.held:.2f} in cash, our books said {differ.recorded:.2f}"
            yield AlertRaised(
                at=differ.at, severity=Severity.WARNING, code="CASH_DIFFERS", text=text
            )
        yield from self._value(differ.at)

    def quantities(self) -> dict[str, Decimal]:
        """Give the shares of every symbol that is held."""
        return {name: self._holdings.position(name).quantity for name in self._open_symbols()}

    @property
    def cash(self) -> Decimal:
        """Dollars of cash by our books."""
        return self._books.balance(CASH)

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
            baseline=self._baseline.value,
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

    def _pay(self, dollars: Decimal) -> None:
        self._books.post((Entry(CASH, -dollars), Entry(ADJUSTMENTS, dollars)))

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
        baseline = self._baseline.value
        if baseline is None or (equity == self._equity_told and not even_if_equal):
            return
        self._equity_told = equity
        yield EquityChanged(
            at=at,
            equity=equity,
            baseline=baseline,
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
        fraction = self._baseline.loss_fraction(equity)
        return fraction.quantize(DRAWDOWN_GRAIN, ROUND_UP).normalize()

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
