"""
Closed round trips of earlier sessions: the record that the size rule is allowed to look at.

They are read from the journals under one home, newest run first: same venue, same account,
same strategies with the same parameters, sessions before the day that is planned. A trip is
from flat to flat in one symbol; its return is what it made by what it put in. It goes on in
the next run when that one finds what the trip held; any other position is somebody else's, and
what becomes of it is no record of ours. What the fills paid in spread and slippage is in it;
regulatory fees, which the broker tells a day later and which stay below a basis point, are not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from tradeengine.bus.records import JournalFile
from tradeengine.errors import JournalDamaged
from tradeengine.layout import Home
from tradeengine.ledger.opening import Opening
from tradeengine.model.events import BrokerSnapshot, OrderFilled, RunOpened
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message
from tradeengine.model.orders import Question
from tradeengine.model.sessions import session_days

MOST_TRADES, MOST_SESSIONS = 100, 252
"""Trips that count, and sessions back; older ones belong to another market."""

_DAY, _LONGER = timedelta(days=1), timedelta(days=400)

_NEEDED = (RunOpened, BrokerSnapshot, OrderFilled)
_TAGS = tuple(kind.__name__.encode() for kind in _NEEDED)

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose trades: venue, account ("": any, where each run has its own), strategies as JSON."""

    venue: str
    account: str
    strategies: object


@dataclass(slots=True)
class _Trip:
    quantity: Decimal = ZERO
    paid_in: Decimal = ZERO
    made: Decimal = ZERO
    is_ours: bool = True

    def book(self, fill: OrderFilled) -> float | None:
        """Book a fill; give the trip's return when it is over."""
        signed = fill.side.sign * fill.quantity
        closing = min(abs(signed), abs(self.quantity)) if signed * self.quantity < 0 else ZERO
        self.paid_in += (abs(signed) - closing) * fill.price
        self.made -= signed * fill.price
        self.quantity += signed
        if self.quantity:
            return None
        done = float(self.made / self.paid_in) if self.paid_in and self.is_ours else None
        self.paid_in = self.made = ZERO
        self.is_ours = True
        return done


@dataclass(slots=True)
class _Run:
    day: date | None = None
    account: str = ""
    opening: BrokerSnapshot | None = None
    fills: list[OrderFilled] = field(default_factory=list)


def closed_returns(home: Home, whose: Whose, before: date) -> tuple[float, ...]:
    """
    Give the returns of the last closed trips before a session, the oldest first.

    At most `MOST_TRADES`, of runs in the `MOST_SESSIONS` before it.

    Files are read: call it off the loop. A journal that cannot be read is passed over.
    """
    picked: list[_Run] = []
    seen: set[date] = set()
    count = 0
    oldest = session_days(before - _LONGER, before - _DAY)[-MOST_SESSIONS]
    for run in _runs(home, whose):
        if (
            run.day is None
            or not oldest <= run.day < before
            or (not whose.account and run.day in seen)
        ):
            continue  # An account that begins anew with each run has one run a session.
        seen.add(run.day)
        picked.append(run)
        count += len(_returns([run]))
        if count >= MOST_TRADES:
            break
    return tuple(_returns(picked[::-1])[-MOST_TRADES:])


def _runs(home: Home, whose: Whose) -> Iterator[_Run]:
    for files in home.runs():
        try:
            journal = JournalFile(files.journal)
        except JournalDamaged:
            continue
        if journal.header.venue != whose.venue or _strategies(journal) != whose.strategies:
            continue
        run = _read(journal)
        if whose.account in ("", run.account):
            yield run


def _strategies(journal: JournalFile) -> object:
    try:
        return msgspec.json.decode(journal.header.build)["strategies"]
    except (msgspec.MsgspecError, LookupError, TypeError):
        return None


def _read(journal: JournalFile) -> _Run:
    run = _Run()
    for message in _messages(journal):
        match message:
            case RunOpened():
                run.day = new_york(message.session_open).date()
            case BrokerSnapshot():
                run.account = message.account_number
                if message.why == Question.START:
                    run.opening = run.opening or message
            case OrderFilled():
                run.fills.append(message)
            case _:
                pass
    return run


def _messages(journal: JournalFile) -> Iterator[Message]:
    for record in journal.records():
        if record.is_input and any(tag in record.body for tag in _TAGS):
            try:
                yield record.message()
            except msgspec.MsgspecError:
                continue  # Of another version.


def _returns(runs: Iterable[_Run]) -> list[float]:
    """Give the returns of the trips that ended in runs, which come in their order."""
    trips: dict[str, _Trip] = {}
    returns = []
    for run in runs:
        if run.opening is not None:
            trips = _taken_over(trips, run.opening)
        for fill in _new_fills(run):
            done = trips.setdefault(fill.symbol, _Trip()).book(fill)
            if done is not None:
                returns.append(done)
    return returns


def _taken_over(trips: Mapping[str, _Trip], opening: BrokerSnapshot) -> dict[str, _Trip]:
    """Give the trips that are under way when a run begins."""
    found = {}
    for row in opening.positions:
        trip = trips.get(row.symbol)
        if trip is None or trip.quantity != row.quantity:
            trip = _Trip(quantity=row.quantity, is_ours=False)
        found[row.symbol] = trip
    return found


def _new_fills(run: _Run) -> Iterator[OrderFilled]:
    """Give the fills of a run, each once, that its opening positions do not hold already."""
    known: set[tuple[str, str, Decimal]] = set()
    opening = Opening()
    if run.opening is not None:
        opening.read(run.opening)
    for fill in run.fills:
        name = (fill.client_order_id, fill.execution_id, fill.cumulative)
        if name in known:
            continue
        known.add(name)
        if fill.at >= opening.read_from and not opening.holds(fill):
            yield fill
