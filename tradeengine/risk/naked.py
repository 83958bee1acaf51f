"""
The naked-exposure meter: what no stop at the broker would catch.

Dollars of a position that no stop resting at the broker covers are what is left to
chance if this process dies this second. Times the seconds that it lasts, they are
counted per position from its opening until it is flat, so that a stop which comes
and goes cannot hide it. Beyond the limit it is said once; the gate then lets no
entry pass, and the protector closes the position.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tradeengine.model.events import (
    AlertRaised,
    Input,
    NakedLimitReached,
    OrderEnded,
    PositionChanged,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity

ZERO = Decimal(0)


class NakedView(NamedTuple):
    """
    What the meter shows.

    `dollars` uncovered now by symbol (covered ones left out), `dollar_seconds` of the
    whole run, and the `worst_seconds` that a position was uncovered at a stretch.
    """

    dollars: dict[str, Decimal]
    dollar_seconds: Decimal
    worst_seconds: float

    @property
    def total(self) -> Decimal:
        """Dollars uncovered now."""
        return sum(self.dollars.values(), ZERO)


@dataclass(slots=True)
class _Row:
    """A position: shares, when it was last looked at, and what was uncovered then."""

    quantity: Decimal
    seen_at: int
    naked_since: int = 0
    dollars: Decimal = ZERO
    dollar_seconds: Decimal = ZERO
    told: bool = False


class NakedMeter:
    """Measure what is not covered, and say when it was too much for too long."""

    def __init__(
        self,
        limit: Decimal,
        covered: Callable[[str], Decimal],
        mark: Callable[[str], Decimal],
    ) -> None:
        """
        Take the limit in dollar-seconds, and who knows a symbol's covered shares and
        what a share of it is worth.
        """
        self._limit, self._covered, self._mark = limit, covered, mark
        self._rows: dict[str, _Row] = {}
        self._dollar_seconds = ZERO
        self._worst = 0

    def on_position(self, position: PositionChanged) -> Iterator[Message]:
        symbol, row = position.symbol, self._rows.get(position.symbol)
        if row is None:
            row = self._rows[symbol] = _Row(position.quantity, position.at)
        yield from self._look(symbol, row, position.at, position.quantity)
        if not position.quantity:
            del self._rows[symbol]

    def on_order_event(self, event: Input) -> Iterator[Message]:
        """Look at all: the broker took a stop, or lost one."""
        yield from self._look_at_all(event.received_at)

    def on_order_ended(self, ended: OrderEnded) -> Iterator[Message]:
        yield from self._look_at_all(ended.at)

    def on_timer(self, timer: Input) -> Iterator[Message]:
        yield from self._look_at_all(timer.received_at)

    def view(self) -> NakedView:
        """Give what is uncovered, as of the last look."""
        dollars = {symbol: row.dollars for symbol, row in self._rows.items() if row.dollars}
        return NakedView(dollars, self._dollar_seconds, self._worst / NANOS)

    def _look_at_all(self, now: int) -> Iterator[Message]:
        for symbol, row in self._rows.items():
            yield from self._look(symbol, row, now, row.quantity)

    def _look(self, symbol: str, row: _Row, now: int, quantity: Decimal) -> Iterator[Message]:
        """Count the time since the last look at what was uncovered then; look again."""
        lasted = row.dollars * max(0, now - row.seen_at) / NANOS
        row.dollar_seconds += lasted
        self._dollar_seconds += lasted
        if row.dollars:
            self._worst = max(self._worst, now - row.naked_since)
        row.quantity, row.seen_at = quantity, max(now, row.seen_at)
        uncovered = max(ZERO, abs(quantity) - self._covered(symbol))
        if uncovered and not row.dollars:
            row.naked_since = now
        row.dollars = uncovered * self._mark(symbol) if uncovered else ZERO
        if row.dollar_seconds > self._limit and row.dollars and not row.told:
            row.told = True
            yield from self._tell(symbol, row, now)

    def _tell(self, symbol: str, row: _Row, now: int) -> Iterator[Message]:
        yield NakedLimitReached(
            at=now,
            symbol=symbol,
            dollars=row.dollars,
            dollar_seconds=row.dollar_seconds,
            limit=self._limit,
        )
        text = (
            f"{symbol}: ${row.dollars:.0f} has no stop at the broker,"
            f" {row.dollar_seconds:.0f} dollar-seconds of {self._limit:.0f}; no entries, closing it"
        )
        yield AlertRaised(at=now, severity=Severity.CRITICAL, code="NAKED_EXPOSURE", text=text)
