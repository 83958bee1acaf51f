"""
The positions of all symbols, each with the fills that made it.

The fills are kept because an exchange can bust one: the position is then built
again without it, as if it had never been.
"""

from decimal import Decimal
from typing import NamedTuple

from tradeengine.ledger.positions import Position, dollars

FLAT = Position()


class BookedFill(NamedTuple):
    """A fill as it was booked; `shares` negative when sold."""

    execution_id: str
    shares: Decimal
    price: Decimal

    @property
    def notional(self) -> Decimal:
        """Dollars that the fill cost (negative: brought in)."""
        return dollars(self.shares * self.price)


class Holdings:
    """Positions by symbol."""

    def __init__(self) -> None:
        self._positions: dict[str, Position] = {}
        self._adopted: dict[str, Position] = {}
        self._fills: dict[str, list[BookedFill]] = {}

    def position(self, symbol: str) -> Position:
        """Give what is held of a symbol; flat if it was never held."""
        return self._positions.get(symbol, FLAT)

    def symbols(self) -> list[str]:
        """List the symbols that were ever held, oldest first."""
        return list(self._positions)

    def adopt(self, symbol: str, position: Position) -> None:
        """Start the symbol's history afresh with a position found at the broker."""
        self._positions[symbol] = self._adopted[symbol] = position
        self._fills.pop(symbol, None)

    def book(self, symbol: str, fill: BookedFill) -> Position:
        """Apply a fill; return the position after it."""
        after = self.position(symbol).filled(fill.shares, fill.price)
        self._fills.setdefault(symbol, []).append(fill)
        self._positions[symbol] = after
        return after

    def find(self, symbol: str, execution_id: str) -> BookedFill | None:
        """Find a booked fill by its id; a fill without one cannot be found."""
        fills = self._fills.get(symbol, ()) if execution_id else ()
        return next((fill for fill in fills if fill.execution_id == execution_id), None)

    def amend(self, symbol: str, busted: BookedFill, correction: BookedFill | None) -> Position:
        """Take a booked fill out, or put a correction in its place; return the position."""
        fills = self._fills[symbol]
        at = fills.index(busted)
        fills[at : at + 1] = [] if correction is None else [correction]
        position = self._adopted.get(symbol, FLAT)
        for fill in fills:
            position = position.filled(fill.shares, fill.price)
        self._positions[symbol] = position
        return position
