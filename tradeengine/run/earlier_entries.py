"""
The entries of earlier runs on the same account and session: cool-downs go on from them.

They are read from the journals, which have an entry before its order leaves: no second
record could know more, and none could be behind after `kill -9`. Only the records that
matter are decoded, so that a whole day's journal takes a moment.
"""

from collections.abc import Iterator

import msgspec

from tradeengine.bus.records import JournalFile
from tradeengine.errors import JournalDamaged
from tradeengine.layout import Home, RunFiles
from tradeengine.model.commands import ApprovedOrder
from tradeengine.model.events import BrokerSnapshot, OrderFilled, PastEntry, RunOpened
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose, Side

_NEEDED = (RunOpened, BrokerSnapshot, ApprovedOrder, OrderFilled)
_TAGS = tuple(kind.__name__.encode() for kind in _NEEDED)


def earlier_entries(
    home: Home, current: RunFiles, account_number: str, venue: str, session_open: int
) -> list[PastEntry]:
    """List approved entries and filled buys of the session's earlier runs, oldest first."""
    found: list[PastEntry] = []
    for files in home.runs():
        if files.folder == current.folder:
            continue
        try:
            journal = JournalFile(files.journal)
        except JournalDamaged:
            continue
        rows, account, opened = _read(journal)
        if opened is None or (account, journal.header.venue) != (account_number, venue):
            continue  # One of another venue may be of any day.
        if opened < session_open:
            break  # Runs are listed newest first.
        if opened == session_open:
            found += rows
    return sorted(found, key=lambda row: row.at)


def _read(journal: JournalFile) -> tuple[list[PastEntry], str, int | None]:
    """Give a run's entries, whose account they are of, and its session's opening."""
    rows: list[PastEntry] = []
    account, opened = "", None
    for message in _messages(journal):
        match message:
            case RunOpened():
                opened = message.session_open
            case BrokerSnapshot():
                account = message.account_number
            case ApprovedOrder() if message.intent.purpose is Purpose.ENTRY:
                rows.append(PastEntry(symbol=message.intent.symbol, at=message.at))
            case OrderFilled() if message.side is Side.BUY:
                at = message.received_at
                rows.append(PastEntry(symbol=message.symbol, at=at, is_fill=True))
            case _:
                pass
    return rows, account, opened


def _messages(journal: JournalFile) -> Iterator[Message]:
    for record in journal.records():
        if any(tag in record.body for tag in _TAGS):
            try:
                yield record.message()
            except msgspec.MsgspecError:
                continue  # Of another version; what this one knows is counted.
