"""
What can be saved of a frame that does not read as a whole.

Where one message breaks the frame (a length that is wrong, bytes that are lost), its
neighbours are still there. They are found by how a message begins, cut out by where
it ends, and read one by one like any others.
"""

import re
from itertools import islice

_FLAT_OBJECT = re.compile(rb"\{[^{}]*\}")
"""An object of the stream in JSON; none of them holds another object."""

_TYPE_FIRST = re.compile(rb"(?=(?:[\x80-\x8f]|\xde..|\xdf....)\xa1T)", re.DOTALL)
"""Where a message begins in msgpack: a map whose first key is its type, as Alpaca writes it."""

_MOST_MESSAGES = 10_000
_MOST_VALUES = 256
"""Limits of the work that a frame of nonsense can make."""

_LENGTH_BYTES = {
    **dict.fromkeys((0xC4, 0xC7, 0xD9), 1),
    **dict.fromkeys((0xC5, 0xC8, 0xDA, 0xDC, 0xDE), 2),
    **dict.fromkeys((0xC6, 0xC9, 0xDB, 0xDD, 0xDF), 4),
}
"""How many bytes after the first one say how long the value is, or how many it holds."""

_FIXED_BYTES = {
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
    **dict(zip(range(0xD4, 0xD9), (2, 3, 5, 9, 17), strict=True)),
}
"""How many bytes follow the first one of numbers and short extensions."""


def from_json(frame: bytes) -> list[bytes]:
    """Give the objects of a JSON frame that stand whole."""
    return _FLAT_OBJECT.findall(frame)


def from_msgpack(frame: bytes) -> list[bytes]:
    """Give what may be messages of a msgpack frame; a bad one may reach into the next."""
    starts = [found.start() for found in islice(_TYPE_FIRST.finditer(frame), _MOST_MESSAGES)]
    return [frame[start : _end_of_value(frame, start)] for start in starts]


def _end_of_value(data: bytes, start: int) -> int | None:
    """Find where the value that begins at `start` ends; None when it does not."""
    at, due = start, 1
    for _ in range(_MOST_VALUES):
        if at >= len(data):
            return None
        at, inside = _step(data, at)
        due += inside - 1
        if not due:
            return at if at <= len(data) else None
    return None


def _step(data: bytes, at: int) -> tuple[int, int]:
    """Pass the head of a value and bytes of its own; say how many values it holds."""
    kind = data[at]
    if size := _LENGTH_BYTES.get(kind):
        count = int.from_bytes(data[at + 1 : at + 1 + size], "big")
        after = at + 1 + size
        if kind >= 0xDC:
            return after, count * (2 if kind >= 0xDE else 1)
        return after + count + (0xC7 <= kind <= 0xC9), 0
    if 0x80 <= kind < 0x90:
        return at + 1, 2 * (kind & 0x0F)
    if 0x90 <= kind < 0xA0:
        return at + 1, kind & 0x0F
    if 0xA0 <= kind < 0xC0:
        return at + 1 + (kind & 0x1F), 0
    return at + 1 + _FIXED_BYTES.get(kind, 0), 0
