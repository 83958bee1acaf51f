"""Damaged files of the desk: kept beside under a name that says so, told of, never used."""

import sys
from collections.abc import Callable
from pathlib import Path

from tradeengine.errors import BadConfiguration

Say = Callable[[str], None]
"""Hears a warning for a person, in a line."""

SUFFIX = ".damaged"


def say_on_terminal(words: str) -> None:
    """Print a warning on standard error."""
    print(f"tradeengine: {words}", file=sys.stderr, flush=True)


def set_aside(path: Path, problem: str, rebuilt: str, say: Say) -> None:
    """
    Move a damaged file to its name with `.damaged` behind it, and say so.

    `rebuilt` says where a whole one comes from. One that was set aside before is replaced.
    Raises BadConfiguration when the disk says no.
    """
    aside = path.with_name(path.name + SUFFIX)
    try:
        path.replace(aside)
    except FileNotFoundError:
        return  # Another process was quicker, and has said it.
    except OSError as error:
        raise BadConfiguration(
            str(path),
            f"{problem}, and cannot be moved out of the way: {error.strerror}",
            "let the folder be written, or move the file away yourself",
        ) from error
    say(f"{path} {problem}; it is kept as {aside.name}, and {rebuilt}")
