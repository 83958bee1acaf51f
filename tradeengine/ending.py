"""
How a command ends: in words and with an exit code, whatever happens in it.

No traceback is ever shown; that of a bug goes to a file.
"""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from tradeengine.errors import BadConfiguration, ExitCode, TradeEngineError
from tradeengine.lasting_streams import LastingStream

_THAT_TRADE = {"run", "halt"}
"""Commands whose exit code says how an account was left."""


def exit_code_of(command: Callable[[], object]) -> int:
    """Carry out a command; tell in words what stops it, and give the exit code."""
    try:
        _require_directory()
        command()
    except TradeEngineError as error:
        print(f"tradeengine: {error}", file=sys.stderr)
        return error.exit_code
    except SystemExit as ended:  # Typer's way out, with its code
        return ended.code if isinstance(ended.code, int) else ExitCode.CLEAN
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    # Supervision point: nothing may show a traceback to a user; it goes to a file instead.
    except Exception as error:
        return _internal_error(error)
    return ExitCode.CLEAN


def code_when_shown(code: int, output: LastingStream, command: str) -> int:
    """
    Say when output was lost, as on a full disk; a command that was to show it has failed then.

    The codes of those that trade stay: they say how the account was left.
    """
    output.flush()
    if not output.lost:
        return code
    print(
        f"tradeengine: standard output could not be written: {output.lost};"
        " what it was to show is incomplete",
        file=sys.stderr,
    )
    return code if code != ExitCode.CLEAN or command in _THAT_TRADE else ExitCode.FAILED


@contextmanager
def told_when_interrupted(kept: str) -> Iterator[None]:
    """
    End a block that Ctrl-C interrupts with a line on standard error and the code 130.

    `kept` says what stays, and what to do. To be used inside of a command: outside of it Typer
    has ended the process already.
    """
    try:
        yield
    except KeyboardInterrupt:
        print(f"tradeengine: interrupted; {kept}", file=sys.stderr, flush=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None


@contextmanager
def told_without_right() -> Iterator[None]:
    """
    Name the file that a block may not read or write. Raises BadConfiguration.

    For commands that only look things up: what fails while positions are open is no wrong setting.
    """
    try:
        yield
    except PermissionError as error:
        raise BadConfiguration(
            str(error.filename or "a file"),
            error.strerror or "no right to it",
            "let this user read and write what is under --home, or choose another",
        ) from error


def _require_directory() -> None:
    """Say it when the shell stands in a folder that was removed: nothing works there."""
    try:
        Path.cwd()
    except OSError:
        raise BadConfiguration(
            "the current directory", "no longer exists", "cd to a folder that exists"
        ) from None


def _internal_error(error: Exception) -> int:
    report = Path("tradeengine-crash.txt").absolute()
    words = f"tradeengine: internal error: {type(error).__name__}: {error}"
    try:
        report.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        words += f"\n  details: {report}"
    except OSError as problem:
        words += f"\n  (and the details could not be written: {problem.strerror})"
    print(words, file=sys.stderr)
    return ExitCode.INTERNAL
