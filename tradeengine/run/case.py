"""
The case behind a lock: what the record of its run says, for the person who reviews it.

    timeline      states, alerts and the lock itself, with their New York times
    trades        what each symbol realised, the worst first
    feed          how often feed and order stream were lost, mute or quiet
    changes       settings that differ from those of the last run that ended well

It is read from the journal, which has everything whatever the log was set to keep.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import msgspec
from msgspec import Struct

from tradeengine.bus.records import JournalFile
from tradeengine.errors import JournalDamaged
from tradeengine.layout import Home, RunFiles
from tradeengine.model import events as e
from tradeengine.model.commands import LockTrading
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message
from tradeengine.run.describe import code_of, describe
from tradeengine.run.outcome import ended_flat

_TOLD = (e.StateChanged, e.AlertRaised, LockTrading, e.FlattenEnded, e.StrategyFaulted)
_TROUBLE = (e.FeedLost, e.FeedMuted, e.FeedGap, e.SymbolQuiet, e.OrderStreamLost)


class Case(Struct, frozen=True, kw_only=True):
    """What is known; `missing` says what could not be read, "" if all could."""

    timeline: tuple[str, ...] = ()
    trades: tuple[tuple[str, Decimal], ...] = ()
    feed: tuple[tuple[str, int], ...] = ()
    changes: tuple[str, ...] = ()
    missing: str = ""


def read_case(home: Home, run_id: str) -> Case:
    """Read the case of a run. A record that is gone or damaged is said to be, not raised."""
    files = RunFiles(home.logs / run_id)
    try:
        journal = JournalFile(files.journal)
    except JournalDamaged as error:
        return Case(missing=f"the run's record cannot be read: {error}")
    timeline: list[str] = []
    realised: dict[str, Decimal] = {}
    trouble: Counter[str] = Counter()
    for message in _messages(journal):
        if isinstance(message, e.PositionChanged):
            realised[message.symbol] = message.realised
        elif isinstance(message, _TROUBLE):
            trouble[code_of(type(message))] += 1
        if isinstance(message, _TOLD):
            timeline.append(_line(message))
    return Case(
        timeline=tuple(timeline),
        trades=tuple(sorted(realised.items(), key=lambda row: row[1])),
        feed=tuple(sorted(trouble.items())),
        changes=tuple(_changes(home, files, journal)),
        missing=str(journal.damage or ""),
    )


def _messages(journal: JournalFile) -> Iterator[Message]:
    for record in journal.records():
        try:
            yield record.message()
        except msgspec.MsgspecError:
            continue  # Of another version; the case is made of what this one knows.


def _line(message: Message) -> str:
    line = describe(message)
    at: int = message.at  # type: ignore[attr-defined]  # every message has it
    return f"{new_york(at):%H:%M:%S} {code_of(type(message))} {line.text if line else ''}".rstrip()


def _changes(home: Home, files: RunFiles, journal: JournalFile) -> Iterator[str]:
    """Compare the settings with those of the last run before this one that ended well."""
    earlier = [run for run in home.runs() if run.run_id < files.run_id and ended_flat(run)]
    if not earlier:
        yield "no earlier run is on record to compare with"
        return
    before = _flat(JournalFile(earlier[0].journal).header.build)
    after = _flat(journal.header.build)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name, 'absent')} -> {after.get(name, 'absent')}"


def _flat(build: str) -> dict[str, str]:
    """Lay the settings out as `section.name`; the plan's symbols are each day's own."""
    sections: dict[str, object] = msgspec.json.decode(build)
    plan = sections.get("plan")
    if isinstance(plan, dict):
        sections["plan"] = {name: value for name, value in plan.items() if name != "symbols"}
    return dict(_leaves("", sections))


def _leaves(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else str(name), inner)
    else:
        yield prefix, msgspec.json.encode(value).decode()
