"""
Exchange time stamps, read exactly and fast.

JSON carries RFC 3339 text, msgpack its extension type -1. Both hold nanoseconds;
`datetime` would round them to microseconds. Stamps of neighbouring messages
share their second, so a table of whole seconds saves most of the parsing.
"""

import struct

from msgspec.msgpack import Ext

from tradeengine.model.instants import NANOS, BadInstant, parse_instant

Stamp = str | Ext
"""A time stamp as it is on the wire."""

TIMESTAMP = -1
"""The extension type that msgpack reserves for time stamps."""

_64_BITS = struct.Struct(">Q").unpack

LATEST = 2**63 - 1
"""The journal keeps instants in 64 bits."""

_SECONDS_KEPT = 4096
_SCALES: tuple[int, ...] = tuple(10 ** (9 - digits) for digits in range(10))


class _WholeSeconds(dict[str, int]):
    """Nanoseconds of `YYYY-MM-DDThh:mm:ss`, parsed once."""

    def __missing__(self, text: str) -> int:
        if len(self) >= _SECONDS_KEPT:
            self.clear()
        nanos = self[text] = parse_instant(text + "Z")
        return nanos


_WHOLE_SECONDS = _WholeSeconds()


def instant_of(stamp: Stamp) -> int:
    """Give the instant of a stamp in nanoseconds UTC. Raises BadInstant."""
    if isinstance(stamp, str):
        fraction = stamp[20:-1]
        if fraction.isdigit() and stamp[-1] == "Z" and stamp[19] == "." and len(fraction) < 10:
            return _WHOLE_SECONDS[stamp[:19]] + int(fraction) * _SCALES[len(fraction)]
        return parse_instant(stamp)
    try:
        (both,) = _64_BITS(stamp.data)
    except struct.error:
        return _instant_of_rare(stamp)
    at: int = (both >> 34) + (both & 0x3_FFFF_FFFF) * NANOS
    if at > LATEST or stamp.code != TIMESTAMP:
        raise _bad(stamp)
    return at


def _instant_of_rare(stamp: Ext) -> int:
    """Read the lengths that msgpack has for instants without and with distant seconds."""
    data = bytes(stamp.data)
    if len(data) == 4:
        at = int.from_bytes(data, "big") * NANOS
    elif len(data) == 12:
        at = int.from_bytes(data[:4], "big")
        at += int.from_bytes(data[4:], "big", signed=True) * NANOS
    else:
        raise _bad(stamp)
    if not 0 <= at <= LATEST or stamp.code != TIMESTAMP:
        raise _bad(stamp)
    return at


def _bad(stamp: Ext) -> BadInstant:
    return BadInstant(f"msgpack extension {stamp.code}: {bytes(stamp.data).hex()}")
