"""`tradeengine replay`: a journal against a fresh engine, or against another journal."""

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from tradeengine.build_id import version
from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.engine import Engine, Recorder
from tradeengine.bus.records import JournalFile
from tradeengine.bus.replay import Outcome, compare_journals, replay
from tradeengine.errors import BadConfiguration, ExitCode, ReplayDiffers
from tradeengine.run.pump import attempt
from tradeengine.wiring import NowhereOutbox, build

_SHOW_EVERY = 4096


def build_for_replay(text: str, recorder: Recorder) -> Engine:
    """Build the engine that a journal's header describes; nothing it sends leaves."""
    return build(BuildInputs.from_text(text), recorder, NowhereOutbox()).engine


def replay_run(run_dir: Path, against: Path | None) -> ExitCode:
    """Replay or compare and say the verdict. Raises JournalDamaged, BadConfiguration."""
    journal = _open(run_dir)
    if against is None:
        _say_other_build(journal)
    try:
        with _progress() as progress:
            task = progress.add_task(f"replaying {run_dir.name}", total=None)

            def advance(done: int) -> None:
                if done % _SHOW_EVERY == 0:
                    progress.update(task, completed=done)

            if against is None:
                outcome = replay(journal, build_for_replay, advance, attempt)
            else:
                outcome = compare_journals(journal, _open(against), advance)
    except ReplayDiffers as difference:
        print(f"DIFFERENT: {difference}", file=sys.stderr)
        return ExitCode.FAILED
    return _verdict(outcome)


def _open(run_dir: Path) -> JournalFile:
    path = run_dir / "journal" if run_dir.is_dir() else run_dir
    if not path.is_file():
        raise BadConfiguration(str(run_dir), "holds no journal", "name a folder under logs/")
    return JournalFile(path)


def _say_other_build(journal: JournalFile) -> None:
    """Say that other code recorded the run: a difference may then be meant."""
    recorded = journal.header.version
    if recorded != version():
        print(f"recorded by build {recorded}; this is {version()}", file=sys.stderr)


def _verdict(outcome: Outcome) -> ExitCode:
    counted = f"{outcome.inputs} inputs, {outcome.decisions} decisions"
    if outcome.damage:
        print(f"identical as far as it can be read: {counted}", file=sys.stderr)
        print(f"  {outcome.damage}", file=sys.stderr)
        print("  what follows that place was never read or compared", file=sys.stderr)
        return ExitCode.FAILED
    print(f"identical: {counted}")
    return ExitCode.CLEAN


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        TextColumn("{task.completed:>9,.0f} messages"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
