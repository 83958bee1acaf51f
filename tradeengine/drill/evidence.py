"""
The evidence of a cell: what the engine wrote down, and what the venue's books say.

The engine's side is its journal, read back from the disk; nothing is asked of the
engine's own memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tradeengine.bus.records import JournalFile
from tradeengine.drill.witness import Positions, Witness
from tradeengine.errors import ExitCode
from tradeengine.model.events import Input, PositionChanged, StateChanged
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState
from tradeengine.run.outcome import Outcome
from tradeengine.venue.records import AccountUpdate, VenueOrder


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the journal: when the engine had it, and in which state it then was."""

    at: int
    message: Message
    state: EngineState
    is_input: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the verdict is about. `struck_at` None: the fault found nothing to strike."""

    exit_code: ExitCode
    flat: bool
    struck_at: int | None
    begins_at: int
    troubled_from: int
    """When the first of the armed faults began."""
    failed: tuple[str, ...]
    said: tuple[Said, ...]
    orders: tuple[VenueOrder, ...]
    updates: tuple[AccountUpdate, ...]
    venue_positions: tuple[tuple[int, Positions], ...]
    venue_at_end: Positions

    def engine_positions(self) -> Iterator[tuple[int, str, Decimal]]:
        """Give each change of the ledger's positions: when, symbol, shares."""
        for said in self.said:
            if isinstance(said.message, PositionChanged):
                yield said.at, said.message.symbol, said.message.quantity


def collect(witness: Witness, outcome: Outcome, shown_by: str) -> Evidence:
    """Put the evidence of a run together. Raises JournalDamaged."""
    return Evidence(
        exit_code=outcome.exit_code,
        flat=outcome.summary.flat,
        struck_at=witness.struck_at(shown_by),
        begins_at=witness.faults[0].begins(witness.began_at),
        troubled_from=min(fault.begins(witness.began_at) for fault in witness.faults),
        failed=tuple(witness.failed),
        said=tuple(_said(JournalFile(outcome.files.journal))),
        orders=tuple(witness.orders()),
        updates=witness.updates(),
        venue_positions=tuple(witness.positions),
        venue_at_end=witness.held_now(),
    )


def _said(journal: JournalFile) -> Iterator[Said]:
    now, state = 0, EngineState.STARTING
    for record in journal.records():
        message = record.message()
        if isinstance(message, Input):
            now = message.received_at
        if isinstance(message, StateChanged):
            state = message.after
        yield Said(now, message, state, record.is_input)
    if journal.damage is not None:
        raise journal.damage
