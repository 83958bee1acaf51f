"""
The outcome of a run: exit code, receipt, summary.

`receipt.json` says how the account became flat; a run that left one ended in
order. `summary.json` is what `run --json` prints last.
"""

from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tradeengine.errors import ExitCode
from tradeengine.layout import RunFiles, write_atomically
from tradeengine.ledger.view import LedgerView
from tradeengine.model.events import FlattenEnded
from tradeengine.model.orders import EngineState, Side, StopTrigger
from tradeengine.tally import Tally
from tradeengine.wiring import Core


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended. `flat` is the broker's word, not ours."""

    files: RunFiles
    state: EngineState
    flat: bool
    receipt: FlattenEnded | None
    faults: int
    tally: Tally
    ledger: LedgerView

    @classmethod
    def of(
        cls, core: Core, tally: Tally, files: RunFiles, *, faults: int, flat_past_core: bool
    ) -> "Outcome":
        """Read the outcome off the parts."""
        receipt = tally.flattened
        return cls(
            files=files,
            state=core.breaker.state,
            flat=flat_past_core or (receipt is not None and receipt.flat),
            receipt=receipt,
            faults=faults,
            tally=tally,
            ledger=core.ledger.view(),
        )

    @property
    def exit_code(self) -> ExitCode:
        """What the process ends with."""
        if not self.flat:
            return ExitCode.NOT_FLAT
        if self.faults:
            return ExitCode.INTERNAL
        if self.receipt is not None and self.receipt.trigger is StopTrigger.DRAWDOWN:
            return ExitCode.LOCKED
        return ExitCode.CLEAN

    def summary(self) -> dict[str, object]:
        """Give what `run --json` prints: counts, and money in dollars as text."""
        tally, ledger = self.tally, self.ledger
        return {
            "run_id": self.files.run_id,
            "run_dir": str(self.files.folder),
            "state": self.state.value,
            "flat": self.flat,
            "symbols": len(tally.streamed),
            "orders": tally.orders,
            "fills": tally.fills,
            "buys": tally.sides[Side.BUY],
            "sells": tally.sides[Side.SELL],
            "denials": {reason.name: count for reason, count in tally.denials.most_common()},
            "equity_start": _money(ledger.baseline),
            "equity_end": _money(ledger.equity),
        }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def receipt_of(receipt: FlattenEnded) -> dict[str, object]:
    """Give the content of `receipt.json`."""
    return {
        "flat": receipt.flat,
        "trigger": receipt.trigger.value,
        "rounds": receipt.rounds,
        "seconds": receipt.seconds,
        "positions_left": list(receipt.positions_left),
        "orders_left": list(receipt.orders_left),
        "symbols": {
            row.symbol: {
                "start_quantity": str(row.start_quantity),
                "left": str(row.left),
                "steps": list(row.steps),
            }
            for row in receipt.symbols
        },
    }


def write_outcome(outcome: Outcome) -> None:
    """Write summary and receipt; a run that is not known to have ended gets no receipt."""
    summary = msgspec.json.encode(outcome.summary())
    write_atomically(outcome.files.summary, summary + b"\n")
    if outcome.receipt is not None:
        text = msgspec.json.format(msgspec.json.encode(receipt_of(outcome.receipt)))
        write_atomically(outcome.files.receipt, text + b"\n")
