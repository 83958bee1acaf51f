"""
The halt file: `tradeengine halt` writes it, the engine looks for it four times a second.

A file works when nothing else does: from another shell, another folder, over
ssh, by hand. It stays after the stop, so that a supervisor that restarts the
engine does not undo a person's decision; `tradeengine halt --clear` removes it.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from tradeengine.atomic_files import write_atomically
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home

LOOK_EVERY_SECONDS = 0.25


def write_halt(home: Home, reason: str) -> Path:
    """Write the halt file and return its path. Raises BadConfiguration if the disk says no."""
    home.prepare()
    try:
        write_atomically(home.halt_file, f"{reason}\n".encode())
    except OSError as error:
        raise _refused(home, "written", error) from error
    return home.halt_file


def clear_halt(home: Home) -> bool:
    """
    Remove the halt file; return whether there was one.

    Raises BadConfiguration if the disk says no.
    """
    try:
        home.halt_file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _refused(home, "removed", error) from error
    return True


def _refused(home: Home, what: str, error: OSError) -> BadConfiguration:
    problem = f"cannot be {what}: {error.strerror}"
    return BadConfiguration(str(home.halt_file), problem, "do it by hand")


def read_halt(home: Home) -> str | None:
    """Give the reason in the halt file, or None if there is no file."""
    try:
        return home.halt_file.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        # A halt file that cannot be read is still a halt file.
        return f"unreadable: {os.strerror(error.errno or 0)}"


def refuse_stale_halt(home: Home) -> None:
    """Raise BadConfiguration if a halt file is there, or could not be seen when it comes."""
    home.prepare()
    reason = read_halt(home)
    if reason is not None:
        raise BadConfiguration(
            str(home.halt_file),
            f"a halt file from an earlier stop is here ({reason or 'no reason given'})",
            "when you know why and want to trade again: tradeengine halt --clear",
        )


async def watch_halt(home: Home, on_halt: Callable[[str], None]) -> None:
    """Call `on_halt` once with the reason when the file appears."""
    while (reason := read_halt(home)) is None:  # noqa: ASYNC110  # a file has no event
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    on_halt(reason)
