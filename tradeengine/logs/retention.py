"""
Old runs leave `logs/`.

A run is a directory that holds a run's files; anything else there is not ours and
is left alone. The current run stays, and so does a run that has no receipt yet: it
may be alive, or somebody may have to find out why it ended without one.
"""

import shutil
from pathlib import Path

from tradeengine.model.instants import NANOS

MARKS = ("journal", "events.jsonl", "engine.log", "receipt.json")
"""Files by which a directory is known to be a run."""

DAY = 86_400 * NANOS


def remove_old_runs(
    logs: Path, *, current: str, keep: int, unfinished_days: float, now: int
) -> tuple[str, ...]:
    """
    Remove all but the newest `keep` runs under `logs`; return the names of those removed.

    `current` is never removed; a run without receipt only when it was last written
    more than `unfinished_days` before `now`, nanoseconds of the machine's clock.
    """
    ages = sorted(((_written_at(run), run.name, run) for run in _runs(logs)), reverse=True)
    removed = []
    for written_at, name, run in ages[keep:]:
        young = now - written_at < unfinished_days * DAY
        if name == current or (young and not (run / "receipt.json").exists()):
            continue
        shutil.rmtree(run, ignore_errors=True)
        if not run.exists():
            removed.append(name)
    return tuple(removed)


def _runs(logs: Path) -> list[Path]:
    if not logs.is_dir():
        return []
    return [
        entry
        for entry in logs.iterdir()
        if entry.is_dir()
        and not entry.is_symlink()
        and any((entry / mark).exists() for mark in MARKS)
    ]


def _written_at(run: Path) -> int:
    """Give when the run was last written, nanoseconds."""
    marks = [run / mark for mark in MARKS]
    return max(mark.stat().st_mtime_ns for mark in marks if mark.exists())
