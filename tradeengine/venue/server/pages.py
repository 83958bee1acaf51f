"""
Pages of historical data: ordered by symbol, then time; the limit is over all.

The token names the next item, as Alpaca's does (recorded: base64 of
`SPY|M|<nanoseconds>`); items that share an instant add how many come before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tradeengine.venue.server.parse import malformed, page_parts, page_token


class Timed(Protocol):
    """Anything that happened at an instant."""

    @property
    def at(self) -> int:
        """Nanoseconds UTC."""
        ...


Row = TypeVar("Row", bound=Timed)


@dataclass(frozen=True, slots=True)
class Source(Generic[Row]):
    """
    Where rows come from.

    `read` gives a symbol's rows from one instant to another, both included, in
    order; it is asked for no more than `window` nanoseconds at a time, so that a
    page does not make the venue draw whole years. `letter` goes into tokens.
    """

    letter: str
    window: int
    read: Callable[[str, int, int], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Span:
    """What part of history was asked for."""

    start: int
    end: int
    descending: bool
    limit: int
    token: str | None


@dataclass(slots=True)
class Page(Generic[Row]):
    """Rows by symbol, and the token of the next page."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The next item: its symbol, instant, and how many of that instant are before it."""

    symbol: str
    at: int
    skip: int

    @classmethod
    def of(cls, token: str) -> "Place":
        """Read a token. Raises Refused."""
        symbol, _kind, when = page_parts(token, 3)
        at, _, skip = when.partition(".")
        try:
            place = cls(symbol, int(at), int(skip or 0))
        except ValueError as error:
            raise malformed("invalid page_token") from error
        if abs(place.at) >= 2**63 or place.skip < 0:
            raise malformed("invalid page_token")
        return place

    def token(self, kind: str) -> str:
        """Write the token; `kind` is Alpaca's letter for the data."""
        return page_token(self.symbol, kind, f"{self.at}.{self.skip}" if self.skip else self.at)


def page_of(symbols: Sequence[str], source: Source[Row], span: Span) -> Page[Row]:
    """Fill a page, symbol by symbol."""
    place = Place.of(span.token) if span.token else None
    page: Page[Row] = Page()
    left = span.limit
    for symbol in sorted(symbols):
        if place is not None and symbol < place.symbol:
            continue
        resumed = place if place is not None and symbol == place.symbol else None
        skip = resumed.skip if resumed else 0
        rows = _rows(symbol, source, span, resumed, left + skip + 1)
        taken = rows[skip : skip + left]
        if taken:
            page.rows[symbol] = list(taken)
            left -= len(taken)
        if skip + len(taken) < len(rows):
            page.next_token = _place_at(symbol, rows, skip + len(taken)).token(source.letter)
            return page
    return page


def _rows(
    symbol: str, source: Source[Row], span: Span, resumed: Place | None, enough: int
) -> list[Row]:
    """Read rows in the order asked for, window by window, until there are enough."""
    start, end = span.start, span.end
    if resumed is not None:
        start, end = (start, resumed.at) if span.descending else (resumed.at, end)
    rows: list[Row] = []
    while start <= end and len(rows) < enough:
        if span.descending:
            low = max(start, end - source.window)
            rows += source.read(symbol, low, end)[::-1]
            end = low - 1
        else:
            high = min(end, start + source.window)
            rows += source.read(symbol, start, high)
            start = high + 1
    return rows


def _place_at(symbol: str, rows: Sequence[Row], index: int) -> Place:
    at, skip = rows[index].at, 0
    while skip < index and rows[index - skip - 1].at == at:
        skip += 1
    return Place(symbol, at, skip)
