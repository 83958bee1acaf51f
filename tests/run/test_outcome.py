"""How a run ended, as an exit code and as files."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import NOON, a_run, make_home, opened, receipt, snapshot
from tradeengine.build_id import version
from tradeengine.errors import BadConfiguration, ExitCode, TradeEngineError, VenueUnreachable
from tradeengine.layout import RunFiles
from tradeengine.model.commands import RequestStop
from tradeengine.model.events import FlattenEnded, SymbolFlattened
from tradeengine.model.orders import StopTrigger
from tradeengine.run.outcome import Outcome, append_crash, ended_flat, outcome_of, write_outcome
from tradeengine.run.picture import Subject


@pytest.fixture
def run(tmp_path: Path) -> Subject:
    return a_run(make_home(tmp_path))


def ended(
    run: Subject,
    how: FlattenEnded | None = None,
    *,
    faults: int = 0,
    failure: TradeEngineError | None = None,
    past_core: bool = False,
) -> Outcome:
    run.tally.flattened = how
    return outcome_of(run, faults=faults, failure=failure, flat_past_core=past_core)


def test_a_flat_run_is_clean(run: Subject) -> None:
    assert ended(run, receipt()).exit_code is ExitCode.CLEAN


def test_a_run_that_the_broker_does_not_call_flat_says_so_above_all_else(run: Subject) -> None:
    assert ended(run, receipt(flat=False)).exit_code is ExitCode.NOT_FLAT
    assert ended(run, None).exit_code is ExitCode.NOT_FLAT
    assert ended(run, receipt(flat=False), faults=1).exit_code is ExitCode.NOT_FLAT
    unreachable = VenueUnreachable("gone")
    assert ended(run, receipt(flat=False), failure=unreachable).exit_code is ExitCode.NOT_FLAT


def test_an_internal_error_is_told_even_when_flat(run: Subject) -> None:
    assert ended(run, receipt(), faults=1).exit_code is ExitCode.INTERNAL
    assert ended(run, None, faults=2, past_core=True).exit_code is ExitCode.INTERNAL


def test_a_failure_gives_its_own_code(run: Subject) -> None:
    refused = BadConfiguration("the day", "is in dispute")

    assert ended(run, receipt(), failure=refused).exit_code is ExitCode.BAD_CONFIGURATION


def test_a_drawdown_locks(run: Subject) -> None:
    run.tally.is_locked = True

    assert ended(run, receipt(trigger=StopTrigger.DRAWDOWN)).exit_code is ExitCode.LOCKED
    assert ended(run, receipt(trigger=StopTrigger.INTERRUPT)).exit_code is ExitCode.LOCKED
    assert ended(run, receipt(flat=False)).exit_code is ExitCode.NOT_FLAT


def test_flat_past_the_core_is_flat_without_a_receipt(run: Subject) -> None:
    outcome = ended(run, None, past_core=True)

    write_outcome(outcome)

    assert outcome.exit_code is ExitCode.CLEAN
    assert outcome.summary.flat
    assert not run.files.receipt.exists()
    assert not ended_flat(run.files)


def test_the_summary_counts_what_the_tally_and_the_ledger_saw(run: Subject) -> None:
    run.core.engine.step(opened())
    assert ended(run, receipt()).summary.equity_start is None

    run.core.engine.step(snapshot())
    outcome = ended(run, receipt())
    write_outcome(outcome)

    assert json.loads(run.files.summary.read_text()) == {
        "run_id": run.files.run_id,
        "run_dir": str(run.files.folder),
        "state": "STARTING",
        "flat": True,
        "symbols": 0,
        "orders": 0,
        "fills": 0,
        "buys": 0,
        "sells": 0,
        "denials": 0,
        "equity_start": 100000.0,
        "equity_end": 99000.0,
        "plan": {
            "source": "a test",
            "by_hand": run.plan.by_hand,
            "day": None,
            "regime": "HV-bear",
            "vix": 15.0,
            "symbols": 2,
            "origins": {},
        },
        "stopped": {},
    }
    assert run.plan.by_hand.endswith("session_plan.yaml")


def test_the_receipt_says_how_each_symbol_became_flat(run: Subject) -> None:
    how = FlattenEnded(
        at=NOON,
        trigger=StopTrigger.INTERRUPT,
        flat=False,
        rounds=2,
        seconds=3.5,
        symbols=(
            SymbolFlattened(
                symbol="AAPL",
                start_quantity=Decimal(10),
                left=Decimal(4),
                steps=("sell 10",),
                cost=Decimal("1.234"),
                why="trading is halted (T1)",
            ),
        ),
        positions_left=("AAPL 4",),
        orders_left=("te-1",),
    )

    write_outcome(ended(run, how))

    assert json.loads(run.files.receipt.read_text()) == {
        "flat": False,
        "build": version(),
        "plan": f"by hand, {run.plan.by_hand} (a test)",
        "trigger": "interrupt",
        "rounds": 2,
        "seconds": 3.5,
        "cost_dollars": "1.23",
        "positions_left": ["AAPL 4"],
        "orders_left": ["te-1"],
        "naked": {"uncovered_dollars": {}, "dollar_seconds": 0.0, "longest_seconds": 0.0},
        "queues": {},
        "symbols": {
            "AAPL": {
                "start_quantity": "10",
                "left": "4",
                "why_left": "trading is halted (T1)",
                "cost_dollars": "1.23",
                "steps": ["sell 10"],
            }
        },
    }
    assert not ended_flat(run.files)


def test_a_receipt_that_cannot_be_written_is_words_not_an_error(run: Subject) -> None:
    run.files.summary.mkdir()
    (run.files.summary / "in the way").touch()

    problem = write_outcome(ended(run, receipt()))

    assert problem.startswith("receipt and summary cannot be written: ")


def test_a_receipt_that_says_flat_is_believed(run: Subject) -> None:
    assert not ended_flat(run.files)

    write_outcome(ended(run, receipt()))

    assert ended_flat(run.files)


def test_a_receipt_that_cannot_be_read_says_nothing(run: Subject) -> None:
    run.files.receipt.write_text("{")

    assert not ended_flat(run.files)


def test_a_state_is_in_the_summary(run: Subject) -> None:
    stop = RequestStop(at=NOON, received_at=NOON, trigger=StopTrigger.INTERRUPT)
    run.core.engine.step(stop)

    assert ended(run, None).summary.state.value == "HALTING"


def test_crashes_are_kept_one_after_the_other(run: Subject) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        raise ZeroDivisionError("a bug of the test")

    assert append_crash(run.files, caught.value) == ""
    assert append_crash(run.files, KeyError("another")) == ""

    text = run.files.crash.read_text()
    assert text.startswith("Traceback")
    assert text.index("ZeroDivisionError: a bug of the test") < text.index("KeyError: 'another'")


def test_a_crash_file_that_cannot_be_written_is_words_not_an_error(tmp_path: Path) -> None:
    files = RunFiles(tmp_path / "gone")

    problem = append_crash(files, KeyError("a bug"))

    assert problem == f"{files.crash} cannot be written: No such file or directory"
