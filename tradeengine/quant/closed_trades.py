"""
Closed round trips of earlier sessions: the record that the size rule is allowed to look at.

They are read from the journals under one home, newest run first: same venue, same account,
same strategies with the same parameters, sessions before the day that is planned. A
trip is from flat to flat in one symbol; its return is what it made by what it put in. What
the fills paid in spread and slippage is in it; regulatory fees, which the broker tells
a day later and which stay below a basis point, are not. Quant.md 4.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from tradeengine.bus.records import JournalFile
from tradeengine.errors import JournalDamaged
from tradeengine.layout import Home
from tradeengine.model.events import BrokerSnapshot, OrderFilled, RunOpened
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message

MOST_TRADES = 100
"""Trips that count; older ones belong to another market."""

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

    def book(self, fill: OrderFilled) -> float | None:
        """Book a fill; give the trip's return when it is over."""
        signed = fill.side.sign * fill.quantity
        closing = min(abs(signed), abs(self.quantity)) if signed * self.quantity < 0 else ZERO
        self.paid_in += (abs(signed) - closing) * fill.price
        self.made -= signed * fill.price
        self.quantity += signed
        if self.quantity:
            return None
        done = float(self.made / self.paid_in) if self.paid_in else None
        self.paid_in = self.made = ZERO
        return done


@dataclass(slots=True)
class _Run:
    day: date | None = None
    account: str = ""
    fills: list[OrderFilled] = field(default_factory=list)


def closed_returns(home: Home, whose: Whose, before: date) -> tuple[float, ...]:
    """
    Give the returns of the last closed trips before a session, the oldest first.

    Files are read: call it off the loop. A journal that cannot be read is passed over.
    """
    returns: list[float] = []
    seen: set[date] = set()
    for run in _runs(home, whose):
        if run.day is None or run.day >= before or (not whose.account and run.day in seen):
            continue  # An account that begins anew with each run has one run a session.
        seen.add(run.day)
        returns = _returns(run.fills) + returns
        if len(returns) >= MOST_TRADES:
            break
    return tuple(returns[-MOST_TRADES:])


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


def _returns(fills: list[OrderFilled]) -> list[float]:
    trips: dict[str, _Trip] = {}
    known: set[tuple[str, str, Decimal]] = set()
    returns = []
    for fill in fills:
        name = (fill.client_order_id, fill.execution_id, fill.cumulative)
        if name in known:
            continue
        known.add(name)
        done = trips.setdefault(fill.symbol, _Trip()).book(fill)
        if done is not None:
            returns.append(done)
    return returns
