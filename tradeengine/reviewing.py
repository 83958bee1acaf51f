"""
`tradeengine review`: a locked account's case, and the person who lifts the lock.

Lifting takes a name, a reason and a typed confirmation: `unlock` and the lock's
number. Without them the case is shown and the lock stays. Afterwards the size of
positions comes back over sessions: 25 %, 50 %, then all of it. The loss is measured
from the broker's previous close all the same: on the day of the loss a run that is
still beyond the limit locks again.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import typer

from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.clock import SystemClock
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import Home
from tradeengine.run.case import Case, read_case
from tradeengine.run.locking import words_of
from tradeengine.store.database import open_database
from tradeengine.store.locks import RAMP, Lock, Locks

LINES_SHOWN = 40
"""Lines of the timeline that are shown, the last ones."""

SHORTEST_REASON = 10
"""Characters of a reason that says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the reviewer gave; None where nothing was given."""

    who: str | None = None
    why: str | None = None
    confirm: str | None = None


def review(home: Home, verdict: Verdict) -> ExitCode:
    """Show each lock's case and lift it if the verdict is whole. Raises TradeEngineError."""
    home.prepare()
    with open_database(home.state_file) as database:
        locks = Locks(database)
        held = locks.active()
        if not held:
            typer.echo("nothing is locked")
            return ExitCode.CLEAN
        for line in _case_lines(held[0], read_case(home, held[0].run_id)):
            typer.echo(line)
        asked = _asked(held[0], verdict) if sys.stdin.isatty() else verdict
        if asked.who is None and asked.why is None and asked.confirm is None:
            typer.echo(f"\nstill locked. To lift it: tradeengine review {_flags(held[0])}")
            return ExitCode.LOCKED
        _lift(home, locks, held[0], asked)
    return ExitCode.LOCKED if held[1:] else ExitCode.CLEAN


def _lift(home: Home, locks: Locks, lock: Lock, verdict: Verdict) -> None:
    who, why = (verdict.who or "").strip(), (verdict.why or "").strip()
    if not who:
        raise BadConfiguration("--who", "is missing: who reviewed this?", f"add {_flags(lock)}")
    if len(why) < SHORTEST_REASON:
        raise BadConfiguration(
            "--why", f"{why!r} is no reason", "say in a sentence what happened and what changed"
        )
    if verdict.confirm != _phrase(lock):
        given = "nothing was typed" if verdict.confirm is None else f"not {verdict.confirm!r}"
        raise BadConfiguration("--confirm", f"{given}; still locked", f"type '{_phrase(lock)}'")
    locks.lift(lock, at=SystemClock().now(), who=who, why=why)
    _acknowledge(home, who)
    ramp = ", ".join(f"{fraction:.0%}" for fraction in RAMP)
    typer.echo(f"unlocked by {who}. Position sizes come back over sessions: {ramp}, then all.")
    typer.echo("Today's loss still counts: while it is beyond the limit, a run locks again.")


def _acknowledge(home: Home, who: str) -> None:
    """Acknowledge the alerts of the lock; say which others keep the next run from entries."""
    with SqliteRecords(home.alerts_file) as alerts:
        for record in alerts.open_criticals():
            if record.alert.code == "LOCKED":
                alerts.acknowledge(record.number, who, SystemClock().now())
        if others := len(alerts.open_criticals()):
            typer.echo(f"{others} other critical alerts wait for you: tradeengine alerts list")


def _asked(lock: Lock, verdict: Verdict) -> Verdict:
    """Ask a person at a terminal for what the flags do not say; an empty name ends it."""
    if verdict != Verdict():
        return verdict
    who = typer.prompt("\nwho are you (empty: leave it locked)", default="", show_default=False)
    if not who.strip():
        return verdict
    why = typer.prompt("what happened, and what did you change")
    return Verdict(who=who, why=why, confirm=typer.prompt(f"type '{_phrase(lock)}' to trade again"))


def _phrase(lock: Lock) -> str:
    return f"unlock {lock.id}"


def _flags(lock: Lock) -> str:
    return f"--who NAME --why REASON --confirm '{_phrase(lock)}'"


def _case_lines(lock: Lock, case: Case) -> Iterator[str]:
    yield f"case {lock.id}: {words_of(lock)}"
    yield f"run {lock.run_id}, equity ${lock.equity:,.2f} against ${lock.baseline:,.2f}"
    if case.missing:
        yield f"  {case.missing}"
    yield "\ntimeline"
    yield from (f"  {line}" for line in case.timeline[-LINES_SHOWN:] or ("nothing on record",))
    yield "\ntrades, the worst first"
    yield from (f"  {symbol:8} {gain:+,.2f}" for symbol, gain in case.trades)
    yield from () if case.trades else ("  none on record",)
    yield "\nfeed and order stream"
    yield from (f"  {code} {count} times" for code, count in case.feed)
    yield from () if case.feed else ("  no trouble on record",)
    yield "\nsettings changed since the last run that ended well"
    yield from (f"  {line}" for line in case.changes or ("none",))
