"""
The last good set: for each company, the session of the last look in which nothing failed.

A look at the whole index makes the set anew. A look at some names changes these and no others,
so it can neither take companies out of the set nor make it look fresher than its oldest look.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

from tradeengine.atomic_files import write_atomically
from tradeengine.layout import DeskFiles


class LastGood(msgspec.Struct, frozen=True, kw_only=True):
    """The set in three numbers; `as_of` is the session of its oldest look."""

    as_of: date
    valid: int
    refused: int


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    as_of: date
    valid: bool


class _Set(msgspec.Struct, frozen=True, kw_only=True):
    companies: dict[str, _Look]


def last_good(desk: DeskFiles) -> LastGood | None:
    """Give the set; None if there was none, or its record is unreadable."""
    looks = _read(_path(desk))
    if not looks:
        return None
    valid = sum(look.valid for look in looks.values())
    oldest = min(look.as_of for look in looks.values())
    return LastGood(as_of=oldest, valid=valid, refused=len(looks) - valid)


def remember(
    desk: DeskFiles, as_of: date, valid: Iterable[str], refused: Iterable[str], *, whole: bool
) -> None:
    """
    Keep a look in which nothing failed; `whole`: at all companies that the desk is about.

    A look at some, where the record is unreadable, is not kept: it would be taken for the set.
    Raises OSError when the disk says no.
    """
    looks = dict.fromkeys(refused, _Look(as_of=as_of, valid=False))
    looks |= dict.fromkeys(valid, _Look(as_of=as_of, valid=True))
    before = {} if whole else _read(_path(desk))
    if before is not None:
        found = _Set(companies=before | looks)
        write_atomically(_path(desk), msgspec.json.encode(found, order="sorted"))


def _read(path: Path) -> dict[str, _Look] | None:
    """Give the looks; none where there is no record, None where it is unreadable."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Set).companies
    except FileNotFoundError:
        return {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _path(desk: DeskFiles) -> Path:
    return desk.fundamentals / "last_good.json"
