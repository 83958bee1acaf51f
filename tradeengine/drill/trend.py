"""
The trend: one line of JSON a drill, in `data/drills.jsonl`.

A drill is compared with the last one that played the same cells, fault by fault.
"""

from pathlib import Path

import msgspec

from tradeengine.drill.series import Result
from tradeengine.errors import BadConfiguration

_NOTICED_SECONDS = 0.05
"""A smaller change of a time is none: sockets have a little play, even in lock-step."""


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """One drill. `at` is RFC 3339 UTC, of the real world."""

    at: str
    version: str
    first_seed: int
    seeds: int
    situations: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def passed(self) -> bool:
        """Whether every fault passed."""
        return all(result.passed for result in self.results)


def append(path: Path, drill: Drill) -> None:
    """Add a drill to the trend. Raises BadConfiguration when the disk says no."""
    _add(path, msgspec.json.encode(drill) + b"\n")


def require_room(path: Path) -> None:
    """Raise BadConfiguration when a drill could not be kept: known before an hour of drilling."""
    _add(path, b"")


def _add(path: Path, line: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(line)
    except OSError as error:
        raise BadConfiguration(
            str(path), f"cannot be written: {error.strerror}", "choose another --home"
        ) from error


def last_like(path: Path, drill: Drill) -> dict[str, Result]:
    """Give, for each fault, the last result over the same seeds and situations."""
    found: dict[str, Result] = {}
    for earlier in _read(path):
        if _cells(earlier) == _cells(drill):
            found.update((result.fault, result) for result in earlier.results)
    return found


def _cells(drill: Drill) -> tuple[object, ...]:
    return drill.first_seed, drill.seeds, drill.situations


def _read(path: Path) -> list[Drill]:
    """Read the trend; a line that was cut short, or of another version, is passed over."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    drills = []
    for line in lines:
        try:
            drills.append(msgspec.json.decode(line, type=Drill))
        except msgspec.MsgspecError:
            continue
    return drills


def change(result: Result, before: Result | None) -> str:
    """Say in words what is different from the last time; "" for nothing."""
    if before is None:
        return "first time"
    words = []
    if result.passed != before.passed:
        words.append("passes again" if result.passed else "FAILS NOW")
    for name in ("detect", "flat"):
        now, then = getattr(result, name), getattr(before, name)
        if (now is None) != (then is None):
            words.append(f"{name} {_shown(then)} -> {_shown(now)}")
        elif now is not None and abs(now - then) >= _NOTICED_SECONDS:
            words.append(f"{name} {now - then:+.1f} s")
    return ", ".join(words)


def _shown(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:.1f} s"
