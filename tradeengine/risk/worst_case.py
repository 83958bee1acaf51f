"""
How far the account's exposure can reach if its open orders fill as badly as they can.

Any subset of the open orders may fill. Each symbol then ends between its lowest
and its highest possible value; sums of the worse ends bound every outcome.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from tradeengine.model.orders import Side
from tradeengine.risk.exposure import ExposureBook

ZERO = Decimal(0)


class Addition(NamedTuple):
    """An order that is being judged: `quantity` shares at `price` dollars."""

    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal


class Reach(NamedTuple):
    """The lowest and highest possible value of a symbol's position, dollars."""

    symbol: str
    low: Decimal
    high: Decimal

    @property
    def gross(self) -> Decimal:
        """The largest possible exposure, either way."""
        return max(abs(self.low), abs(self.high))


def reaches(
    book: ExposureBook, mark: Callable[[str], Decimal], addition: Addition | None = None
) -> list[Reach]:
    """Give the reach of every symbol held or ordered, the order being judged included."""
    added = () if addition is None else (addition.symbol,)
    symbols = dict.fromkeys((*book.symbols(), *added))
    return [_reach(symbol, book, mark(symbol), addition) for symbol in symbols]


def _reach(symbol: str, book: ExposureBook, mark: Decimal, addition: Addition | None) -> Reach:
    orders, held = book.open_orders(symbol), book.held(symbol).quantity
    added = addition if addition is not None and addition.symbol == symbol else None
    if not orders and added is None:
        value = held * mark
        return Reach(symbol, value, value)
    bought, sold = book.left(symbol, Side.BUY), book.left(symbol, Side.SELL)
    prices = [mark, *(reservation.price for reservation in orders)]
    if added is not None:
        prices.append(added.price)
        bought += added.quantity if added.side is Side.BUY else ZERO
        sold += added.quantity if added.side is Side.SELL else ZERO
    price = max(prices)
    return Reach(symbol, (held - sold) * price, (held + bought) * price)


def gross(rows: Iterable[Reach]) -> Decimal:
    """Give the largest possible sum of long and short exposure, dollars."""
    return sum((row.gross for row in rows), ZERO)


def net(rows: Sequence[Reach], weight: Callable[[str], Decimal] = lambda _: Decimal(1)) -> Decimal:
    """Give the largest possible weighted net exposure, either way, dollars."""
    weighted = [(weight(row.symbol) * row.low, weight(row.symbol) * row.high) for row in rows]
    lowest = sum((min(pair) for pair in weighted), ZERO)
    highest = sum((max(pair) for pair in weighted), ZERO)
    return max(abs(lowest), abs(highest))
