"""What `tradeengine jobs` shows: each job of the timetable, and what became of it."""

import sys
from collections.abc import Collection

import msgspec
from rich.console import Console
from rich.table import Table

from tradeengine.console.tables import whole_table
from tradeengine.errors import ExitCode
from tradeengine.model.instants import format_instant, new_york, parse_instant
from tradeengine.model.spans import in_words, new_york_words
from tradeengine.options import Options
from tradeengine.quant.jobs import desk_jobs, origin_of
from tradeengine.quant.venue_time import now_of
from tradeengine.run.due import due_now
from tradeengine.run.job_lock import is_held
from tradeengine.schedule.entries import Entry, entries
from tradeengine.schedule.timetable import next_due
from tradeengine.store.database import open_database
from tradeengine.store.jobs import Attempt, Jobs

RUNNING, CUT_OFF = "running", "cut off"
"""What an attempt without an end is: somebody runs it, or its process is gone."""


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One job. Instants in RFC 3339, None where there is none; `late_seconds` of what is due.

    `state` is `on`, `off` by the settings, or `absent` where nothing carries it out.
    """

    name: str
    does: str
    state: str
    next_due: str | None
    late_seconds: float
    never_succeeded: bool
    last_success: str | None
    success_words: str
    last_attempt: str | None
    outcome: str
    outcome_words: str


def show_jobs(options: Options) -> ExitCode:
    """Print the jobs as a table, or as JSON. Raises StoreFailed, and as `now_of`."""
    options.home.prepare()
    now = now_of(options)
    present = desk_jobs(options).keys()
    with open_database(options.home.state_file) as database:
        record = Jobs(database, origin_of(options.choice))
        rows = [
            _row(entry, options, record, present, now)
            for entry in entries(options.settings.schedule)
        ]
    if options.json:
        print(msgspec.json.encode(rows).decode(), flush=True)
    else:
        width = None if sys.stdout.isatty() else 140
        title = f"{options.choice.kind.value}, {new_york_words(now)}"
        Console(width=width).print(jobs_table(rows, title))
    return ExitCode.CLEAN


def _row(
    entry: Entry, options: Options, record: Jobs, present: Collection[str], now: int
) -> JobRow:
    success, attempt = record.last_success(entry.name, now), record.last_attempt(entry.name, now)
    last = None if success is None else success.started_at
    due, coming = due_now(entry, last, now), next_due(entry.trigger, now, last)
    held = is_held(options.home.job_lock_file(entry.name))
    return JobRow(
        name=entry.name,
        does=entry.does,
        state="absent" if entry.name not in present else "on" if entry.on else "off",
        next_due=format_instant(coming) if coming is not None else None,
        late_seconds=due.late / 1e9 if due is not None else 0.0,
        never_succeeded=success is None,
        last_success=_ended(success),
        success_words=success.words if success is not None else "",
        last_attempt=format_instant(attempt.started_at) if attempt is not None else None,
        outcome=_outcome(attempt, held=held),
        outcome_words=attempt.words if attempt is not None else "",
    )


def _ended(attempt: Attempt | None) -> str | None:
    if attempt is None or attempt.ended_at is None:
        return None
    return format_instant(attempt.ended_at)


def _outcome(attempt: Attempt | None, *, held: bool) -> str:
    if attempt is None:
        return ""
    if attempt.ended_at is not None:
        return attempt.outcome
    return RUNNING if held else CUT_OFF


def jobs_table(rows: Collection[JobRow], title: str) -> Table:
    """Draw the rows. Instants are shown in New York."""
    shown = whole_table(
        "job", "does", "next due", "last success", "last attempt", "late", title=title
    )
    for row in rows:
        state = "" if row.state == "on" else f" ({row.state})"
        shown.add_row(
            f"{row.name}{state}",
            row.does,
            _short(row.next_due),
            _short(row.last_success),
            " ".join(filter(None, (_short(row.last_attempt), row.outcome, row.outcome_words))),
            _late(row),
        )
    return shown


def _late(row: JobRow) -> str:
    if row.never_succeeded:
        return "never ran well"
    return in_words(int(row.late_seconds * 1e9)) if row.late_seconds else "no"


def _short(instant: str | None) -> str:
    return f"{new_york(parse_instant(instant)):%a %Y-%m-%d %H:%M}" if instant else "-"
