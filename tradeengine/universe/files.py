"""
The universe's files: their names, and how each is written and read.

    candidates-YYYY-MM-DD.json   what a selection had to choose from
    proposal-YYYY-MM-DD.json     what it chose
    active.json                  the list in force
    history/YYYY-MM-DD-NNN.json  every list that was, by its first day; the higher number
                                 of a day replaced the lower before it began
    history/refused-YYYY-MM-DD.json   a proposal that was turned down

A file that is not exactly of its form is refused, never guessed at.
"""

import re
from datetime import date
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from tradeengine.universe.proposal import VERSION

ACTIVE: Final = "active.json"
HISTORY: Final = "history"

_LIST: Final = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{3})\.json")
_PROPOSAL: Final = re.compile(r"proposal-(\d{4}-\d{2}-\d{2})\.json")

File = TypeVar("File", bound=Struct)


class Damaged(ValueError):
    """The content of a file is not of its form."""


def candidates_name(day: date) -> str:
    """Name the candidates of a day."""
    return f"candidates-{day}.json"


def proposal_name(day: date) -> str:
    """Name the proposal of a day."""
    return f"proposal-{day}.json"


def list_name(effective: date, number: int) -> str:
    """Name a list of the history."""
    return f"{effective}-{number:03}.json"


def refusal_name(day: date) -> str:
    """Name the refusal of a day's proposal."""
    return f"refused-{day}.json"


def day_of_proposal(name: str) -> date | None:
    """Give the day of a proposal's file, None for another file's name."""
    found = _PROPOSAL.fullmatch(name)
    return date.fromisoformat(found[1]) if found else None


def place_of_list(name: str) -> tuple[date, int] | None:
    """Give the first day and the number of a list's file, None for another file's name."""
    found = _LIST.fullmatch(name)
    return (date.fromisoformat(found[1]), int(found[2])) if found else None


def encoded(content: Struct) -> bytes:
    """Write a file's content: indented JSON, for people read these."""
    return msgspec.json.format(msgspec.json.encode(content, order="deterministic")) + b"\n"


def decoded(content: bytes, kind: type[File], origin: str) -> File:
    """Read a file's content. Raises Damaged; a file of another origin or version is, too."""
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"is damaged: {error}") from error
    version, of = getattr(found, "version", None), getattr(found, "origin", None)
    if version != VERSION:
        raise Damaged(f"has version {version} of its form, and this release knows {VERSION}")
    if of != origin:
        raise Damaged(f"is of origin {of}, in a folder of {origin}")
    return found
