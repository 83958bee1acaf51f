"""The status file: written by the engine every second, read by `tradeengine status`."""

import os
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec
import typer

from tradeengine.atomic_files import write_atomically
from tradeengine.console.words import counted, money, most_waiting
from tradeengine.errors import ExitCode, StatusUnreadable
from tradeengine.layout import Home


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What a glance should tell. Money as text, as the ledger has it."""

    run_id: str
    pid: int
    venue: str
    state: str
    engine_time: str
    equity: str
    positions: dict[str, str]
    open_orders: int
    orders: int
    fills: int
    alerts: list[str]
    uncovered: dict[str, str] = {}
    """Dollars by symbol that no stop at the broker covers."""

    naked_dollar_seconds: str = "0"
    """Those dollars times seconds, of the whole run."""

    queues: dict[str, int] = {}
    """The most that ever waited in each queue."""


def write_status(home: Home, status: Status) -> None:
    """Replace the status file."""
    write_atomically(home.status_file, msgspec.json.encode(status))


def read_status(path: Path) -> Status | None:
    """Read the status file; None if there is none. Raises StatusUnreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Status)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StatusUnreadable(str(path), error.strerror or str(error)) from error
    except msgspec.MsgspecError as error:
        raise StatusUnreadable(str(path), str(error)) from error


def is_alive(pid: int) -> bool:
    """Tell whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def show_status(home: Home, *, json: bool) -> ExitCode:
    """Print the status; exit code 1 when no engine has run here. Raises StatusUnreadable."""
    status = read_status(home.status_file)
    if status is None:
        typer.echo(f"no engine has run under {home.root}", err=True)
        return ExitCode.FAILED
    running = status.state != "STOPPED" and is_alive(status.pid)
    halted = home.halt_file.exists()
    if json:
        row = msgspec.to_builtins(status) | {"running": running, "halt_file": halted}
        typer.echo(msgspec.json.encode(row).decode())
    else:
        typer.echo(_words(status, running=running, halted=halted))
    return ExitCode.CLEAN


def _uncovered(status: Status) -> str:
    """Say what no stop would catch if the process died at the instant of the status."""
    if not status.uncovered:
        now = "nothing if it died now" if status.positions else "nothing"
    else:
        total = sum((Decimal(dollars) for dollars in status.uncovered.values()), Decimal(0))
        names = ", ".join(f"{symbol} {_money(row)}" for symbol, row in status.uncovered.items())
        count = counted(len(status.uncovered), "symbol")
        now = f"{money(total)} in {count} if it died now: {names}"
    return f"{now}; {status.naked_dollar_seconds} dollar-seconds so far"


def _money(text: str) -> str:
    """Write an amount as everywhere else; what is no amount ("not known") stays as it is."""
    try:
        return money(Decimal(text))
    except InvalidOperation:
        return text


_WHICH_ARE_READ = "`tradeengine alerts list` says which of them somebody acknowledged"


def _words(status: Status, *, running: bool, halted: bool) -> str:
    now = "running" if running else "not running"
    if not running and status.state != "STOPPED":
        now = "not running: it ended without saying so (killed?)"
    held = ", ".join(f"{symbol} {quantity}" for symbol, quantity in status.positions.items())
    lines = [
        f"run        {status.run_id} on {status.venue}: {now}",
        f"state      {status.state} at {status.engine_time}",
        f"equity     {_money(status.equity)}",
        f"positions  {held or 'none'}",
        f"uncovered  {_uncovered(status)}",
        f"orders     {status.open_orders} open, {status.orders} sent, {status.fills} fills",
        *([f"queues     {most_waiting(status.queues)}"] if status.queues else []),
        *(f"alert      {alert}" for alert in status.alerts),
        *([f"           {_WHICH_ARE_READ}"] if status.alerts else []),
    ]
    if halted:
        lines.append("halt file  data/HALT: no run starts until `tradeengine halt --clear`")
    return "\n".join(lines)
