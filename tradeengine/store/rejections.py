"""
The log of refused data: `data/rejected_tickers/YYYY-MM-DD.jsonl`, one line a refusal.

Each line says how many times in a row its stage has refused the symbol: over the files in
which that stage said anything, this one included. Lines are only ever appended, all of a call
by one write under a lock; a last line that a crash cut off is passed over.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec

from tradeengine.model.rejections import Rejection, Stage

SILENT_FOR: Final = timedelta(days=100)
"""A stage that said nothing for so long (a quarter and some) begins to count anew."""


class Refused(Rejection, frozen=True, kw_only=True):
    """A line of the log: a refusal, and how many times in a row it has come."""

    times: int = 1


class RejectionLog:
    """The log under one folder; the folder is made with the first line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def append(self, rejections: Iterable[Rejection], day: date) -> list[Refused]:
        """
        Add refusals to a day's file, each once, and give the lines that were new.

        Raises OSError when the disk says no.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self.path(day)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        with os.fdopen(number, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read()
            lines = self._new_lines(rejections, day, _parsed(text))
            if lines:
                # What a crash cut off must not run into the next line.
                torn = b"\n" if text and not text.endswith(b"\n") else b""
                os.write(number, torn + b"".join(map(_written, lines)))
                os.fsync(number)
        return lines

    def _new_lines(
        self, rejections: Iterable[Rejection], day: date, there: Iterable[Refused]
    ) -> list[Refused]:
        known = {_key(line) for line in there}
        before: dict[Stage, list[frozenset[str]]] = {}
        lines = []
        for rejection in rejections:
            if _key(rejection) in known:
                continue
            known.add(_key(rejection))
            stage = rejection.stage
            if stage not in before:
                before[stage] = list(self._refused_before(day, stage))
            times = 1
            for symbols in before[stage]:
                if rejection.symbol not in symbols:
                    break
                times += 1
            lines.append(Refused(**msgspec.structs.asdict(rejection), times=times))
        return lines

    def _refused_before(self, day: date, stage: Stage) -> Iterator[frozenset[str]]:
        """Give the symbols that a stage refused on earlier days, the last day first."""
        last = day
        for earlier in sorted((each for each in self.days() if each < day), reverse=True):
            if last - earlier > SILENT_FOR:
                return
            symbols = {line.symbol for line in self.read(earlier) if line.stage is stage}
            if symbols:
                last = earlier
                yield frozenset(symbols)

    def read(self, day: date) -> list[Refused]:
        """Give the lines of a day, in their order; none if there is no file."""
        return _parsed(self._text(day))

    def unreadable(self, day: date) -> int:
        """Count the lines of a day that `read` passes over."""
        return sum(_line(line) is None for line in self._text(day).splitlines())

    def days(self) -> list[date]:
        """Give the days that have a file, in order. Files with other names are passed over."""
        days = (_day_of(path.stem) for path in self._folder.glob("????-??-??.jsonl"))
        return sorted(day for day in days if day is not None)

    def _text(self, day: date) -> bytes:
        try:
            return self.path(day).read_bytes()
        except FileNotFoundError:
            return b""

    def path(self, day: date) -> Path:
        """Give the place of a day's file."""
        return self._folder / f"{day.isoformat()}.jsonl"


def _key(line: Rejection) -> tuple[str, str, str, str]:
    return line.symbol, line.stage.value, line.code, line.field


def _parsed(text: bytes) -> list[Refused]:
    """Read lines; one that is not whole is passed over."""
    return [line for each in text.splitlines() if (line := _line(each)) is not None]


def _line(text: bytes) -> Refused | None:
    try:
        return msgspec.json.decode(text, type=Refused)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _written(line: Refused) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _day_of(stem: str) -> date | None:
    try:
        return date.fromisoformat(stem)
    except ValueError:
        return None
