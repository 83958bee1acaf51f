"""Spans of time and instants in the words of people."""

from tradeengine.model.instants import NANOS, new_york

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def in_words(nanoseconds: int) -> str:
    """Write a span with its two largest units: `2 h 13 min`, `45 s`."""
    left = max(0, nanoseconds) // NANOS
    parts: list[str] = []
    for seconds, unit in _UNITS:
        number, left = divmod(left, seconds)
        if number or parts or unit == "s":
            parts.append(f"{number} {unit}")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if not part.startswith("0 ")) or "0 s"


def new_york_words(at: int) -> str:
    """Write an instant as `08:00 New York on Wed 2026-03-04`."""
    return f"{new_york(at):%H:%M New York on %a %Y-%m-%d}"
