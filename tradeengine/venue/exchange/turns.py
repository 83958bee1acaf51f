"""
Time at the exchange: the tape and the schedule, merged.

At one instant the tape comes first, then what was scheduled for it: a print
that fills an order beats the cancel that arrives at the same nanosecond.
"""

from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from tradeengine.model.events import PriceBand, Quote, Trade, TradingStatus
from tradeengine.model.message import Message
from tradeengine.venue.exchange import margin
from tradeengine.venue.exchange.floor import Floor
from tradeengine.venue.exchange.hours import session_at
from tradeengine.venue.exchange.matching import Matcher
from tradeengine.venue.exchange.port import Tick
from tradeengine.venue.exchange.schedule import Rank
from tradeengine.venue.exchange.warps import Warps
from tradeengine.venue.records import AccountUpdate


class Turn(Struct, frozen=True, gc=False):
    """What happened at an instant: the market's messages, then the accounts' updates."""

    at: int
    market: tuple[Message, ...]
    updates: tuple[AccountUpdate, ...]


class Turns:
    """Moves the floor from instant to instant."""

    def __init__(self, floor: Floor, matcher: Matcher) -> None:
        self._floor = floor
        self._matcher = matcher
        self.warps = Warps(floor.books)
        """What faults bend."""
        self._tape: Iterator[Tick] = floor.market.ticks(floor.now)
        self._tick = next(self._tape, None)
        self._tape_at = self._tick.at if self._tick else None

    def next_at(self) -> int | None:
        """
        Give the instant of the next thing, None when the tape has ended.

        After the tape's end, what is scheduled still comes until the session's
        post close; orders for later days wait for a tape that reaches them.
        """
        scheduled = self._floor.schedule.next_at()
        tape = self._tape_at
        if tape is not None:
            return tape if scheduled is None or tape < scheduled else scheduled
        last = self._floor.session.post_close_at
        return scheduled if scheduled is not None and scheduled <= last else None

    def pass_time(self, at: int) -> None:
        """Let the clock show `at`. Raises ValueError for the past or beyond `next_at`."""
        following = self.next_at()
        if at < self._floor.now or (following is not None and at > following):
            raise ValueError(f"cannot pass to {at}: now {self._floor.now}, next {following}")
        self._move(at)

    def advance(self) -> Turn:
        """Carry out everything due at `next_at`. Raises ValueError when nothing is."""
        at = self.next_at()
        if at is None:
            raise ValueError("nothing is due")
        floor = self._floor
        self._move(at)
        messages = self._hear(at) if at == self._tape_at else ()
        while (action := floor.schedule.due(at)) is not None:
            action()
        if floor.news:
            messages = (*messages, *floor.news)
            floor.news.clear()
        if not floor.told:
            return Turn(at, messages, ())
        updates, floor.told = tuple(floor.told), []
        return Turn(at, messages, updates)

    def set_halt(self, symbol: str, *, halted: bool) -> None:
        """Halt or resume a symbol now; the next turn's messages say so."""
        status = TradingStatus(
            at=self._floor.now,
            received_at=self._floor.now,
            symbol=symbol,
            code="H" if halted else "T",
            halted=halted,
            reason="T12" if halted else "",
        )
        self.add(status)

    def add(self, message: Message) -> None:
        """Let the next turn, due at once, show a message that is not on the tape."""
        self._floor.schedule.add(self._floor.now, Rank.HALT, partial(self._announce, message))

    def _announce(self, message: Message) -> None:
        self._floor.news.append(message)
        self._take(message)

    def _hear(self, at: int) -> tuple[Message, ...]:
        """Take in the tape of an instant."""
        heard: tuple[Message, ...] = ()
        while self._tick is not None and self._tape_at == at:
            messages = self._tick.messages
            if self.warps.on:
                messages = self.warps.bend(messages)
            for message in messages:
                self._take(message)
            heard = (*heard, *messages) if heard else messages
            self._tick = next(self._tape, None)
            self._tape_at = self._tick.at if self._tick else None
        return heard

    def _take(self, message: Message) -> None:
        """Let the books see a message. Most concern no order: that path is short."""
        if isinstance(message, Quote):
            book = self._floor.books[message.symbol]
            book.quote = message
            if book.tickets:
                self._matcher.on_quote(book)
        elif isinstance(message, Trade):
            book = self._floor.books[message.symbol]
            book.trade = message
            if book.tickets:
                self._matcher.on_trade(book, message)
        elif isinstance(message, TradingStatus):
            self._halt(message)
        elif isinstance(message, PriceBand):
            self._floor.books[message.symbol].band = message

    def _halt(self, status: TradingStatus) -> None:
        """Stop matching in a symbol, or look at its orders again."""
        book = self._floor.books[status.symbol]
        book.halted = status.halted
        if not status.halted:
            self._matcher.on_quote(book)

    def _move(self, at: int) -> None:
        self._floor.now = at
        if at >= self._floor.session.post_close_at:
            self._roll(at)

    def _roll(self, at: int) -> None:
        """Begin the next day: its session, and the equity and prices it is measured against."""
        floor = self._floor
        floor.closes = {symbol: floor.price(symbol) for symbol in floor.books}
        for account in floor.accounts.values():
            record = margin.record(floor, account)
            account.last_equity = record.equity
            account.last_maintenance = record.maintenance_margin
        floor.session = session_at(at)
