"""
Recovery: what an earlier run left, against what the broker holds.

The record of the last run that did not end in order is replayed; its positions
are compared with the broker's. A difference is explained when orders that were
open in the record were filled at the broker afterwards. What stays unexplained
is named, and its symbol is frozen by whoever hears `DifferenceFound`.

A run that is killed takes the broker's positions over, but not the doubt about them
away: what it could not explain stays unexplained, and a run that was killed before it
had compared is no record, although its orders may explain a difference.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.records import JournalFile
from tradeengine.bus.replay import steps
from tradeengine.errors import BadConfiguration, JournalDamaged
from tradeengine.layout import Home, RunFiles
from tradeengine.model.events import BrokerSnapshot, DifferenceFound, Reconciled
from tradeengine.model.names import is_ours
from tradeengine.router.order import Order
from tradeengine.run.edges import FoundOrder
from tradeengine.run.outcome import ended_flat
from tradeengine.run.pump import attempt
from tradeengine.wiring import Core, NowhereOutbox, build

ZERO = Decimal(0)
FindOrder = Callable[[str], Awaitable[FoundOrder | None]]


class NullRecorder:
    """A recorder for a replay whose decisions nobody compares."""

    def take_input(self, message: object) -> None:
        """Forget an input."""

    def take_effect(self, message: object) -> None:
        """Forget an effect."""


@dataclass(frozen=True, slots=True)
class Record:
    """
    What an earlier run knew when it ended: positions and orders still open.

    `doubts` holds, by symbol, what the record had said where it could not explain more.
    """

    run_id: str
    positions: dict[str, Decimal]
    open_orders: tuple[Order, ...]
    damage: str
    doubts: Mapping[str, str] = field(default_factory=dict)


def last_record(home: Home, current: RunFiles, account_number: str) -> Record | None:
    """
    Rebuild the newest earlier run on the account, if it did not end in order.

    A run with a receipt that says flat needs no recovery, nor do the runs before it.
    A journal that this version cannot read is passed over. So is a run that had not
    compared yet, but for its orders.
    """
    later: list[Order] = []
    for files in home.runs():
        if files.folder == current.folder:
            continue
        try:
            journal = JournalFile(files.journal)
            if _account_of(journal) != account_number:
                continue
            if ended_flat(files):
                return None
            core = _rebuild(journal)
            if _has_compared(journal):
                return _record(files, core, journal, later)
            later += core.router.book
        except (JournalDamaged, BadConfiguration):
            continue
    return None


def _account_of(journal: JournalFile) -> str:
    """Read which account a run traded, "" if it never came to know."""
    told = (m.account_number for m, _ in steps(journal) if isinstance(m, BrokerSnapshot))
    return next(told, "")


def _has_compared(journal: JournalFile) -> bool:
    return any(isinstance(message, Reconciled) for message, _ in steps(journal))


def _doubts(journal: JournalFile) -> dict[str, str]:
    found: dict[str, str] = {}
    for told in (m for m, _ in steps(journal) if isinstance(m, DifferenceFound)):
        if told.explained:
            found.pop(told.symbol, None)
        else:
            found.setdefault(told.symbol, told.recorded)
    return found


def _rebuild(journal: JournalFile) -> Core:
    core = build(BuildInputs.from_text(journal.header.build), NullRecorder(), NowhereOutbox())
    for message, _ in steps(journal):
        # What raised then raises now; the pump went on to the next message, and so do we.
        attempt(core.engine.step, message)
    return core


def _record(files: RunFiles, core: Core, journal: JournalFile, later: list[Order]) -> Record:
    """Read the record off a rebuilt core; `later` are orders of which it cannot know."""
    rows = core.ledger.view().positions
    known = core.router.book
    unknown = (replace(o, filled=ZERO) for o in later if known.get(o.client_order_id) is None)
    return Record(
        run_id=files.run_id,
        positions={row.symbol: row.quantity for row in rows if row.quantity},
        open_orders=(*known.open_orders(), *unknown),
        damage=str(journal.damage or ""),
        doubts=_doubts(journal),
    )


async def differences(
    record: Record | None, snapshot: BrokerSnapshot, find_order: FindOrder, now: int
) -> list[DifferenceFound]:
    """Compare a record (None: there is none) with the broker, symbol by symbol."""
    recorded = {} if record is None else record.positions
    doubts = {} if record is None else record.doubts
    held = {row.symbol: row.quantity for row in snapshot.positions}
    found = []
    for symbol in sorted(recorded.keys() | held.keys()):
        before, after = recorded.get(symbol, ZERO), held.get(symbol, ZERO)
        if after and symbol in doubts:
            words = "an earlier run could not explain it either"
            found.append(_difference(symbol, doubts[symbol], after, words, now))
        elif before != after:
            moved, words = await _filled_since(record, symbol, find_order)
            is_explained = before + moved == after
            found.append(_difference(symbol, str(before), after, words, now, is_explained))
    return found + list(_strangers(snapshot, now))


def _difference(
    symbol: str, recorded: str, held: Decimal, words: str, now: int, is_explained: bool = False
) -> DifferenceFound:
    return DifferenceFound(
        at=now,
        received_at=now,
        symbol=symbol,
        recorded=recorded,
        held=str(held),
        explained=is_explained,
        explanation=words,
    )


async def _filled_since(
    record: Record | None, symbol: str, find_order: FindOrder
) -> tuple[Decimal, str]:
    """Add up what open orders of the record were filled since; say it in words."""
    if record is None:
        return ZERO, "no record of an earlier run holds this position"
    moved, words = ZERO, []
    for order in record.open_orders:
        if order.symbol != symbol:
            continue
        found = await find_order(order.client_order_id)
        filled = ZERO if found is None else found.filled - order.filled
        moved += order.side.sign * filled
        fate = "never reached the broker" if found is None else f"was filled {filled} more"
        words.append(f"{order.client_order_id} {fate}")
    return moved, "; ".join(words) or f"no order of {record.run_id} explains it"


def _strangers(snapshot: BrokerSnapshot, now: int) -> Iterator[DifferenceFound]:
    for order in snapshot.orders:
        if not is_ours(order.client_order_id):
            yield DifferenceFound(
                at=now,
                received_at=now,
                symbol=order.symbol,
                recorded="no such order",
                held=f"order {order.client_order_id}",
                explained=False,
                explanation="another program or person has an order open in this account",
            )
