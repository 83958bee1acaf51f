"""
The outcome of a run: exit code, receipt, summary.

`receipt.json` says how the account became flat; a run that left one ended in
order. `summary.json` is what `run --json` prints last.
"""

import traceback
from dataclasses import dataclass

import msgspec

from tradeengine.atomic_files import write_atomically
from tradeengine.build_id import version
from tradeengine.console.plan import maker
from tradeengine.console.summary import RunSummary, summary_json
from tradeengine.errors import ExitCode, TradeEngineError
from tradeengine.layout import RunFiles
from tradeengine.model.events import FlattenEnded
from tradeengine.run.picture import Subject


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How a run ended.

    `faults` counts internal errors; `failure` is what stopped it, or None; `is_locked`
    says that the drawdown limit was reached.
    """

    files: RunFiles
    summary: RunSummary
    faults: int
    failure: TradeEngineError | None = None
    is_locked: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """What the process ends with."""
        if not self.summary.flat:
            return ExitCode.NOT_FLAT
        if self.faults:
            return ExitCode.INTERNAL
        if self.failure is not None:
            return self.failure.exit_code
        if self.is_locked:
            return ExitCode.LOCKED
        return ExitCode.CLEAN


def outcome_of(
    run: Subject, *, faults: int, failure: TradeEngineError | None, flat_past_core: bool
) -> Outcome:
    """Read the outcome off the parts. `flat` is the broker's word, not ours."""
    tally, ledger, naked = run.tally, run.core.ledger.view(), run.core.meter.view()
    receipt, plan = tally.flattened, tally.plan or run.plan
    summary = RunSummary(
        run_id=run.files.run_id,
        run_dir=str(run.files.folder),
        state=run.core.breaker.state,
        flat=flat_past_core or (receipt is not None and receipt.flat),
        symbols=len(tally.streamed),
        orders=tally.orders,
        fills=tally.fills,
        buys=tally.buys,
        sells=tally.sells,
        equity_start=ledger.baseline,
        equity_end=None if ledger.baseline is None else ledger.equity,
        plan=plan,
        stopped={
            name: row for name, row in tally.stops.by_symbol().items() if name in plan.symbols
        },
        denials=dict(tally.denials),
        receipt=receipt,
        uncovered=naked.dollars,
        naked_dollar_seconds=naked.dollar_seconds,
        naked_worst_seconds=naked.worst_seconds,
        queues=dict(run.queues()),
    )
    return Outcome(run.files, summary, faults, failure, tally.is_locked)


def write_outcome(outcome: Outcome) -> str:
    """
    Write summary and receipt; return why that cannot be done, "" if it could.

    A run that is not known to have ended gets no receipt.
    """
    try:
        _write_files(outcome.files, outcome.summary)
    except OSError as problem:
        return f"receipt and summary cannot be written: {problem.strerror}"
    return ""


def _write_files(files: RunFiles, summary: RunSummary) -> None:
    write_atomically(files.summary, msgspec.json.encode(summary_json(summary)) + b"\n")
    if summary.receipt is not None:
        text = msgspec.json.format(msgspec.json.encode(_receipt(summary.receipt, summary)))
        write_atomically(files.receipt, text + b"\n")


class _Verdict(msgspec.Struct):
    flat: bool


def ended_flat(files: RunFiles) -> bool:
    """Tell whether a run left a receipt that says flat."""
    try:
        return msgspec.json.decode(files.receipt.read_bytes(), type=_Verdict).flat
    except (OSError, msgspec.MsgspecError):
        return False


def append_crash(files: RunFiles, error: Exception) -> str:
    """Keep a traceback for the developers; return why that cannot be done, "" if it could."""
    try:
        with files.crash.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
    except OSError as problem:
        return f"{files.crash} cannot be written: {problem.strerror}"
    return ""


def _receipt(receipt: FlattenEnded, summary: RunSummary) -> dict[str, object]:
    return {
        "flat": receipt.flat,
        "build": version(),
        "plan": maker(summary.plan),
        "trigger": receipt.trigger.value,
        "rounds": receipt.rounds,
        "seconds": receipt.seconds,
        "cost_dollars": f"{receipt.cost:.2f}",
        "positions_left": list(receipt.positions_left),
        "orders_left": list(receipt.orders_left),
        "naked": {
            "uncovered_dollars": {
                symbol: f"{dollars:.2f}" for symbol, dollars in summary.uncovered.items()
            },
            "dollar_seconds": round(float(summary.naked_dollar_seconds), 2),
            "longest_seconds": round(summary.naked_worst_seconds, 3),
        },
        "queues": dict(summary.queues),
        "symbols": {
            row.symbol: {
                "start_quantity": str(row.start_quantity),
                "left": str(row.left),
                "why_left": row.why,
                "cost_dollars": f"{row.cost:.2f}",
                "steps": list(row.steps),
            }
            for row in receipt.symbols
        },
    }
